"""db1: a fixed machine with a story, for pictures and for tests of whole screens.

Its web server, two proxies, a database and their clients. What is wrong: proxy[990] does not accept (its queue is
full) and does not close (CLOSE-WAIT), java[1313] gets no answer from a payment gateway, and filebeat[1502] stays on
eth1 although the route now leaves by eth0. Two samples, five seconds apart; documentation addresses only.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address

import numpy as np

from monitor.model.control_group import ControlGroup
from monitor.model.host_facts import HostFacts
from monitor.model.process import Process, ProcessFacts
from monitor.model.route import Flow, Neighbour, NextHop, RouteDecision, Rule
from monitor.model.sample import Network, Sample
from monitor.model.tcp import KERNEL_HELD
from monitor.model.tcp_info import (
    OPTION_SACK,
    OPTION_TIMESTAMPS,
    OPTION_WINDOW_SCALE,
    TIMER_PROBE,
    SocketDetails,
    TcpInfo,
)
from tests.scenes import (
    ANY,
    ANY6,
    BOOT_TIME,
    FULL_TCP_INFO,
    STOCK_RULES,
    TAKEN_AT,
    FixedSource,
    Row,
    address,
    link,
    row,
    sample_of,
    traffic,
)

LO, ETH0, ETH1 = 1, 2, 3
APART_S = 5.0
BUSY_S = 127.0
"""For how long before the first reading connections had something to send."""
STUCK_AT = -60.0
"""When proxy stopped to accept."""

NETWORK = Network(
    1,
    (link(LO, "lo"), link(ETH0, "eth0"), link(ETH1, "eth1")),
    (
        address(LO, "127.0.0.1/8", 254),
        address(LO, "::1/128", 254),
        address(ETH0, "192.0.2.10/24"),
        address(ETH0, "2001:db8::10/64"),
        address(ETH0, "fe80::5301/64", 253),
        address(ETH1, "203.0.113.10/24"),
        address(ETH1, "fe80::5302/64", 253),
    ),
    rule_selectors=STOCK_RULES,
)
USERS = {0: "root", 33: "www-data", 101: "systemd-resolve", 110: "postgres", 1001: "app", 1002: "deploy"}
WWW, RESOLVE, POSTGRES, APP, DEPLOY = 33, 101, 110, 1001, 1002


def _process(pid: int, name: str, uid: int, command: str, exe: str = "") -> Process:
    path = exe or f"/usr/bin/{name}"
    return Process(pid, 4_200 + pid * 10, name.encode(), uid, path.encode(), command.replace(" ", "\0").encode())


PROCESSES = (
    *(_process(pid, "nginx", WWW, "nginx: worker process", "/usr/sbin/nginx") for pid in (812, 813, 814, 815)),
    _process(540, "systemd-resolved", RESOLVE, "/usr/lib/systemd/systemd-resolved"),
    _process(640, "sshd", 0, "sshd: /usr/sbin/sshd -D [listener]", "/usr/sbin/sshd"),
    _process(3301, "sshd", DEPLOY, "sshd: deploy@pts/0", "/usr/sbin/sshd"),
    _process(702, "postgres", POSTGRES, "/usr/lib/postgresql/16/bin/postgres -D /srv/db"),
    _process(22113, "postgres", POSTGRES, "postgres: app orders 127.0.0.1(41880) idle"),
    _process(22114, "postgres", POSTGRES, "postgres: app orders 127.0.0.1(41882) SELECT"),
    _process(4411, "node", APP, "node /opt/shop/server.js"),
    _process(2044, "envoy", APP, "/usr/local/bin/envoy -c /etc/envoy.yaml --concurrency 8"),
    _process(1502, "filebeat", 0, "/usr/share/filebeat/bin/filebeat -e"),
    _process(1313, "java", APP, "java -Xmx2g -jar /opt/pay/pay.jar"),
    _process(990, "proxy", APP, "/opt/proxy/bin/proxy --config /etc/proxy.toml"),
)
_POSTGRES = b"5f1d" * 16
CONTROL_GROUPS = {
    4101: ControlGroup(b"/system.slice/nginx.service"),
    4102: ControlGroup(b"/system.slice/systemd-resolved.service"),
    4103: ControlGroup(b"/system.slice/ssh.service"),
    4104: ControlGroup(b"/user.slice/user-1002.slice/session-7.scope"),
    4105: ControlGroup(b"/system.slice/docker-%s.scope" % _POSTGRES, b"orders-db", b"postgres:16"),
    4106: ControlGroup(b"/system.slice/docker-%s.scope" % _POSTGRES[::-1], b"shop", b"registry.example/shop:7"),
    4107: ControlGroup(b"/system.slice/envoy.service"),
    4108: ControlGroup(b"/system.slice/filebeat.service"),
    4109: ControlGroup(b"/system.slice/pay.service"),
    4110: ControlGroup(b"/system.slice/proxy.service"),
}
"""By number."""
_GROUP_OF = {
    **dict.fromkeys((812, 813, 814, 815), 4101),
    540: 4102,
    640: 4103,
    3301: 4104,
    **dict.fromkeys((702, 22113, 22114), 4105),
    4411: 4106,
    2044: 4107,
    1502: 4108,
    1313: 4109,
    990: 4110,
}
"""By pid."""
_GROUP_OF_WAITING = {6432: 4110, 8443: 4107}
"""Of connections that nobody has accepted, by local port."""
WORKERS = ((812, 6), (813, 6), (814, 6), (815, 6))


def samples() -> list[Sample]:
    """Read db1 twice; the second reading is at TAKEN_AT."""
    return [_sample(0.0), _sample(APART_S)]


def source(*, earlier: int = 0) -> FixedSource:
    """Make the source of both readings, of routes and of what is known of the processes.

    Args:
        earlier: How many readings go before them, for curves.
    """
    before = [_sample(-APART_S * count) for count in range(earlier, 0, -1)]
    return FixedSource([*before, *samples()], route_to, FACTS, details=_details())


def _details() -> dict[int, SocketDetails]:
    """What the kernel tells of the busiest connection alone: its peer does not read."""
    table = samples()[-1].table
    (number,) = np.flatnonzero((table.remote_port == 51834) & (table.local_port == 8080)).tolist()
    info = TcpInfo(
        length_bytes=FULL_TCP_INFO,
        options=OPTION_TIMESTAMPS | OPTION_SACK | OPTION_WINDOW_SCALE,
        send_window_scale=7,
        receive_window_scale=9,
        rto_us=224_000,
        send_mss_bytes=1_448,
        advertised_mss_bytes=1_448,
        path_mtu_bytes=1_500,
        rtt_us=23_000,
        min_rtt_us=21_000,
        rtt_variation_us=2_000,
        cwnd_segments=42,
        ssthresh_segments=36,
        reordering_segments=3,
        pacing_rate=3_100_000,
        delivery_rate=1_600_000,
        unsent_bytes=1_200_000,
        unacked_segments=0,
        lost_segments=0,
        total_retransmits=int(table.total_retrans[number]),
        segments_out=int(table.segs_out[number]),
        bytes_acked=int(table.bytes_acked[number]),
        bytes_received=int(table.bytes_received[number]),
        bytes_sent=int(table.bytes_sent[number]),
        bytes_retransmitted=int(table.bytes_retrans[number]),
        busy_us=120_000_000,
        receive_window_limited_us=85_200_000,
        send_buffer_limited_us=0,
        peer_window_bytes=0,
        last_data_sent_ms=0,
        last_data_recv_ms=0,
        last_ack_recv_ms=0,
    )
    details = SocketDetails(
        state=int(table.state[number]),
        timer=TIMER_PROBE,
        timer_tries=3,
        timer_ms=2_200,
        recv_q=0,
        send_q=int(table.send_q[number]),
        inode=int(table.inode[number]),
        uid=33,
        info=info,
        congestion_control=b"cubic",
    )
    return {int(table.cookie[number]): details}


def _sample(seconds: float) -> Sample:
    rows = [_grouped(described) for described in (*_listeners(seconds), *_connections(seconds))]
    return sample_of(
        rows,
        seconds - APART_S,
        processes=PROCESSES,
        network=NETWORK,
        users=USERS,
        control_groups=CONTROL_GROUPS,
        time_wait=2,
        has_time_wait=True,
        host_facts=_host_facts(seconds),
        closed={FINISHED.columns["cookie"]} if seconds > 0 else (),
    )


def _grouped(described: Row) -> Row:
    """Put a socket into the control group of who has it or will have it."""
    waiting = _GROUP_OF_WAITING.get(described.columns["local_port"], 0)
    is_entry = described.columns["state"] in KERNEL_HELD
    number = _GROUP_OF[described.owners[0][0]] if described.owners else 0 if is_entry else waiting
    return replace(described, columns={**described.columns, "cgroup": number})


def _host_facts(seconds: float) -> HostFacts:
    """What the host has lost: since proxy does not accept, some three handshakes a second."""
    overflows = 1_204 + _dropped_by_proxy(seconds)
    counters = {"TcpExt.ListenOverflows": overflows, "TcpExt.ListenDrops": overflows + 31, "Udp.RcvbufErrors": 7}
    return HostFacts(counters=counters, somaxconn=4096, port_range=(32768, 60999), time_wait_reuse=2)


def _dropped_by_proxy(seconds: float) -> int:
    return round(3.6 * max(0.0, seconds - STUCK_AT))


def _listeners(seconds: float) -> Iterator[Row]:
    yield row("tcp", "[::]:443", ANY6, "LISTEN", owner=WORKERS, queue=(0, 511), uid=WWW)
    yield row("tcp", "0.0.0.0:22", ANY, "LISTEN", owner=(640, 3), queue=(0, 128))
    yield row("tcp", "[::]:22", ANY6, "LISTEN", owner=(640, 4), queue=(0, 128), v6only=1)
    yield row("tcp", "127.0.0.1:5432", ANY, "LISTEN", owner=(702, 7), queue=(0, 244), uid=POSTGRES)
    yield row(
        "tcp", "192.0.2.10:6432", ANY, "LISTEN", owner=(990, 9), queue=(6 * (seconds >= STUCK_AT), 5), uid=APP,
        drops=_dropped_by_proxy(seconds),
    )  # fmt: skip
    yield row("tcp", "0.0.0.0:8080", ANY, "LISTEN", owner=[(pid, 7) for pid, _ in WORKERS], queue=(0, 511), uid=WWW)
    yield row("tcp", "[::]:8080", ANY6, "LISTEN", owner=(4411, 19), queue=(0, 511), uid=APP, v6only=1)
    for worker in range(8):
        yield row(
            "tcp",
            "192.0.2.10:8443",
            ANY,
            "LISTEN",
            owner=(2044, 20 + worker),
            queue=(int(worker == 2), 4096),
            uid=APP,
            cookie=0x8443_00 + worker,
        )
    yield row("tcp", "127.0.0.1:9901", ANY, "LISTEN", owner=(2044, 12), queue=(0, 4096), uid=APP)
    yield row("udp", "127.0.0.53:53", ANY, "UNCONN", owner=(540, 14), uid=RESOLVE)
    yield row("udp", "[fe80::5301]:5355", ANY6, "UNCONN", owner=(540, 16), uid=RESOLVE, device=ETH0, queue=(768, 0))


def _pair(  # noqa: PLR0913 - a connection has that many sides
    local: str,
    remote: str,
    owner: tuple[int, int] | None,
    seconds: float,
    *,
    state: str = "ESTAB",
    down: int = 0,
    up: int = 0,
    age_s: int = 3600,
    recv_q: int = 0,
    uid: int = APP,
    limited: tuple[float, float, float] = (0.1, 0.0, 0.0),
    **counters: float,
) -> Row:
    """One side of a connection that has passed `down` and `up` bytes a second since it was opened.

    `limited` says for which shares of the last two minutes it was busy sending, met a full window, a full send buffer.
    """
    passed = max(0.0, age_s + seconds)
    told = traffic(
        received=round(down * passed) + int(state == "CLOSE-WAIT"),
        sent=round(up * passed),
        idle_s=counters.pop("idle_s", 0.0 if down or up else age_s) + (0.0 if down or up else max(-age_s, seconds)),
        **counters,
    )
    told["queue"] = (recv_q, told["queue"][1])
    times = (round(share * (BUSY_S + seconds) * 1e6) if up else 0 for share in limited)
    told |= dict(zip(("busy_us", "peer_window_us", "send_buffer_us"), times, strict=True))
    inode = {} if owner else {"inode": 0}
    return row("tcp", local, remote, state, owner=owner or (), uid=uid if owner else 0, **inode, **told)


FINISHED = _pair("192.0.2.10:8080", "198.51.100.61:40110", (814, 41), 0.0, up=2_100, uid=WWW, rtt_ms=19)
"""Open in the first reading, closed in the second."""


def _connections(seconds: float) -> Iterator[Row]:
    yield from _web(seconds)
    yield from _proxied(seconds)
    yield from _database(seconds)
    yield from _dialled(seconds)
    yield from _waiting(seconds)
    yield from _ending()


def _web(seconds: float) -> Iterator[Row]:
    """What nginx and sshd accepted; IPv4 clients of the dual-stack listener have mapped addresses."""
    web, mapped = "192.0.2.10:8080", "[::ffff:192.0.2.10]:443"
    plain = {"seconds": seconds, "uid": WWW}
    # Its peer reads in bursts; the last two readings are the same in a long story and in a short one.
    burst = max(0.0, math.sin(seconds / 9)) if seconds < 0 else 0.0
    yield _pair(
        web, "198.51.100.7:51834", (812, 17), **{**plain, "seconds": seconds + 8 * burst}, down=12_000, up=1_400_000,
        unsent=1_200_000, rtt_ms=23 + 4 * burst, resent=5_000_000, limited=(120 / 132, 85.2 / 132, 0.0),
    )  # fmt: skip
    yield _pair(web, "198.51.100.7:51836", (812, 18), **plain, down=900, up=21_000, rtt_ms=24)
    yield _pair(web, "198.51.100.31:60022", (813, 11), **plain, down=2_200, up=118_000, rtt_ms=9.4)
    yield _pair(
        web, "198.51.100.44:33010", (815, 12), **plain, up=41_000, in_flight=8_688, rtt_ms=88, resent=2_000_000,
        limited=(0.95, 0.0, 0.0),
    )  # fmt: skip
    yield _pair(mapped, "[::ffff:198.51.100.9]:49152", (812, 21), **plain, down=310, up=64_000, rtt_ms=31)
    yield _pair(mapped, "[::ffff:198.51.100.9]:49154", (813, 22), **plain, age_s=840, rtt_ms=31)
    yield _pair("[2001:db8::10]:443", "[2001:db8:1::7]:40112", (812, 23), **plain, age_s=50_400, rtt_ms=12)
    yield _pair(
        "[2001:db8::10]:443", "[2001:db8:1::9]:52710", (814, 24), **plain, down=4_100, up=380_000, rtt_ms=14,
        limited=(0.8, 0.1, 0.6),
    )  # fmt: skip
    yield _pair("[2001:db8::10]:8080", "[2001:db8:1::21]:38400", (4411, 31), seconds, down=700, up=9_300, rtt_ms=41)
    yield _pair("192.0.2.10:22", "198.51.100.9:60022", (3301, 4), seconds, down=1_100, up=8_400, uid=0, rtt_ms=31)
    if seconds <= 0:
        yield FINISHED


def _proxied(seconds: float) -> Iterator[Row]:
    """Envoy's clients, spread over its eight sockets, and the services behind it."""
    for client, (down, up) in enumerate(
        ((3_300, 92_000), (1_200, 44_000), (0, 0), (610, 7_700), (0, 310), (95, 1_020))
    ):
        yield _pair(
            "192.0.2.10:8443", f"198.51.100.{80 + client}:4{client}118", (2044, 60 + client), seconds,
            down=down, up=up, rtt_ms=17 + client, age_s=600 + 900 * client,
        )  # fmt: skip
    for service in range(3):
        yield _pair(
            f"192.0.2.10:3{service}552", f"192.0.2.{21 + service}:8000", (2044, 80 + service), seconds,
            down=31_000 - 9_000 * service, up=1_700, rtt_ms=0.4, is_dialled=True, age_s=9_000,
        )  # fmt: skip


