"""Real trouble, made in a namespace: it is found when its condition has held for its time, and goes with it."""

from __future__ import annotations

import errno
import os
import resource
import socket
import subprocess
from pathlib import Path

import pytest

from monitor.model.finding import Certainty, FindingKind, Grade, ProcessSubject, Side
from monitor.reasoning.finding_conditions import (
    CONNTRACK_FOR_S,
    CONNTRACK_NEAR,
    DESCRIPTORS_FOR_S,
    DROPPING_SAMPLES,
    ELSEWHERE_FOR_S,
    LEAK_FOR_S,
    LEAK_GROWTH,
    LEAK_GROWTH_LEAST,
    LEAK_GROWTH_S,
    LEAK_SOCKETS,
    PORTS_FOR_S,
    QUEUE_FULL_FOR_S,
    QUEUE_NEAR_FOR_S,
    QUIET_S,
    REFUSED_OVER_S,
    REFUSED_TIMES,
    SHARED_CONNECTIONS,
    SHORT_FOR_S,
    SHORT_PER_SECOND,
    STALLED_S,
    SYN_TRIES,
    TIME_WAIT_S,
    UNEVEN_FOR_S,
    WINDOW_S,
)
from tests import conntrack, servers, troubles
from tests.findings.conftest import PERIODS
from tests.reasoning.watching import kinds, only
from tests.reasoning.watching import troubles as trouble_in
from tests.waiting import resends, wait_until

pytestmark = pytest.mark.kernel

MOST_TRACKED = 300_000
"""More would take hundreds of megabytes of the kernel."""


def test_a_server_that_does_not_accept(watch, scene):
    assert watch.see() == ()
    trouble = scene.enter_context(servers.full_accept_queue(backlog=5))
    found = only(watch.see_for(QUEUE_FULL_FOR_S), FindingKind.ACCEPT_QUEUE)
    assert (found.numbers.queued, found.numbers.limit) == (6, 5)
    assert found.numbers.overflows >= 1
    assert found.numbers.drops >= 1
    assert found.cookies.tolist() == [trouble.listener.cookie]
    assert found.since == pytest.approx(watch.now - QUEUE_FULL_FOR_S)
    scene.close()
    assert watch.see_for(PERIODS) == ()


def test_a_server_that_does_not_accept_on_a_host_that_resets_its_clients(watch, scene):
    scene.enter_context(troubles.setting("ipv4/tcp_abort_on_overflow", "1"))
    scene.enter_context(servers.full_accept_queue(backlog=5))
    assert only(watch.see_for(QUEUE_FULL_FOR_S), FindingKind.ACCEPT_QUEUE).numbers.has_resets
    scene.close()
    assert watch.see_for(PERIODS) == ()


def test_a_queue_that_is_nearly_full(watch, scene):
    assert watch.see() == ()
    server = scene.enter_context(socket.create_server(("127.0.0.1", 0), backlog=20))
    for _ in range(17):
        scene.enter_context(socket.create_connection(server.getsockname()))
    assert watch.see_for(QUEUE_NEAR_FOR_S - 1) == ()
    found = only(watch.see_for(PERIODS), FindingKind.ACCEPT_QUEUE)
    assert (found.numbers.queued, found.numbers.limit, found.numbers.is_dropping) == (17, 20, False)
    for _ in range(10):
        scene.enter_context(server.accept()[0])
    assert watch.see_for(PERIODS) == ()


def test_a_queue_that_is_full_only_between_samples(watch, scene):
    server = scene.enter_context(socket.create_server(("127.0.0.1", 0), backlog=3))
    watch.see()
    for _ in range(DROPPING_SAMPLES):
        assert watch.see() == ()
        troubles.burst(server, clients=8)
    found = only(watch.see(), FindingKind.ACCEPT_QUEUE)
    assert (found.numbers.queued, found.numbers.is_dropping) == (0, True)
    assert found.numbers.drops >= DROPPING_SAMPLES
    assert watch.see_for(WINDOW_S + PERIODS) == ()


def test_a_server_that_never_closes(watch, scene):
    trouble = scene.enter_context(servers.close_wait_leak(LEAK_SOCKETS))
    assert watch.see_for(QUIET_S - 1) == ()
    found = only(watch.see_for(LEAK_FOR_S), FindingKind.CLOSE_WAIT)
    assert isinstance(found.subject, ProcessSubject)
    assert found.subject.pid == trouble.listener.pid
    assert found.numbers.unread_ends == LEAK_SOCKETS
    assert set(found.cookies.tolist()) == {accepted.cookie for accepted in trouble.accepted}
    scene.close()
    assert watch.see_for(PERIODS) == ()


