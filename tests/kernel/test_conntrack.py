"""What the packet filter makes of a pair, by the kernel's own translation and by answers that break their bounds."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import WireError
from monitor.kernel import conntrack
from monitor.kernel.conntrack import Conntrack
from monitor.kernel.read_only import give_up_rights
from monitor.model.endpoint import Endpoint
from monitor.model.segment import Segment
from monitor.model.sockets import SocketId
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP
from monitor.model.tracking import Tracking, TrackingState
from monitor.sampling.decide_demux import decide_at_once
from monitor.sampling.live import LiveSource
from tests.conntrack import attribute, nested, track
from tests.nat import redirect
from tests.server_process import SO_COOKIE

ASKED = Endpoint.parse("192.0.2.10:50000"), Endpoint.parse("198.51.100.7:443")
CALLED = 8080


class Translated(NamedTuple):
    """A connection of this host to CALLED, which the packet filter gives to another port."""

    client: socket.socket
    server: socket.socket


def endpoints(of: socket.socket) -> tuple[Endpoint, Endpoint]:
    return tuple(Endpoint.parse("{}:{}".format(*name)) for name in (of.getsockname(), of.getpeername()))


@pytest.fixture
def translated(namespace) -> Iterator[Translated]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        try:
            redirect(CALLED, listener.getsockname()[1])
        except OSError as error:
            pytest.skip(f"kernel lacks nf_tables or its translation: {error}")
        with socket.create_connection(("127.0.0.1", CALLED)) as client, listener.accept()[0] as server:
            yield Translated(client, server)


@pytest.mark.kernel
def test_each_side_of_a_translated_connection_finds_the_pair_of_the_other(translated):
    with closing(Conntrack()) as table:
        for near, far in (translated, translated[::-1]):
            source, destination = endpoints(near)
            found = table.find(PROTOCOL_TCP, source, destination)
            assert found == Tracking(TrackingState.TRANSLATED, *reversed(endpoints(far)))
            assert (found.source, found.destination) != (source, destination)


@pytest.mark.kernel
def test_a_connection_beside_it_is_tracked_and_not_translated(translated):
    with (
        socket.create_server(("::1", 0), family=socket.AF_INET6) as listener,
        socket.create_connection(listener.getsockname()[:2]) as client,
        closing(Conntrack()) as table,
    ):
        ours = Endpoint.parse(f"[::1]:{client.getsockname()[1]}")
        theirs = Endpoint.parse(f"[::1]:{client.getpeername()[1]}")
        # Rules are of one family: nothing tracks the other one.
        assert table.find(PROTOCOL_TCP, ours, theirs).state is TrackingState.UNTRACKED
        with socket.socket(type=socket.SOCK_DGRAM) as udp:
            udp.connect(("127.0.0.1", 9))
            udp.send(b"")
            source, destination = endpoints(udp)
        assert table.find(PROTOCOL_UDP, source, destination) == Tracking(TrackingState.PLAIN, source, destination)


@pytest.mark.kernel
def test_an_empty_table_is_not_asked(namespace, monkeypatch):
    monkeypatch.setattr(conntrack.NetlinkSocket, "open", None)
    assert Conntrack().find(PROTOCOL_TCP, *ASKED) == Tracking(TrackingState.IDLE)


@pytest.mark.kernel
def test_who_may_not_read_the_table_is_told_what_it_takes(namespace):
    track(1)

    def without_rights() -> Tracking:
        give_up_rights()
        with closing(Conntrack()) as table:
            return table.find(PROTOCOL_TCP, *ASKED)

    with ThreadPoolExecutor(1) as thread:
        refused = thread.submit(without_rights).result()
    assert refused.state is TrackingState.UNREADABLE
    assert refused.why.endswith("it takes CAP_NET_ADMIN: root, or sudo, and no --read-only")


@pytest.mark.kernel
def test_the_socket_on_the_screen_comes_with_what_becomes_of_its_packets(translated):
    with closing(LiveSource()) as source:
        table = source.sample().table
        rows = [row for row in range(len(table)) if table.is_pair[row]]
        asked = [SocketId.of(table, row) for row in rows]
        found = {one.local.port: source.socket(one).tracking for one in asked}
    ports = [end.getsockname()[1] for end in translated]
    assert {port: found[port].state for port in ports} == dict.fromkeys(ports, TrackingState.TRANSLATED)


@pytest.mark.kernel
def test_who_gets_a_segment_is_asked_about_what_the_packet_filter_makes_of_it(translated):
    source, destination = endpoints(translated.client)
    segment = Segment(PROTOCOL_TCP, destination, source)
    with closing(LiveSource()) as live:
        _, decision = decide_at_once(live, segment)
    cookie = int.from_bytes(translated.server.getsockopt(socket.SOL_SOCKET, SO_COOKIE, 8), sys.byteorder)
    assert decision.facts.look_up.found.cookie == cookie
    assert (decision.facts.untranslated, decision.facts.segment.destination) == (
        segment,
        endpoints(translated.server)[0],
    )
    assert decision.is_certain


def pair(source: str, destination: str) -> bytes:
    ends = [Endpoint.parse(text) for text in (source, destination)]
    addresses = b"".join(attribute(kind, end.address.packed) for kind, end in enumerate(ends, 1))
    ports = b"".join(attribute(kind, end.port.to_bytes(2)) for kind, end in enumerate(ends, 2))
    return nested(1, addresses) + nested(2, attribute(1, b"\6") + ports)


ORIGINAL = pair("192.0.2.10:50000", "198.51.100.7:443")
REPLY = pair("203.0.113.7:8443", "192.0.2.10:50000")


def answer(original: bytes, reply: bytes) -> bytes:
    return bytes(4) + nested(1, original) + nested(2, reply)


def test_what_answers_tells_what_goes_out():
    found = conntrack._tracking(ASKED, answer(ORIGINAL, REPLY))
    assert (str(found.source), str(found.destination)) == ("192.0.2.10:50000", "203.0.113.7:8443")


def test_an_answer_about_another_connection_is_none():
    with pytest.raises(WireError, match="another tracked connection"):
        conntrack._tracking(ASKED[::-1], answer(ORIGINAL, REPLY))


@given(st.data())
def test_broken_answers_end_in_our_own_error(data):
    whole = bytearray(answer(ORIGINAL, REPLY))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    with suppress(WireError):
        assert conntrack._tracking(ASKED, cut).source is not None