def _database(seconds: float) -> Iterator[Row]:
    """Loopback: each connection is two rows."""
    for port, backend, down, up in ((41880, 22113, 0, 0), (41882, 22114, 26_000, 210_000)):
        yield _pair(
            "127.0.0.1:5432", f"127.0.0.1:{port}", (backend, 10), seconds, down=down, up=up, uid=POSTGRES, rtt_ms=0.03
        )
        yield _pair(
            f"127.0.0.1:{port}", "127.0.0.1:5432", (4411, port - 41840), seconds, down=up, up=down, rtt_ms=0.03,
            is_dialled=True,
        )  # fmt: skip


def _dialled(seconds: float) -> Iterator[Row]:
    gateway = "203.0.113.77:443"
    yield _pair(
        "203.0.113.10:44120", "198.51.100.40:5044", (1502, 8), seconds, up=930, rtt_ms=48,
        resent=72_400 + round(max(-20.0, seconds)) * 2_896, is_dialled=True, idle_s=2, uid=0,
    )  # fmt: skip
    yield _pair("192.0.2.10:52002", gateway, (1313, 40), seconds, down=210, up=180, rtt_ms=65, is_dialled=True)
    yield _pair(
        "[2001:db8::10]:47110", "[2001:db8:2::80]:443", (4411, 52), seconds, age_s=260, rtt_ms=22, is_dialled=True
    )
    waiting = {"uid": APP, "queue": (0, 1), "timer": 1, "unacked": 1}
    yield row(
        "tcp", "192.0.2.10:52108", gateway, "SYN-SENT", owner=(1313, 41), timer_ms=5_000, timer_tries=5, **waiting
    )
    if seconds > 0:
        yield row(
            "tcp", "192.0.2.10:52110", gateway, "SYN-SENT", owner=(1313, 42), timer_ms=1_000, timer_tries=3, **waiting
        )
    for leaked in range(5):
        yield _pair(
            f"192.0.2.10:4102{2 + leaked}", "198.51.100.20:5432", (990, 30 + leaked), seconds, state="CLOSE-WAIT",
            recv_q=1, age_s=7_200 - 600 * leaked, rtt_ms=0.4, is_dialled=True,
        )  # fmt: skip
    yield row("udp", "192.0.2.10:39112", "192.0.2.53:53", "ESTAB", owner=(540, 22), uid=RESOLVE)


