"""Whether closes and opens of short connections are seen, what reading them takes, and what polling would see."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from monitor.model.event_list import EventList
from monitor.sampling import transition_reader
from monitor.sampling.event_log import EventLog
from monitor.sampling.intervals import advance
from monitor.sampling.live import LiveSource
from tests.benchmarks.figures import Figure
from tests.benchmarks.short_connections import LIFE_S, Makers
from tests.kernel.tracefs import detached_tracefs
from tests.namespaces import network_namespace

RATES = (1_000, 5_000, 20_000)
SECONDS = 5.0
PERIOD_S = 1.0
ASKED_EVERY_S = 0.25
_SETTLED_S = 1.0
_LEAST_SEEN = 99.9
_MOST_PERCENT = 8.0


@dataclass(frozen=True, slots=True)
class _Seen:
    """What became of the ends of connections; each connection has two."""

    ends: int
    events: EventList
    polled: int
    """Ends that at least one sample held."""
    feed_s: float
    """Processor time of the thread that reads the feeds."""

    @property
    def per_second(self) -> float:
        """Connections that were made each second."""
        return self.ends / 2 / SECONDS

    @property
    def feed_percent(self) -> float:
        """Share of a core that the feeds took."""
        return 100 * self.feed_s / SECONDS

    def percent(self, number: int) -> float:
        """Give a number of ends in hundredths of all."""
        return 100 * number / self.ends


def measure(rounds: int) -> list[Figure]:
    """Make short connections at several rates, first with closes alone, then with transitions as well."""
    del rounds
    with ExitStack() as stack:
        tracefs = None
        with suppress(OSError):
            tracefs = stack.enter_context(detached_tracefs())
        return [figure for rate in RATES for figure in _measured(rate, tracefs)]


def _measured(rate: int, tracefs: Path | None) -> Iterator[Figure]:
    yield from _figures(rate, _run(rate, None), None if tracefs is None else _run(rate, tracefs))


def _figures(rate: int, closes: _Seen, both: _Seen | None) -> Iterator[Figure]:
    name = f"{rate:,} short connections a second"
    seen, lost = closes.events.closed + closes.events.failed, closes.events.lost_closes
    detail = f"{seen:,} and {lost:,} of {closes.ends:,}, at {closes.per_second:,.0f} a second"
    yield _share(f"{name}: closes listed or counted as lost", closes.percent(seen + lost), detail)
    yield Figure(f"{name}: closes, reading", 0, closes.feed_percent, _MOST_PERCENT, "% of a core")
    if both is not None:
        seen, lost = both.events.opened, both.events.lost_transitions
        detail = f"{seen:,} of {both.ends:,}, {lost:,} transitions lost, at {both.per_second:,.0f} a second"
        yield _share(f"{name}: opens listed or counted as lost", both.percent(seen + lost), detail)
        # One thread reads both: what it takes beyond closes alone, in another run.
        more = max(0.0, both.feed_percent - closes.feed_percent)
        yield Figure(f"{name}: opens, reading", 0, more, _MOST_PERCENT, "% of a core")
    detail = f"{closes.polled:,} of {closes.ends:,}, each open for {LIFE_S * 1000:.0f} ms"
    yield Figure(f"{name}: seen by polling once a second", 0, closes.percent(closes.polled), None, "%", detail)


def _share(what: str, percent: float, detail: str) -> Figure:
    return Figure(what, 0, percent, _LEAST_SEEN, "%", detail, is_least=True, is_count=True)


def _run(rate: int, tracefs: Path | None) -> _Seen:
    """Watch as the program does, in a namespace of its own, while connections come and go."""
    with ExitStack() as stack:
        namespace = stack.enter_context(network_namespace())
        stack.enter_context(namespace.entered())
        stack.enter_context(_tracefs_at(tracefs))
        source = stack.enter_context(closing(LiveSource()))
        source.sample()
        source.warm_up()
        makers = stack.enter_context(Makers(rate, SECONDS))
        time.sleep(_SETTLED_S)
        source.events()
        log, interval, polled = EventLog(), advance(None, source.sample()), set[int]()
        assert source._events is not None
        thread = source._events._thread.native_id
        before, sampled_at = _cpu_s(thread), time.monotonic()
        events = log.take(source.events(), interval)
        makers.start()
        settled_at = None
        while settled_at is None or time.monotonic() < settled_at:
            time.sleep(ASKED_EVERY_S)
            if time.monotonic() - sampled_at >= PERIOD_S:
                sampled_at = time.monotonic()
                interval = advance(interval, source.sample())
                polled.update(interval.table.cookie[interval.table.is_pair].tolist())
            events = log.take(source.events(), interval)
            if settled_at is None and makers.are_done:
                settled_at = time.monotonic() + _SETTLED_S
        return _Seen(2 * makers.made(), events, len(polled), _cpu_s(thread) - before)


@contextmanager
def _tracefs_at(path: Path | None) -> Iterator[None]:
    """Have tracefs found where it is mounted for nobody else."""
    found = transition_reader.find_tracefs
    transition_reader.find_tracefs = lambda: path
    try:
        yield
    finally:
        transition_reader.find_tracefs = found


def _cpu_s(thread: int | None) -> float:
    """Give for how long a thread of this process has run."""
    return int(Path(f"/proc/self/task/{thread}/schedstat").read_text("ascii").split()[0]) / 1e9
