"""Sight: what follows from the samples of one network namespace, one after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.errors import MonitorError, SourceError
from monitor.sampling.intervals import advance

if TYPE_CHECKING:
    from monitor.model.event_list import EventList
    from monitor.model.sample import Interval, Sample
    from monitor.reasoning.findings import Findings
    from monitor.sampling.agreement import RouteAgreement
    from monitor.sampling.source import Source

WAYS_AT_ONCE = 512
"""Route questions that go to the source together: some milliseconds, which is how long a user's question may wait."""


class Sight:
    """Of the sampling thread."""

    def __init__(self) -> None:
        self.interval: Interval | None = None
        """The newest that was thought of."""
        self._agreement: RouteAgreement | None = None
        self._findings: Findings | None = None

    @property
    def wants_time_wait(self) -> bool:
        """Whether what is thought needs TIME-WAIT rows in the next sample."""
        return self._findings is not None and self._findings.wants_time_wait

    def read(self, source: Source, *, time_wait: bool) -> Interval:
        """Read a sample in the light of those before; raises as Source.sample() does."""
        return self.advanced(source.sample(time_wait=time_wait or self.wants_time_wait))

    def advanced(self, sample: Sample) -> Interval:
        """Take a sample that was read already."""
        return advance(self.interval, sample)

    def think(self, interval: Interval, events: EventList | None) -> Interval:
        """Give what was read last its verdicts and findings; once for each sample.

        Args:
            interval: What read() gave.
            events: What happened in this namespace, as far as it was read; None where nobody listens.
        """
        if self._agreement is None or self._findings is None:
            from monitor.reasoning.findings import Findings  # noqa: PLC0415 - the first rows do not wait for it
            from monitor.sampling.agreement import RouteAgreement  # noqa: PLC0415 - as above

            self._agreement, self._findings = RouteAgreement(), Findings()
        judged = self._agreement.take(interval)
        self.interval = replace(judged, findings=self._findings.advance(judged, events))
        return self.interval

    def learn_ways(self, source: Source, is_time_up: Callable[[], bool]) -> Interval | None:
        """Ask which way the newest rows would go, until all is known or time is up.

        Returns:
            The interval with the verdicts that follow; None where nothing was learnt.

        Raises:
            SourceError: the source has gone.
        """
        if self._agreement is None or self.interval is None:
            return None
        has_learnt = False
        while not is_time_up():
            asked = self._agreement.open_questions(WAYS_AT_ONCE)
            try:
                ways = source.ways(asked) if len(asked) else asked
            except SourceError:
                raise
            except MonitorError:
                # What was not answered stays unknown, as the screen says; it is asked again after the next sample.
                break
            if not len(ways):
                break
            self._agreement.learn(ways)
            has_learnt = True
        if not has_learnt:
            return None
        self.interval = replace(self._agreement.judged(), findings=self.interval.findings)
        return self.interval

    def freshened(self, source: Source, shown: Interval, cookies: Sequence[int]) -> Interval | None:
        """Read some of the rows that are shown again; None where none can be asked for. Raises MonitorError."""
        from monitor.sampling.fresh_rows import rows_to_ask, with_fresh_rows  # noqa: PLC0415 - after the first rows

        rows = rows_to_ask(shown, cookies)
        return with_fresh_rows(shown, source.fresh_rows(rows)) if len(rows) else None
