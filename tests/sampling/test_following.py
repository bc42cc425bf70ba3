"""A watch whose lists the kernel narrows tells what one that lists everything tells."""

from __future__ import annotations

import ctypes
import errno
import socket
import struct
from collections import Counter
from contextlib import ExitStack, closing

import pytest

from monitor.errors import KernelError
from monitor.presentation.filter_narrowing import lasting_narrowing_of
from monitor.presentation.filter_parser import parse
from monitor.presentation.watching import Watch
from monitor.sampling import transition_reader
from monitor.sampling.event_log import EventLog
from monitor.sampling.event_reader import EventReader
from monitor.sampling.intervals import advance
from monitor.sampling.live import LiveSource
from monitor.sampling.transition_reader import TransitionReader

pytestmark = pytest.mark.kernel

WANTED, OTHER, OWN = 8443, 9000, 7000
LINES = (
    f":{WANTED}",
    f"dport = :{WANTED} and estab",
    f"not dport = :{WANTED}",
    f"src 127.0.0.2 or state close-wait and sport = :{WANTED}",
    "udp",
)
RESET = struct.pack("=ii", 1, 0)
"""SO_LINGER that closes by a reset."""
_KEPT = (
    "event",
    "protocol",
    "cookie",
    "state",
    "local",
    "remote",
    "direction",
    "matches",
    "changed",
    "ending",
    "owners",
)

_libc = ctypes.CDLL(None, use_errno=True)


class Watcher:
    """Watches one filter, with lists that are narrowed or whole."""

    def __init__(self, stack, line, *, is_narrowed):
        tree = parse(line)
        self._source, self._watch, self._log = stack.enter_context(closing(LiveSource())), Watch(tree), EventLog()
        self._interval = None
        self.told = Counter()
        if is_narrowed:
            self._source.follow(lasting_narrowing_of(tree))
        else:
            self._source.warm_up()

    def sample(self):
        self._interval = advance(self._interval, self._source.sample(time_wait=True))
        return len(self._interval.sample.table)

    def events(self):
        return self._source.events()

    def tell(self, events):
        for happening in self._watch.advance(self._interval, self._log.take(events, self._interval)):
            document = happening.document()
            if document["event"] in ("opened", "closed", "changed", "failed"):
                self.told[repr({name: document[name] for name in _KEPT})] += 1


def dial(port, *, address="127.0.0.1", bound=None):
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if bound is not None:
        made.bind((address, bound))
    made.connect(("127.0.0.1", port))
    return made


def disconnect(sock):
    """Take its peer from a socket, which may be connected again afterwards."""
    assert _libc.connect(sock.fileno(), struct.pack("=H14x", socket.AF_UNSPEC), 16) == 0


def half_close(client, server):
    """Send a FIN; the byte that comes back carries its acknowledgement, which else may come late."""
    client.shutdown(socket.SHUT_WR)
    assert server.recv(1) == b""
    server.sendall(b"x")
    assert client.recv(1) == b"x"


def happenings():
    """Make connections and end them, those to one port like those to another; stop after each step."""
    with ExitStack() as stack:
        held = stack.enter_context
        wanted, other = (held(socket.create_server(("127.0.0.1", port))) for port in (WANTED, OTHER))
        yield
        pairs = [(held(dial(server.getsockname()[1])), held(server.accept()[0])) for server in (wanted, other)]
        yield
        for pair in pairs:
            half_close(*pair)
        yield
        for pair in pairs:
            for one in pair:
                one.close()
        yield
        there, here = held(dial(WANTED)), held(dial(OTHER))
        served = [held(server.accept()[0]) for server in (wanted, other)]
        yield
        for client, port in ((there, OTHER), (here, WANTED)):
            disconnect(client)
            client.connect(("127.0.0.1", port))
        yield
        again = [held(server.accept()[0]) for server in (wanted, other)]
        half_close(there, again[1])
        yield
        for one in (*served, there, here, *again):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            one.close()
        yield
        bound = [held(socket.socket()) for _ in range(2)]
        for place, one in enumerate(bound):
            one.bind(("127.0.0.2", OWN + place))
        datagrams = held(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        datagrams.bind(("127.0.0.1", OWN))
        yield
        for one, port in zip(bound, (WANTED, OTHER), strict=True):
            one.connect(("127.0.0.1", port))
        datagrams.connect(("127.0.0.1", OTHER))
        yield
        datagrams.connect(("127.0.0.1", WANTED))
    yield
    yield


@pytest.mark.parametrize("hears", [True, False], ids=["with transitions", "by closes alone"])
def test_what_is_told_is_the_same_as_of_whole_lists(namespace, request, monkeypatch, hears):
    place = request.getfixturevalue("tracefs") if hears else None
    monkeypatch.setattr(transition_reader, "find_tracefs", lambda: place)
    with ExitStack() as stack:
        whole = [Watcher(stack, line, is_narrowed=False) for line in LINES[:1]]
        whole[0]._source._events.hears_transitions()
        whole += [Watcher(stack, line, is_narrowed=False) for line in LINES[1:]]
        monkeypatch.setattr(EventReader, "hears_transitions", lambda _: True)
        narrowed = [Watcher(stack, line, is_narrowed=True) for line in LINES]
        has_left_out = [False] * len(LINES)
        script = happenings()
        for _ in range(14):
            everything = [watcher.sample() for watcher in whole][-1]
            listed = [watcher.sample() for watcher in narrowed]
            has_left_out = [was or few < everything for was, few in zip(has_left_out, listed, strict=True)]
            events = whole[0].events()
            for watcher in (*whole, *narrowed):
                watcher.tell(events)
            next(script, None)
        assert all(has_left_out)
        for line, full, few in zip(LINES, whole, narrowed, strict=True):
            assert few.told == full.told, line
            assert few.told


def test_without_transitions_nothing_is_left_out(namespace, monkeypatch):
    monkeypatch.setattr(transition_reader, "find_tracefs", lambda: None)
    with closing(LiveSource()) as source, socket.create_server(("127.0.0.1", OTHER)), dial(OTHER):
        source.follow(lasting_narrowing_of(parse("dport = :1")))
        assert len(source.sample(time_wait=True).table) == 3


def test_once_transitions_are_heard_no_longer_nothing_is_left_out(namespace, tracefs, monkeypatch):
    monkeypatch.setattr(transition_reader, "find_tracefs", lambda: tracefs)
    with closing(LiveSource()) as source, socket.create_server(("127.0.0.1", OTHER)), dial(OTHER):
        source.follow(lasting_narrowing_of(parse("dport = :1")))
        assert len(source.sample(time_wait=True).table) < 3
        monkeypatch.setattr(TransitionReader, "read", refuse)
        source.events()
        assert len(source.sample(time_wait=True).table) == 3


def refuse(*_: object) -> None:
    raise KernelError("read transitions", errno.EIO)
