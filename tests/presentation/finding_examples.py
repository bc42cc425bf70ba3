"""A finding of each kind with the heading that it has, on a small machine whose interval holds its sockets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from monitor.model.endpoint import Endpoint
from monitor.model.finding import (
    Certainty,
    Finding,
    FindingKind,
    Grade,
    HostSubject,
    LinkSubject,
    PeerSubject,
    ProcessSubject,
    ServiceSubject,
    Side,
    SocketSubject,
    UserSubject,
)
from monitor.model.finding_numbers import (
    AcceptQueueNumbers,
    CloseWaitNumbers,
    ConnectingNumbers,
    IdleNumbers,
    PortNumbers,
    ReachNumbers,
    RefusedNumbers,
    RepeatedConnectionNumbers,
    RetransmitNumbers,
    RouteNumbers,
    SharedPortNumbers,
    ShortConnectionNumbers,
    SilenceNumbers,
    StalledNumbers,
    UdpDropNumbers,
    UseNumbers,
    WorkerNumbers,
)
from monitor.model.process import Process
from monitor.model.sample import Network
from monitor.sampling.intervals import advance
from tests.scenes import ANY6, link, row, sample_of

HOSTILE = b"\x1b[31mevil\n"
PROCESSES = (Process(812, 1, b"nginx", 33), Process(990, 52, b"proxy", 1001), Process(66, 3, HOSTILE, 0))
ROWS = [
    row("tcp", "[::]:443", ANY6, "LISTEN", owner=((812, 6),), cookie=1, queue=(512, 511)),
    row("tcp", "192.0.2.10:41022", "198.51.100.20:5432", "CLOSE-WAIT", owner=(990, 7), cookie=2, uid=1001),
    row("udp", "127.0.0.1:514", "0.0.0.0:0", "UNCONN", owner=(66, 3), cookie=3),
]
SAMPLE = sample_of(
    ROWS, processes=PROCESSES, network=Network(1, (link(2, "eth0"), link(3, "wg0"))), users={1001: "app"}
)
INTERVAL = advance(None, SAMPLE)
SERVICE = ServiceSubject.of(INTERVAL.table, 0)
PROXY = ProcessSubject(990, 52)
DATABASE = Endpoint.parse("198.51.100.20:5432")
PEER = PeerSubject(6, DATABASE, PROXY)
ADDRESS = PeerSubject(6, replace(DATABASE, port=0), PROXY)

QUEUE = AcceptQueueNumbers(
    queued=512,
    limit=511,
    somaxconn=4096,
    sockets=1,
    full_sockets=1,
    is_only_full=True,
    overflows=18,
    drops=18,
    over_s=5.0,
)
LEAK = CloseWaitNumbers(
    sockets=38,
    quiet=38,
    oldest_idle_s=7200.0,
    unread_ends=38,
    remotes=1,
    per_minute=None,
    watched_s=5.0,
    descriptors=144,
    descriptor_limit=1024,
)
LOSS = RetransmitNumbers(
    sent=4_812,
    resent=577,
    connections=17,
    remotes=1,
    over_s=10.0,
    usual_share=0.001,
    others_sent=12_000,
    others_resent=0,
)


def finding(  # noqa: PLR0913 - one for each field
    kind, subject, numbers, *cookies, side=Side.PROGRAM, grade=Grade.TROUBLE, certainty=Certainty.CERTAIN
):
    return Finding(kind, grade, subject, None, side, certainty, numbers, np.array(cookies, np.uint64))


def note(kind, subject, numbers, *cookies):
    return finding(kind, subject, numbers, *cookies, grade=Grade.NOTE)


EXAMPLES = [
    (
        finding(FindingKind.ACCEPT_QUEUE, SERVICE, QUEUE, 1),
        "[::]:443 drops new clients: accept queue full, 512/511. This host, nginx. Certain.",
    ),
    (
        finding(FindingKind.ACCEPT_QUEUE, SERVICE, replace(QUEUE, full_sockets=0, queued=420, drops=0), 1),
        "[::]:443 will soon drop new clients: accept queue nearly full, 420/511. This host, nginx. Certain.",
    ),
    (
        finding(FindingKind.CLOSE_WAIT, PROXY, LEAK, 2, certainty=Certainty.LIKELY),
        "proxy[990] does not close connections: 38 CLOSE-WAIT, oldest idle 2h. This host, proxy. Likely.",
    ),
    (
        finding(FindingKind.CLOSE_WAIT, UserSubject(1001), replace(LEAK, per_minute=4.0), 2),
        "(app) does not close connections: 38 CLOSE-WAIT, +4/min, oldest idle 2h. This host, (app). Certain.",
    ),
    (
        finding(
            FindingKind.SYN_UNANSWERED,
            PEER,
            ConnectingNumbers(waiting=3, attempts=5, remotes=1, most_tries=4, over_s=300.0),
            side=Side.PEER_OR_PATH,
        ),
        "proxy[990] gets no answer from 198.51.100.20:5432: 3 in SYN-SENT, 2 given up in 5m, 4 SYNs sent again. "
        "The peer or the path to it, 198.51.100.20:5432. Certain.",
    ),
    (
        finding(
            FindingKind.UNACKNOWLEDGED,
            ADDRESS,
            SilenceNumbers(
                connections=12, remotes=1, with_data=12, unacknowledged_bytes=3_400, most_tries=8, idle_s=120.0
            ),
            2,
            side=Side.PEER_OR_PATH,
        ),
        "proxy[990] gets no answers any more from 198.51.100.20: 12 connections, 3.4K unacknowledged, sent again 8 "
        "times. The peer or the path to it, 198.51.100.20. Certain.",
    ),
    (
        finding(FindingKind.RETRANSMITS, ADDRESS, LOSS, 2, side=Side.PEER_OR_PATH),
        "what is sent to 198.51.100.20 is lost on the way: 12 % of 4,812 segments in 10 s, on 17 connections. "
        "The peer or the path to it, 198.51.100.20. Certain.",
    ),
    (
        finding(FindingKind.RETRANSMITS, LinkSubject(2), LOSS, 2, side=Side.PATH),
        "what leaves by eth0 is lost on the way: 12 % of 4,812 segments in 10 s, on 17 connections. "
        "The path, eth0. Certain.",
    ),
    (
        finding(
            FindingKind.UNREAD,
            PROXY,
            StalledNumbers(connections=3, remotes=1, waiting_bytes=2_100_000, longest_s=41.0),
            2,
        ),
        "proxy[990] does not read: unread 2.1M on 3 connections, for up to 41s. This host, proxy. Certain.",
    ),
    (
        finding(
            FindingKind.SHUT_WINDOW,
            ADDRESS,
            StalledNumbers(connections=1, remotes=1, waiting_bytes=1_200_000, longest_s=41.0),
            2,
            side=Side.PEER,
        ),
        "198.51.100.20 does not read what proxy[990] sends: unsent 1.2M on 1 connection, for up to 41s. "
        "The peer, 198.51.100.20. Certain.",
    ),
    (
        finding(
            FindingKind.EPHEMERAL_PORTS,
            PeerSubject(6, DATABASE, source=Endpoint.parse("192.0.2.10:0")),
            PortNumbers(used=27_904, usable=28_232, first=32_768, last=60_999, time_wait=21_000, has_time_wait=True),
            2,
        ),
        "source ports to 198.51.100.20:5432 run out: 27,904 of 28,232 in use from 192.0.2.10, 21,000 of them in "
        "TIME-WAIT. This host, proxy[990]. Certain.",
    ),
    (
        note(
            FindingKind.SHORT_CONNECTIONS,
            PeerSubject(6, DATABASE),
            ShortConnectionNumbers(time_wait=720, per_second=12.0),
            2,
        ),
        "many short connections to 198.51.100.20:5432: 12/s in the last minute, 720 in TIME-WAIT. "
        "This host, proxy[990]. Certain.",
    ),
    (
        note(
            FindingKind.SHORT_CONNECTIONS,
            PeerSubject(6, DATABASE),
            RepeatedConnectionNumbers(count=120, over_s=10.0, program=b"curl", pid=None, processes=118),
            2,
        ),
        "many short connections to 198.51.100.20:5432: 12/s, 120 ended in 10 s. "
        "This host, curl and others, 118 processes. Certain.",
    ),
    (
        note(
            FindingKind.SHORT_CONNECTIONS,
            PeerSubject(6, DATABASE),
            RepeatedConnectionNumbers(count=120, over_s=10.0, program=None, pid=None, processes=0),
            2,
        ),
        "many short connections to 198.51.100.20:5432: 12/s, 120 ended in 10 s. A program of this host. Certain.",
    ),
    (
        note(
            FindingKind.REFUSED,
            PeerSubject(6, DATABASE),
            RefusedNumbers(count=7, over_s=30.0, program=b"java", pid=1313, processes=1),
            0,
        ),
        "198.51.100.20:5432 refuses connections: 7 in 30 s. This host, java[1313]. Certain.",
    ),
    (
        finding(FindingKind.DESCRIPTORS, PROXY, UseNumbers(used=1_000, limit=1_024), 2),
        "proxy[990] runs out of descriptors: 1,000 of 1,024 open. This host, proxy. Certain.",
    ),
    (
        finding(FindingKind.CONNTRACK, HostSubject(), UseNumbers(used=260_000, limit=262_144), side=Side.HOST),
        "the packet filter's table of connections is nearly full: 260,000 of 262,144 entries. This host. Certain.",
    ),
    (
        finding(
            FindingKind.UDP_DROPS,
            SocketSubject(3),
            UdpDropNumbers(
                drops=110, recent=10, over_s=10.0, waiting_bytes=212_000, buffer_bytes=212_992, host_drops=10
            ),
            3,
        ),
        r"127.0.0.1:514 drops datagrams: 10 in 10 s, 110 since it was made, 212K/213K waiting. "
        r"This host, \x1b[31mevil\n. Certain.",
    ),
    (
        finding(FindingKind.NO_WAY, LinkSubject(2), RouteNumbers(connections=12, remotes=3), 2, side=Side.HOST),
        "12 connections have no way any more: to 3 addresses, were eth0. This host. Certain.",
    ),
    (
        note(FindingKind.ELSEWHERE, LinkSubject(2, 3), RouteNumbers(connections=1, remotes=1), 2),
        "1 connection would now leave elsewhere: to 1 address, were eth0, now wg0. A program of this host. Certain.",
    ),
    (
        note(FindingKind.NO_KEEPALIVE, PROXY, IdleNumbers(connections=14, remotes=2, oldest_idle_s=50_000.0), 2),
        "proxy[990] keeps idle connections without keepalive: 14 idle for more than 2h, oldest 13h, to 2 addresses. "
        "This host, proxy. Certain.",
    ),
    (
        note(
            FindingKind.UNEVEN_WORKERS,
            SERVICE,
            WorkerNumbers(connections=412, workers=4, most=400, pid=812, sockets=1),
            1,
        ),
        "one of 4 workers of [::]:443 has most connections: nginx[812] 400 of 412. This host, nginx. Certain.",
    ),
    (
        note(FindingKind.INHERITED_LISTENER, SERVICE, SharedPortNumbers(pids=(990, 66)), 1),
        r"\x1b[31mevil\n[66] holds the listener of proxy[990]: [::]:443. This host, nginx. Certain.",
    ),
    (
        note(FindingKind.TWO_PROGRAMS, SERVICE, SharedPortNumbers(pids=(812, 990)), 1),
        "2 programs listen on port 443: proxy[990] and nginx[812]. This host, nginx. Certain.",
    ),
    (
        note(FindingKind.LISTENS_EVERYWHERE, SERVICE, ReachNumbers(services=1, ports=(6379,), service="Redis"), 1),
        "port 6379, by default Redis, is reached at every address: [::]:443. This host, nginx. Certain.",
    ),
    (
        note(FindingKind.LISTENS_EVERYWHERE, HostSubject(), ReachNumbers(services=9, ports=(22, 80), service=None), 1),
        "9 services can be reached at every address: ports 22, 80, …. A program of this host. Certain.",
    ),
]
"""Findings with the headings that they have."""