def _waiting(seconds: float) -> Iterator[Row]:
    """Accept queues: the proxy's is full, one of envoy's holds one."""
    for client in range(6):
        yield _pair(
            "192.0.2.10:6432", f"192.0.2.{31 + client}:5{client}000", None, seconds, age_s=20 + client, rtt_ms=0.3
        )
    yield _pair("192.0.2.10:8443", "198.51.100.90:40551", None, seconds, age_s=0, rtt_ms=26)
    yield row("tcp", "192.0.2.10:6432", "192.0.2.39:51212", "SYN-RECV", timer=1, timer_ms=1_400, timer_tries=1)


def _ending() -> Iterator[Row]:
    yield row("tcp", "192.0.2.10:8444", ANY, "BOUND", owner=(1313, 44), uid=APP)
    yield row("tcp", "192.0.2.10:8080", "198.51.100.62:41218", "TIME-WAIT", timer=3, timer_ms=41_000)
    yield row("tcp", "192.0.2.10:51880", "198.51.100.20:5432", "TIME-WAIT", timer=3, timer_ms=12_000)
    counted = traffic(sent=48_000, received=2_100, rtt_ms=29, idle_s=4)
    yield row(
        "tcp", "192.0.2.10:8080", "198.51.100.63:42000", "FIN-WAIT-2", inode=0, timer=2, timer_ms=52_000, **counted
    )
    closing = traffic(sent=9_000, received=1_200, in_flight=1, rtt_ms=210, idle_s=9)
    yield row("tcp", "192.0.2.10:8080", "198.51.100.64:42001", "LAST-ACK", inode=0, timer=1, timer_ms=800, **closing)