def test_a_server_that_closes_fewer_and_fewer(watch, scene):
    trouble = scene.enter_context(servers.service(connections=LEAK_SOCKETS - 3))
    apart_s = LEAK_GROWTH_S / (LEAK_GROWTH + 1)
    found_at = (LEAK_GROWTH_LEAST - 1) * apart_s + QUIET_S + LEAK_FOR_S
    clients = iter(trouble.clients)
    for second in range(round(found_at) + PERIODS):
        if second % apart_s == 0:
            next(clients).shutdown(socket.SHUT_WR)
        found = watch.see()
        assert found == () or second >= found_at
    one = only(found, FindingKind.CLOSE_WAIT)
    assert (one.certainty, one.numbers.quiet < LEAK_SOCKETS) == (Certainty.CERTAIN, True)
    scene.close()
    assert watch.see_for(PERIODS) == ()


def test_a_large_idle_pool_whose_server_has_just_ended(watch, scene):
    server = scene.enter_context(servers.service(connections=2 * LEAK_SOCKETS))
    assert watch.see_for(2 * QUIET_S) == ()
    for client in server.clients:
        client.shutdown(socket.SHUT_WR)
    assert watch.see_for(QUIET_S / 2) == ()


def test_a_client_that_uses_all_ports(watch, scene):
    server = scene.enter_context(troubles.used_up_range(ports=50))
    found = only(watch.see_for(PORTS_FOR_S), FindingKind.EPHEMERAL_PORTS)
    assert (found.numbers.used, found.numbers.usable) == (50, 50)
    assert found.subject.remote.port == server.port
    scene.close()
    assert FindingKind.EPHEMERAL_PORTS not in kinds(watch.see_for(PERIODS))


def test_a_reader_that_has_stopped(watch, scene):
    trouble = scene.enter_context(troubles.stopped_reader())
    assert watch.see_for(STALLED_S - 1) == ()
    found = watch.see_for(PERIODS)
    # The writer is on this host too, and its reader is told once.
    assert kinds(found) == [FindingKind.UNREAD]
    assert (found[0].side, found[0].subject.pid) == (Side.PROGRAM, trouble.reader.pid)
    assert found[0].numbers.waiting_bytes <= trouble.written
    scene.close()
    assert watch.see_for(PERIODS) == ()


def test_a_udp_socket_that_nobody_empties(watch, scene):
    _, send = scene.enter_context(troubles.overflowing_udp())
    watch.see()
    for _ in range(DROPPING_SAMPLES):
        send()
        found = watch.see()
    one = only(found, FindingKind.UDP_DROPS)
    assert one.numbers.drops >= one.numbers.recent == 20 * DROPPING_SAMPLES == one.numbers.host_drops
    assert one.numbers.waiting_bytes > 0
    assert FindingKind.UDP_DROPS not in kinds(watch.see_for(11))


def test_an_address_from_which_nothing_comes_back(watch, scene, ip):
    ip("link add e0 type veth peer name p0", "addr add 192.0.2.1/24 dev e0", "link set e0 up", "link set p0 up")
    ip("neigh add 192.0.2.77 lladdr 00:00:5e:00:53:01 dev e0")
    scene.enter_context(troubles.setting("ipv4/tcp_syn_linear_timeouts", "4"))
    clients = scene.enter_context(troubles.unanswered_syns(("192.0.2.77", 443)))
    wait_until(lambda: resends(clients[-1]) >= SYN_TRIES)
    found = only(watch.see(), FindingKind.SYN_UNANSWERED)
    assert (found.grade, str(found.subject.remote)) == (Grade.TROUBLE, "192.0.2.77:443")
    assert found.subject.holder.pid == os.getpid()
    scene.close()
    assert watch.see_for(20) == ()


def test_a_refused_connection_is_no_silence(watch):
    with socket.socket() as client:
        with pytest.raises(ConnectionRefusedError):
            client.connect(("127.0.0.1", 9))
        assert watch.see_for(PERIODS) == ()


def test_a_port_that_refuses_again_and_again(listening):
    with socket.socket() as closed_port:
        closed_port.bind(("127.0.0.1", 0))
        remote = closed_port.getsockname()
        listening.see()
        for attempt in range(1, REFUSED_TIMES + 1):
            assert listening.see_for(1) == ()
            with socket.socket() as client:
                assert client.connect_ex(remote) == errno.ECONNREFUSED, attempt
        found = only(listening.see_for(PERIODS), FindingKind.REFUSED)
    assert (found.grade, found.side, found.subject.remote.port) == (Grade.NOTE, Side.PEER, remote[1])
    assert (found.numbers.count, found.numbers.pid) == (REFUSED_TIMES, os.getpid())
    assert listening.see_for(REFUSED_OVER_S + PERIODS) == ()


def test_a_process_without_descriptors_left(watch, scene):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    scene.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))
    for _ in range(140):
        scene.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)).bind(("127.0.0.1", 0))
    while len(list(Path("/proc/self/fd").iterdir())) < 185:
        scene.callback(os.close, os.open("/dev/null", os.O_RDONLY))
    found = only(watch.see_for(DESCRIPTORS_FOR_S), FindingKind.DESCRIPTORS)
    assert found.subject.pid == os.getpid()
    assert (found.numbers.limit, found.numbers.used >= 180) == (200, True)
    scene.close()
    assert watch.see_for(PERIODS) == ()


