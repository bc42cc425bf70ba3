"""Decides who gets a segment by what was sampled last: what the sampling thread does between two samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from monitor.model.demux import DemuxDecision
from monitor.model.receiver import ReceiverQuestion
from monitor.model.sample import Interval
from monitor.reasoning.demux_places import segments_of
from monitor.sampling.decide_demux import decide
from monitor.sampling.source import Source


@dataclass(frozen=True, slots=True, eq=False)
class DecidedReceivers:
    """Decisions with what they were made of."""

    question: ReceiverQuestion
    decisions: tuple[DemuxDecision, ...]
    """One; or one for each local address that was asked about, which may be none."""
    interval: Interval
    """Whose table's rows they name."""


class Deciding:
    """One question, decided segment by segment: a host with hundreds of addresses takes longer than a period."""

    def __init__(self, interval: Interval, question: ReceiverQuestion) -> None:
        """Decide nothing yet.

        Args:
            interval: Of a sample with TIME-WAIT and bound-only rows.
            question: What is asked.
        """
        self._interval, self._question = interval, question
        self._segments = segments_of(question, interval.sample.table, interval.sample.network)
        self._decisions: list[DemuxDecision] = []

    def go_on(self, source: Source, is_time_up: Callable[[], bool]) -> DecidedReceivers | None:
        """Ask about the next segment, and about more until the time is up; None where some are left then.

        Raises:
            MonitorError: the kernel could not be asked.
        """
        for asked, segment in enumerate(self._segments[len(self._decisions) :]):
            if asked and is_time_up():
                return None
            self._decisions.append(decide(source, self._interval, segment))
        return DecidedReceivers(self._question, tuple(self._decisions), self._interval)