MAIN_RULE = Rule(2, 32766, "to_tbl", 254, "from all lookup main")
_ROUTER = Neighbour(ETH0, ip_address("192.0.2.1"), "00:00:5e:00:53:01", "reachable")
_LOCAL = {str(owned.address): owned.link for owned in NETWORK.addresses}
_NAMES = {owned.index: owned.name for owned in NETWORK.links}


def route_to(flow: Flow) -> RouteDecision:
    """Answer as db1's tables would: own addresses over lo, its subnets by link, the rest by eth0's router."""
    remote = str(flow.remote).removeprefix("::ffff:")
    if remote in _LOCAL or remote.startswith("127."):
        owner = _NAMES[_LOCAL.get(remote, LO)]
        return RouteDecision(
            flow, None, "local", b"lo", LO, None, flow.source or flow.remote, f"{remote}", 255,
            Rule(2, 0, "to_tbl", 255, "from all lookup local"), link_mtu=65536, owner_device=owner,
        )  # fmt: skip
    if flow.remote.version == 6 and remote.startswith("2001:"):
        return RouteDecision(
            flow, None, "unicast", b"eth0", ETH0, ip_address("fe80::1"), flow.source or ip_address("2001:db8::10"),
            "default", 254, MAIN_RULE, metric=1024, link_mtu=1500,
        )  # fmt: skip
    source = flow.source or ip_address("192.0.2.10")
    if remote.startswith("192.0.2."):
        return RouteDecision(
            flow, None, "unicast", b"eth0", ETH0, None, source, "192.0.2.0/24", 254, MAIN_RULE, link_mtu=1500
        )
    return RouteDecision(
        flow, None, "unicast", b"eth0", ETH0, ip_address("192.0.2.1"), source, "default", 254, MAIN_RULE, metric=100,
        link_mtu=1500, neighbour=_ROUTER,
        alternatives=(NextHop(b"eth1", ip_address("203.0.113.1"), ip_address("203.0.113.10")),),
    )  # fmt: skip


_INIT = Process(1, 2, b"systemd", 0, b"/usr/lib/systemd/systemd", b"/sbin/init")


def _facts(process: Process) -> ProcessFacts:
    return ProcessFacts(
        process,
        user=USERS[process.uid],
        started_at=TAKEN_AT - BOOT_TIME + process.start_time / 100,
        parents=(_INIT,),
        unit=(CONTROL_GROUPS[_GROUP_OF[process.pid]].unit or b"").decode() if process.pid > 1 else "init.scope",
        cpu_seconds=process.pid * 3.7,
        memory_bytes=212_000_000 - process.pid * 1_000,
        threads=14,
        fd_kinds={"socket": 118, "file": 14, "pipe": 4, "anon": 8},
        fd_limit=1024,
        status="sleeping",
        control_group=CONTROL_GROUPS.get(_GROUP_OF.get(process.pid, 0), ControlGroup(b"/init.scope")),
    )


FACTS = {process.pid: _facts(process) for process in (_INIT, *PROCESSES)}