def test_a_child_that_inherits_a_listener(watch, scene, program):
    held, child = scene.enter_context(troubles.inheriting_child(program("sleep")))
    found = only(watch.see_for(PERIODS), FindingKind.INHERITED_LISTENER)
    assert found.numbers.pids == (held.pid, child)
    scene.close()
    assert watch.see_for(PERIODS) == ()


def test_an_address_that_has_gone(watch, scene, ip):
    ip("link add e0 type veth peer name p0", "addr add 192.0.2.1/24 dev e0", "addr add 192.0.2.2/24 dev e0")
    ip("link set e0 up", "link set p0 up")
    server = scene.enter_context(socket.create_server(("192.0.2.1", 0)))
    scene.enter_context(socket.create_connection(server.getsockname(), source_address=("192.0.2.2", 0)))
    assert trouble_in(watch.see_for(ELSEWHERE_FOR_S)) == []
    ip("addr del 192.0.2.2/24 dev e0")
    found = only(watch.see_for(ELSEWHERE_FOR_S + 1), FindingKind.NO_WAY)
    assert found.numbers.connections >= 1
    ip("addr add 192.0.2.2/24 dev e0")
    assert trouble_in(watch.see_for(PERIODS)) == []


def test_a_listener_at_every_address_by_two_programs(watch, scene, tmp_path):
    first = scene.enter_context(servers.called(b"first", tmp_path, address="0.0.0.0"))
    scene.enter_context(servers.called(b"second", tmp_path, address="::", port=first.port, v6only=True))
    found = watch.see()
    assert {one.grade for one in found} == {Grade.NOTE}
    assert set(kinds(found)) == {FindingKind.TWO_PROGRAMS, FindingKind.LISTENS_EVERYWHERE}
    scene.close()
    assert watch.see_for(PERIODS) == ()


def test_a_database_that_is_reached_from_everywhere(watch, scene):
    scene.enter_context(servers.service("0.0.0.0", 0, port=5432))
    found = only(watch.see_for(PERIODS), FindingKind.LISTENS_EVERYWHERE)
    assert (found.grade, found.numbers.service, found.subject.local_port) == (Grade.NOTE, "PostgreSQL", 5432)
    scene.close()
    assert watch.see_for(PERIODS) == ()


def test_a_service_that_is_reached_from_everywhere(watch, scene):
    listener = scene.enter_context(servers.service("0.0.0.0", 0)).listener
    found = only(watch.see_for(PERIODS), FindingKind.LISTENS_EVERYWHERE)
    assert (found.grade, found.numbers.service, found.numbers.ports) == (Grade.NOTE, None, (listener.port,))
    scene.close()
    assert watch.see_for(PERIODS) == ()


def test_a_worker_that_takes_nearly_all(watch, scene):
    """The rest of the group came when the connections were there, as in a rolling restart."""
    first = scene.enter_context(servers.service(connections=SHARED_CONNECTIONS + 5, reuse_port=True))
    for _ in range(3):
        scene.enter_context(servers.member_of(first.listener))
    assert watch.see_for(UNEVEN_FOR_S - 1) == ()
    found = only(watch.see_for(PERIODS), FindingKind.UNEVEN_WORKERS)
    assert (found.grade, found.numbers.pid) == (Grade.NOTE, first.listener.pid)
    assert (found.numbers.workers, found.numbers.sockets, found.numbers.most) == (4, 4, SHARED_CONNECTIONS + 5)
    for client in first.clients:
        client.close()
    scene.close()
    assert watch.see_for(PERIODS) == ()


def test_many_short_connections_to_one_endpoint(watch, scene, program):
    server = scene.enter_context(socket.create_server(("127.0.0.1", 0)))
    watch.see()
    troubles.connect_shortly(server, round(SHORT_PER_SECOND * TIME_WAIT_S))
    found = only(watch.see_for(SHORT_FOR_S), FindingKind.SHORT_CONNECTIONS)
    assert (found.grade, found.subject.remote.port) == (Grade.NOTE, server.getsockname()[1])
    # They would be gone in a minute.
    subprocess.run([program("ss"), "-K", "state", "time-wait"], check=True, capture_output=True)
    assert watch.see_for(PERIODS) == ()


def test_a_packet_filter_that_keeps_track_of_too_many(watch):
    try:
        conntrack.track(1)
        limit = int(Path("/proc/sys/net/netfilter/nf_conntrack_max").read_text())
    except OSError:
        pytest.skip("kernel lacks connection tracking by netlink")
    if limit > MOST_TRACKED:
        pytest.skip(f"kernel lacks a table of connections small enough to fill: {limit:,}")
    assert watch.see() == ()
    conntrack.track(round(CONNTRACK_NEAR * limit) + 1)
    found = only(watch.see_for(CONNTRACK_FOR_S), FindingKind.CONNTRACK)
    assert (found.numbers.used >= CONNTRACK_NEAR * limit, found.numbers.limit) == (True, limit)
    conntrack.forget_all()
    assert watch.see_for(PERIODS) == ()
