"""A watch over the test's namespace by the running kernel, with a clock of the test's own beside the kernel's."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from monitor.model.finding import Finding
from monitor.model.sample import Sample
from monitor.model.socket_table import U32, U64
from monitor.sampling import transition_reader
from monitor.sampling.event_log import EventLog
from monitor.sampling.event_reader import EventReader
from monitor.sampling.live import LiveSource
from tests.far_hosts import FarHosts, far_hosts
from tests.reasoning.watching import Watch
from tests.waiting import wait_until

PERIODS = 3
"""A finding may come, and go, so many samples after its condition has held for its time, or no longer does."""
_TICK_S = 0.01
"""More than a step of the clock by which the kernel tells for how long a socket is idle."""


class LiveWatch:
    """Reads samples of the kernel as if a period had passed between any two, and nothing else."""

    def __init__(self, source: LiveSource) -> None:
        self._source = source
        self._watch = Watch()
        self._began = time.clock_gettime(time.CLOCK_BOOTTIME)
        self._passed = 0.0
        self._sent, self._received = _LastData(), _LastData()
        self._log, self._listed = EventLog(), None
        self.reader: EventReader | None = None
        """Tells what happens to connections; None where nobody listens."""

    @property
    def now(self) -> float:
        """CLOCK_BOOTTIME of the last sample, as the findings were told it."""
        return self._began + self._passed

    def see(self, *, after: float = 1.0) -> tuple[Finding, ...]:
        """Read one sample, so many seconds after the one before."""
        sample = self._source.sample(time_wait=True)
        self._passed += after
        found = self._watch.see(self._told_later(sample), self._source, self._listed)
        if self.reader is not None:
            # As in the monitor, a sample is looked at with the events that were read after the one before.
            self._listed = replace(self._log.take(self.reader.take(), self._watch.interval), boot_time=self.now)
        return found

    def see_for(self, seconds: float) -> tuple[Finding, ...]:
        """Read samples a second apart for so long, from the next on; give what is found in the last."""
        found = self.see()
        for _ in range(round(seconds)):
            found = self.see()
        return found

    def _told_later(self, sample: Sample) -> Sample:
        """Put the test's clock in place of the sample's own, and of those by which the kernel tells who is idle."""
        table = sample.table
        between = sample.boot_time, time.clock_gettime(time.CLOCK_BOOTTIME)
        aged = replace(
            table,
            last_data_sent_ms=self._sent.idle_ms(table.cookie, table.last_data_sent_ms, between, self._passed),
            last_data_recv_ms=self._received.idle_ms(table.cookie, table.last_data_recv_ms, between, self._passed),
        )
        return replace(sample, table=aged, boot_time=self.now)


class _LastData:
    """When data of each socket last passed in one direction, by the kernel's clock and by the test's."""

    def __init__(self) -> None:
        self._at: dict[int, tuple[float, float]] = {}

    def idle_ms(self, cookie: U64, told_ms: U32, between: tuple[float, float], now: float) -> U32:
        """Give for how long each is idle by the test's clock.

        Args:
            cookie: The sockets.
            told_ms: For how long they are idle by the kernel's clock.
            between: CLOCK_BOOTTIME before and after the kernel told.
            now: By the test's clock, in seconds.
        """
        before, self._at = self._at, {}
        earliest, latest = (moment - told_ms / 1000 for moment in between)
        columns = cookie, earliest, latest, now - told_ms / 1000
        begun = []
        for one, least, most, since in zip(*(column.tolist() for column in columns), strict=True):
            known = before.get(one)
            self._at[one] = (most, since) if known is None or least > known[0] + _TICK_S else known
            begun.append(self._at[one][1])
        return (1000 * (now - np.array(begun))).astype(np.uint32)


@pytest.fixture
def watch(namespace) -> Iterator[LiveWatch]:
    """Watch the test's namespace."""
    with closing(LiveSource()) as source:
        yield LiveWatch(source)


@pytest.fixture
def listening(watch: LiveWatch, tracefs: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveWatch]:
    """Watch it with the closes and the changes of state that the kernel tells of."""
    monkeypatch.setattr(transition_reader, "find_tracefs", lambda: tracefs)
    with closing(EventReader.open()) as watch.reader:
        wait_until(lambda: watch.reader._transitions is not None or watch.reader.take().no_transitions is not None)
        if watch.reader._transitions is None:
            pytest.skip(f"kernel lacks changes of state that can be read: {watch.reader.take().no_transitions}")
        yield watch


@pytest.fixture
def far(ip: Callable[..., str]) -> Iterator[FarHosts]:
    """Other hosts, at the end of a cable."""
    with far_hosts(ip) as hosts:
        yield hosts
