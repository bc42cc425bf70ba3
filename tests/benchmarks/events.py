"""Whether closes and opens of short connections are seen, what reading them takes, and what polling would see."""

from __future__ import annotations

import os
import subprocess
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
from tests.benchmarks.short_connections import LIFE_S, SERVERS, Makers
from tests.kernel.tracefs import detached_tracefs
from tests.namespaces import NetworkNamespace, network_namespace

RATES = (1_000, 5_000, 20_000)
SECONDS = 5.0
PERIOD_S = 1.0
ASKED_EVERY_S = 0.25
_SETTLED_S = 1.0
_LEAST_SEEN = 99.9
_MOST_PERCENT = 8.0


@dataclass(frozen=True, slots=True)
class _Seen:
    """What became of the ends of connections in the namespace that is watched."""

    made: int
    """Connections."""
    ends_of_each: int
    events: EventList
    polled: int
    """Ends that at least one sample held."""
    feed_s: float
    """Processor time of the thread that reads the feeds, and of taking from it what it read."""

    @property
    def ends(self) -> int:
        """Sockets that were closed."""
        return self.made * self.ends_of_each

    @property
    def per_second(self) -> float:
        """Connections that were made each second."""
        return self.made / SECONDS

    @property
    def feed_percent(self) -> float:
        """Share of a core that the feeds took."""
        return 100 * self.feed_s / SECONDS

    def percent(self, number: int) -> float:
        """Give a number of ends in hundredths of all."""
        return 100 * number / self.ends


def measure(rounds: int) -> list[Figure]:
    """Make short connections at several rates, first with closes alone, then with transitions as well.

    Both ends of each are watched; at last a server's ends alone, whose clients are in another namespace.
    """
    del rounds
    with ExitStack() as stack:
        tracefs = None
        with suppress(OSError):
            tracefs = stack.enter_context(detached_tracefs())
        figures = [
            figure for rate in RATES for figure in _measured(f"{rate:,} short connections a second", rate, tracefs)
        ]
        served = f"{RATES[-1]:,} short connections a second from elsewhere"
        return figures + list(_measured(served, RATES[-1], tracefs, are_clients_elsewhere=True))


def _measured(name: str, rate: int, tracefs: Path | None, *, are_clients_elsewhere: bool = False) -> Iterator[Figure]:
    closes = _run(rate, None, are_clients_elsewhere=are_clients_elsewhere)
    both = None if tracefs is None else _run(rate, tracefs, are_clients_elsewhere=are_clients_elsewhere)
    yield from _figures(name, closes, both)


def _figures(name: str, closes: _Seen, both: _Seen | None) -> Iterator[Figure]:
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


def _run(rate: int, tracefs: Path | None, *, are_clients_elsewhere: bool) -> _Seen:
    """Watch as the program does, in a namespace of its own, while connections come and go."""
    with ExitStack() as stack:
        namespace = stack.enter_context(network_namespace())
        stack.enter_context(namespace.entered())
        stack.enter_context(_tracefs_at(tracefs))
        source = stack.enter_context(closing(LiveSource()))
        source.sample()
        source.warm_up()
        clients = stack.enter_context(_clients()) if are_clients_elsewhere else None
        makers = stack.enter_context(Makers(rate, SECONDS, clients))
        time.sleep(_SETTLED_S)
        source.events()
        log, interval, polled = EventLog(), advance(None, source.sample()), set[int]()
        assert source._events is not None
        thread = source._events._thread.native_id
        before, sampled_at, taking_s = _cpu_s(thread), time.monotonic(), 0.0
        events = log.take(source.events(), interval)
        makers.start()
        settled_at = None
        while settled_at is None or time.monotonic() < settled_at:
            time.sleep(ASKED_EVERY_S)
            if time.monotonic() - sampled_at >= PERIOD_S:
                sampled_at = time.monotonic()
                interval = advance(interval, source.sample())
                polled.update(interval.table.cookie[interval.table.is_pair].tolist())
            began = time.thread_time()
            taken = source.events()
            taking_s += time.thread_time() - began
            events = log.take(taken, interval)
            if settled_at is None and makers.are_done:
                settled_at = time.monotonic() + _SETTLED_S
        return _Seen(
            makers.made(), 2 if clients is None else 1, events, len(polled), _cpu_s(thread) - before + taking_s
        )


def _ip(*commands: str) -> None:
    for command in commands:
        subprocess.run(["ip", *command.split()], check=True)


@contextmanager
def _clients() -> Iterator[NetworkNamespace]:
    """Make a namespace for clients, on a cable to the one that the calling thread is in."""
    with network_namespace() as there:
        _ip(f"link add e0 type veth peer name there0 netns /proc/{os.getpid()}/fd/{there.fd}")
        # All addresses of the servers lead to any socket that listens to everywhere.
        _ip("link set e0 up", f"route add {SERVERS}.0/24 dev e0", f"route add local {SERVERS}.0/24 dev lo")
        with there.entered():
            _ip("addr add 198.51.100.1/32 dev there0", "link set there0 up", f"route add {SERVERS}.0/24 dev there0")
        _ip("route add 198.51.100.1 dev e0")
        yield there


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
