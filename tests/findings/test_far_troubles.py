"""Real trouble with other hosts at the end of a cable: found once its condition has held for its time, gone with it."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence

import pytest

from monitor.model.finding import (
    Certainty,
    Finding,
    FindingKind,
    Grade,
    LinkSubject,
    PeerSubject,
    ProcessSubject,
    Side,
)
from monitor.reasoning.finding_conditions import (
    ELSEWHERE_FOR_S,
    IDLE_S,
    KEEPALIVE_TRIES,
    LEAK_FOR_S,
    PORTS_FOR_S,
    RESEND_TRIES,
    RESENT_FOR_S,
    STALLED_S,
    WINDOW_PROBE_TRIES,
    WINDOW_S,
)
from tests import servers, troubles
from tests.far_hosts import HERE, HOSTS, INTERFACE, FarHosts, Pair
from tests.findings.conftest import PERIODS, LiveWatch
from tests.reasoning.watching import kinds, only
from tests.waiting import probes, resends, wait_until, wait_until_acknowledged

pytestmark = pytest.mark.kernel


def talk(pairs: Sequence[Pair]) -> None:
    """Send some segments on each pair."""
    for pair in pairs:
        for _ in range(10):
            pair.near.send(b"!")
    wait_until_acknowledged(pair.near for pair in pairs)


def lose(far: FarHosts, pairs: Sequence[Pair], hosts: Sequence[str]) -> None:
    """Send on each pair, and have some of the hosts lose a segment of each."""
    talk(pairs)
    far.unplug(*hosts)
    for pair in pairs:
        pair.near.send(b"!")
    far.plug(*hosts)
    wait_until_acknowledged(pair.near for pair in pairs)


def see_losing(watch: LiveWatch, send: Callable[[], None]) -> Finding:
    """Lose so for as long as the condition asks, and a moment longer."""
    watch.see()
    send()
    assert watch.see() == ()
    for _ in range(round(RESENT_FOR_S) + PERIODS):
        send()
        found = watch.see()
    return only(found, FindingKind.RETRANSMITS)


def see_mended(watch: LiveWatch, pairs: Sequence[Pair]) -> tuple[Finding, ...]:
    """Go on without a loss until what was lost is further back than the condition looks."""
    for _ in range(round(1.5 * WINDOW_S) + PERIODS):
        talk(pairs)
        found = watch.see()
    return found


def test_one_host_to_which_much_is_lost(watch, far):
    pairs = [pair for host in HOSTS for pair in far.connect(host, 10)]
    found = see_losing(watch, lambda: lose(far, pairs, HOSTS[:1]))
    assert isinstance(found.subject, PeerSubject)
    assert (str(found.subject.remote.address), found.side) == (HOSTS[0], Side.PEER_OR_PATH)
    assert (found.certainty, found.numbers.connections) == (Certainty.CERTAIN, 10)
    assert found.numbers.others_resent == 0
    assert see_mended(watch, pairs) == ()


def test_an_interface_on_which_all_hosts_lose(watch, far):
    pairs = [pair for host in HOSTS for pair in far.connect(host, 5)]
    found = see_losing(watch, lambda: lose(far, pairs, HOSTS))
    assert found.subject == LinkSubject(socket.if_nametoindex(INTERFACE))
    assert (found.side, found.numbers.remotes) == (Side.PATH, len(HOSTS))
    assert see_mended(watch, pairs) == ()


def test_a_program_that_loses_where_others_do_not(watch, far, scene):
    pairs = [pair for host in HOSTS for pair in far.connect(host, 5)]
    other = scene.enter_context(servers.service(HERE, 10, far.reach))

    def send():
        for client in other.clients * 20:
            client.send(b"?")
        wait_until_acknowledged(other.clients)
        lose(far, pairs, HOSTS)

    found = see_losing(watch, send)
    assert isinstance(found.subject, ProcessSubject)
    assert (found.subject.pid, found.side) == (os.getpid(), Side.PROGRAM)
    assert see_mended(watch, pairs) == ()


def test_a_host_that_has_gone_with_data_on_its_way(watch, far):
    near = far.connect(HOSTS[0])[0].near
    assert watch.see() == ()
    far.unplug(HOSTS[0])
    near.send(b"hello")
    wait_until(lambda: resends(near) >= RESEND_TRIES)
    found = only(watch.see(), FindingKind.UNACKNOWLEDGED)
    assert (str(found.subject.remote.address), found.subject.holder.pid) == (HOSTS[0], os.getpid())
    assert (found.numbers.with_data, found.numbers.unacknowledged_bytes) == (1, 5)
    far.plug(HOSTS[0])
    wait_until_acknowledged([near])
    assert watch.see_for(PERIODS) == ()


def test_a_host_that_answers_no_keepalive_probe(watch, far):
    near = far.connect(HOSTS[0])[0].near
    near.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    near.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
    near.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
    assert watch.see() == ()
    far.unplug(HOSTS[0])
    wait_until(lambda: probes(near) >= KEEPALIVE_TRIES)
    found = only(watch.see(), FindingKind.UNACKNOWLEDGED)
    assert (found.numbers.with_data, found.numbers.unacknowledged_bytes) == (0, 0)
    far.plug(HOSTS[0])
    wait_until(lambda: probes(near) == 0)
    assert watch.see_for(PERIODS) == ()


def test_a_host_whose_program_does_not_read(watch, far):
    pair = far.connect(HOSTS[0])[0]
    written = troubles.fill(pair.near)
    wait_until(lambda: probes(pair.near) >= 1)
    assert watch.see_for(STALLED_S - 1) == ()
    found = watch.see_for(PERIODS)
    assert kinds(found) == [FindingKind.SHUT_WINDOW]
    assert (found[0].side, str(found[0].subject.remote.address)) == (Side.PEER, HOSTS[0])
    assert 0 < found[0].numbers.waiting_bytes <= written
    troubles.drain(pair.far, written)
    wait_until_acknowledged([pair.near])
    assert watch.see_for(PERIODS) == ()


def test_a_host_that_goes_with_its_window_shut(watch, far):
    pair = far.connect(HOSTS[0])[0]
    written = troubles.fill(pair.near)
    wait_until(lambda: probes(pair.near) >= 1)
    far.unplug(HOSTS[0])
    wait_until(lambda: probes(pair.near) >= WINDOW_PROBE_TRIES)
    assert kinds(watch.see_for(STALLED_S + PERIODS)) == [FindingKind.UNACKNOWLEDGED]
    far.plug(HOSTS[0])
    troubles.drain(pair.far, written)
    wait_until_acknowledged([pair.near])
    assert watch.see_for(PERIODS) == ()


def test_a_client_whose_ports_wait_in_time_wait(watch, far, scene):
    scene.enter_context(troubles.setting("ipv4/ip_local_port_range", "40000 40049"))
    open_ones = far.connect(HOSTS[0], 20)
    for pair in far.connect(HOSTS[0], 28):
        pair.near.close()
        pair.far.close()
    found = only(watch.see_for(PORTS_FOR_S), FindingKind.EPHEMERAL_PORTS)
    assert (found.numbers.used, found.numbers.usable, found.numbers.time_wait) == (48, 50, 28)
    assert (str(found.subject.source.address), found.subject.remote.port) == (HERE, far.remote(HOSTS[0])[1])
    for pair in open_ones:
        pair.far.close()
        pair.near.close()
    assert watch.see_for(PERIODS) == ()


def test_a_route_by_another_interface(watch, far, ip):
    far.connect(HOSTS[0], 3)
    far.connect(HOSTS[1], 2)
    assert watch.see_for(ELSEWHERE_FOR_S + PERIODS) == ()
    ip("link add other0 type veth peer name other1", "link set other0 up", "link set other1 up")
    ip("addr add 203.0.113.1/24 dev other0")
    ip(f"route add {HOSTS[0]}/32 dev other0")
    found = only(watch.see_for(ELSEWHERE_FOR_S + PERIODS), FindingKind.ELSEWHERE)
    assert found.subject == LinkSubject(*map(socket.if_nametoindex, (INTERFACE, "other0")))
    assert (found.grade, found.numbers.connections) == (Grade.NOTE, 3)
    ip(f"route del {HOSTS[0]}/32 dev other0")
    assert watch.see_for(PERIODS) == ()


def test_an_idle_pool_without_keepalive_is_a_note(watch, far):
    pairs = far.connect(HOSTS[0], 5)
    talk(pairs)
    with_keepalive = far.connect(HOSTS[0])[0].near
    with_keepalive.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    assert watch.see() == ()
    # The keepalive timer itself is real: its two hours do not pass.
    watch.see(after=IDLE_S)
    found = only(watch.see_for(LEAK_FOR_S), FindingKind.NO_KEEPALIVE)
    assert (found.grade, found.numbers.connections) == (Grade.NOTE, 5)
    for pair in pairs:
        pair.near.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    assert watch.see_for(PERIODS) == ()
