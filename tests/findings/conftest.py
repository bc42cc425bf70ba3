"""A watch over the test's namespace by the running kernel, with a clock of the test's own beside the kernel's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from monitor.model.finding import Finding
from monitor.sampling.live import LiveSource
from tests.reasoning.watching import Watch


class LiveWatch:
    """Reads samples of the kernel as if a period had passed between any two."""

    def __init__(self, source: LiveSource) -> None:
        self._source = source
        self._watch = Watch()
        self._passed = 0.0

    def see(self, *, after: float = 1.0) -> tuple[Finding, ...]:
        """Read one sample, so many seconds after the one before."""
        sample = self._source.sample(time_wait=True)
        self._passed += after
        return self._watch.see(replace(sample, boot_time=sample.boot_time + self._passed), self._source)

    def see_for(self, seconds: float) -> tuple[Finding, ...]:
        """Read samples a second apart for so long, from the next on; give what is found in the last."""
        found = self.see()
        for _ in range(round(seconds)):
            found = self.see()
        return found


@pytest.fixture
def watch(namespace) -> Iterator[LiveWatch]:
    """Watch the test's namespace."""
    with closing(LiveSource()) as source:
        yield LiveWatch(source)
