"""Changes of state as the kernel notes them, in namespaces of the test's own."""

from __future__ import annotations

import errno
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from monitor.errors import KernelError
from monitor.kernel import trace_instance, transition_feed
from monitor.kernel.transition_feed import TransitionFeed
from monitor.model.endpoint import address_from_words
from monitor.model.tcp import TcpState

pytestmark = pytest.mark.kernel

PATIENCE_S = 10.0
SYN_SENT, ESTABLISHED, CLOSED = TcpState.SYN_SENT, TcpState.ESTABLISHED, TcpState.CLOSED
BREAK = struct.pack("=ii", 1, 0)
"""SO_LINGER that closes by a reset."""


@pytest.fixture
def feed(tracefs, namespace) -> Iterator[TransitionFeed]:
    """Open a feed; the whole machine shows in it, so tests look for their own ports."""
    opened = TransitionFeed.open(tracefs)
    assert isinstance(opened, TransitionFeed)
    yield opened
    opened.close()


def now() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def taken(feed: TransitionFeed, is_enough: Callable[[np.ndarray], bool]) -> np.ndarray:
    """Take until what came is enough."""
    poll = select.poll()
    poll.register(feed, select.POLLIN)
    deadline = time.monotonic() + PATIENCE_S
    records = feed.take().records
    while not is_enough(records):
        left_s = deadline - time.monotonic()
        assert left_s > 0 and poll.poll(left_s * 1000), f"only these came: {records}"
        records = np.concatenate([records, feed.take().records])
    return records


def of_port(records: np.ndarray, port: int) -> np.ndarray:
    return records[(records["local_port"] == port) | (records["remote_port"] == port)]


def changes(records: np.ndarray) -> list[tuple[int, int]]:
    return list(zip(records["old_state"].tolist(), records["new_state"].tolist(), strict=True))


def refused(attempts: int) -> None:
    """Dial where nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        for _ in range(attempts):
            with socket.socket() as client:
                client.connect_ex(bound.getsockname())


def test_a_connection_that_is_cut_after_the_peers_fin_is_seen_to_break(feed):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        client = socket.create_connection(("127.0.0.1", port))
        accepted, _ = server.accept()
        client.sendall(b"unread")
        client.shutdown(socket.SHUT_WR)
        assert accepted.recv(7, socket.MSG_PEEK | socket.MSG_WAITALL) == b"unread"
        accepted.close()
        client.close()
        cut = (TcpState.CLOSE_WAIT, CLOSED)
        records = of_port(taken(feed, lambda records: cut in changes(of_port(records, port))), port)
    (record,) = (record for record in records if (record["old_state"], record["new_state"]) == cut)
    assert (record["local_port"], record["thread"]) == (port, threading.get_native_id())


@pytest.mark.parametrize(
    ("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")], ids=["IPv4", "IPv6"]
)
def test_a_connection_is_seen_from_its_first_to_its_last_change_at_both_ends(feed, family, address):
    with socket.create_server((address, 0), family=family) as server:
        port = server.getsockname()[1]
        began = now()
        with socket.create_connection((address, port)) as client:
            client_port = client.getsockname()[1]
            accepted, _ = server.accept()
        accepted.close()
        ended = now()
    seen = of_port(taken(feed, lambda records: len(of_port(records, port)) >= 5), port)
    ours, theirs = seen[seen["remote_port"] == port], seen[seen["local_port"] == port]
    assert changes(ours) == [
        (CLOSED, SYN_SENT),
        (SYN_SENT, ESTABLISHED),
        (ESTABLISHED, TcpState.FIN_WAIT_1),
    ]
    assert changes(theirs) == [
        (TcpState.SYN_RECEIVED, ESTABLISHED),
        (TcpState.CLOSE_WAIT, TcpState.LAST_ACK),
    ]
    assert len(set(ours["socket"].tolist())) == len(set(theirs["socket"].tolist())) == 1
    # When it leaves CLOSED the port has not been chosen yet.
    assert ours["local_port"].tolist() == [0, client_port, client_port]
    acting = seen[np.isin(seen["new_state"], [SYN_SENT, TcpState.FIN_WAIT_1, TcpState.LAST_ACK])]
    assert set(acting["thread"].tolist()) == {threading.get_native_id()}
    assert (seen["family"] == family).all()
    for side in ("local", "remote"):
        words = zip(seen[f"{side}_high"].tolist(), seen[f"{side}_low"].tolist(), strict=True)
        assert {str(address_from_words(high, low, family)) for high, low in words} == {address}
    times = seen["boot_time"]
    assert began <= times[0] <= times[-1] <= ended
    assert (np.diff(times) >= 0).all()


def test_a_refused_connection_goes_back_to_closed(feed):
    with socket.socket() as bound, socket.socket() as client:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        assert client.connect_ex(("127.0.0.1", port)) != 0
        seen = of_port(taken(feed, lambda records: len(of_port(records, port)) >= 2), port)
    assert changes(seen) == [(CLOSED, SYN_SENT), (SYN_SENT, CLOSED)]


def test_a_reset_is_seen_at_both_ends(feed):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            accepted, _ = server.accept()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, BREAK)
        accepted.close()
    seen = of_port(taken(feed, lambda records: changes(of_port(records, port)).count((ESTABLISHED, CLOSED)) == 2), port)
    assert set(seen[seen["new_state"] == CLOSED]["local_port"].tolist()) > {port}


def test_nothing_is_given_twice_and_nothing_is_left(feed):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        socket.create_connection(("127.0.0.1", port)).close()
    seen = of_port(taken(feed, lambda records: len(of_port(records, port)) >= 5), port)
    assert len({tuple(row) for row in seen.tolist()}) == len(seen)
    assert len(of_port(feed.take().records, port)) == 0


def test_what_came_while_others_were_read_stays_readable_and_comes_next(feed, monkeypatch):
    early = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        socket.create_connection(("127.0.0.1", port)).close()
    with monkeypatch.context() as patched:
        patched.setattr(transition_feed.time, "clock_gettime_ns", lambda clock: early)
        assert len(of_port(feed.take().records, port)) == 0
    assert select.select([feed], [], [], 0)[0]
    assert len(taken(feed, lambda records: len(of_port(records, port)) >= 4))


def test_what_the_buffer_has_no_room_for_is_counted_exactly(tracefs, namespace, monkeypatch):
    # Only this thread's own doing, so that each connection counts for one.
    monkeypatch.setattr(
        transition_feed, "_FILTER", f"newstate == {SYN_SENT:d} && common_pid == {threading.get_native_id()}"
    )
    monkeypatch.setattr(trace_instance, "_LEAST_KB", 64)
    monkeypatch.setattr(trace_instance, "_MOST_KB", 64)
    feed = TransitionFeed.open(tracefs)
    assert isinstance(feed, TransitionFeed)
    try:
        attempts, lost, seen = 3000, 0, 0
        for _ in range(2):
            refused(attempts)
            while select.select([feed], [], [], 0)[0]:
                took = feed.take()
                seen, lost = seen + len(took), lost + took.lost
    finally:
        feed.close()
    assert seen + lost == 2 * attempts
    assert seen > 0
    assert lost > 0


def test_a_feed_whose_buffers_cannot_be_read_says_so(feed, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
    monkeypatch.setattr("monitor.kernel.trace_buffers.os.readv", fail)
    with pytest.raises(KernelError, match="EIO"):
        feed.take()


def fail(*_: object) -> int:
    raise OSError(errno.EIO, "planted")
