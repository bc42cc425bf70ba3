"""A watch over the test's namespace by the running kernel, with a clock of the test's own beside the kernel's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from monitor.model.finding import Finding
from monitor.model.sample import Sample
from monitor.model.socket_table import U32, SocketTable
from monitor.sampling.live import LiveSource
from tests.far_hosts import FarHosts, far_hosts
from tests.reasoning.watching import Watch

PERIODS = 3
"""A finding may come, and go, so many samples after its condition has held for its time, or no longer does."""


_KERNEL_CLOCK_S = 0.05
"""Two readings of when data last passed differ by less."""


class LiveWatch:
    """Reads samples of the kernel as if a period had passed between any two."""

    def __init__(self, source: LiveSource) -> None:
        self._source = source
        self._watch = Watch()
        self._passed = 0.0
        self._last_data: dict[int, tuple[float, float]] = {}

    def see(self, *, after: float = 1.0) -> tuple[Finding, ...]:
        """Read one sample, so many seconds after the one before."""
        sample = self._source.sample(time_wait=True)
        self._passed += after
        return self._watch.see(self._later(sample), self._source)

    def see_for(self, seconds: float) -> tuple[Finding, ...]:
        """Read samples a second apart for so long, from the next on; give what is found in the last."""
        found = self.see()
        for _ in range(round(seconds)):
            found = self.see()
        return found

    def _later(self, sample: Sample) -> Sample:
        """Move the sample's own clock, and those by which the kernel tells for how long sockets are idle."""
        table = sample.table
        idle_ms = self._idle_ms(table, sample.boot_time)
        aged = replace(
            table,
            last_data_sent_ms=table.last_data_sent_ms + idle_ms,
            last_data_recv_ms=table.last_data_recv_ms + idle_ms,
        )
        return replace(sample, table=aged, boot_time=sample.boot_time + self._passed)

    def _idle_ms(self, table: SocketTable, now: float) -> U32:
        """Give what has passed by the test's clock since data of each socket was last seen to pass."""
        told_s = np.minimum(table.last_data_sent_ms, table.last_data_recv_ms) / 1000
        before, self._last_data = self._last_data, {}
        for cookie, at in zip(table.cookie.tolist(), (now - told_s).tolist(), strict=True):
            last = before.get(cookie, (at, self._passed))
            self._last_data[cookie] = last if at - last[0] < _KERNEL_CLOCK_S else (at, self._passed)
        return np.array([1000 * (self._passed - since) for _, since in self._last_data.values()], np.uint32)


@pytest.fixture
def watch(namespace) -> Iterator[LiveWatch]:
    """Watch the test's namespace."""
    with closing(LiveSource()) as source:
        yield LiveWatch(source)


@pytest.fixture
def far(ip: Callable[..., str]) -> Iterator[FarHosts]:
    """Other hosts, at the end of a cable."""
    with far_hosts(ip) as hosts:
        yield hosts
