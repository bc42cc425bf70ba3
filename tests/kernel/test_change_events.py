from __future__ import annotations

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import KernelError
from monitor.kernel.change_events import ANY_CHANGE, Change, ChangeEvents, changes_in


def message(number: int, body: bytes = b"") -> bytes:
    return struct.pack("=IHHII", 16 + len(body), number, 0, 0, 0) + body


@pytest.mark.parametrize(
    ("number", "change"),
    [
        (16, Change.LINK),
        (17, Change.LINK),
        (20, Change.ADDRESS),
        (21, Change.ADDRESS),
        (24, Change.ROUTE),
        (25, Change.ROUTE),
        (28, Change.NEIGHBOUR),
        (29, Change.NEIGHBOUR),
        (32, Change.RULE),
        (33, Change.RULE),
        (104, Change.ROUTE),
        (105, Change.ROUTE),
        (36, Change.NONE),
    ],
)
def test_message_number_tells_the_kind(number, change):
    assert changes_in(message(number)) == change


def test_several_messages_of_one_datagram_add_up():
    padded = message(16, b"abc") + b"\0"
    assert changes_in(padded + message(24)) == Change.LINK | Change.ROUTE


@pytest.mark.parametrize("datagram", [struct.pack("=IHHII", 0, 16, 0, 0, 0), struct.pack("=IHHII", 99, 16, 0, 0, 0)])
def test_broken_length_counts_as_any_change(datagram):
    assert changes_in(datagram) == ANY_CHANGE


@given(st.binary(max_size=200))
def test_any_bytes_end(datagram):
    assert changes_in(datagram) in ANY_CHANGE


class Datagrams:
    """A socket that gives what it was told to give: datagrams, or errors."""

    def __init__(self, *given: object) -> None:
        self.given = list(given)

    def recvmsg(self, _: int) -> object:
        if not self.given:
            raise BlockingIOError
        datagram = self.given.pop(0)
        if isinstance(datagram, OSError):
            raise datagram
        return datagram

    def close(self) -> None:
        pass


def drained(*given: object) -> Change:
    events = ChangeEvents()
    events.close()
    events._socket = Datagrams(*given)
    return events.drain()


def test_nothing_arrived_is_no_change():
    assert drained() is Change.NONE


def test_lost_events_count_as_any_change():
    # ENOBUFS: the kernel had no room for an event and says so once.
    assert drained(OSError(105, "no buffer space"), (message(24), [], 0, (0, 0))) == ANY_CHANGE


def test_cut_datagram_counts_as_any_change():
    assert drained((message(24), [], socket.MSG_TRUNC, (0, 0))) == ANY_CHANGE


def test_message_from_another_process_is_ignored():
    assert drained((message(16), [], 0, (4711, 0)), (message(24), [], 0, (0, 0))) == Change.ROUTE


def test_endless_events_do_not_hold_up_a_sample():
    given = [(message(24), [], 0, (0, 0))] * 100_000
    events = ChangeEvents()
    events.close()
    events._socket = Datagrams(*given)
    assert events.drain() == ANY_CHANGE
    assert len(events._socket.given) > 90_000


def test_broken_socket_is_our_error():
    with pytest.raises(KernelError, match="network changes"):
        drained(OSError(9, "bad file descriptor"))
