"""A few sockets as dictionaries, and the interval that they make."""

import socket
from dataclasses import replace
from ipaddress import ip_address

import numpy as np
from hypothesis import strategies as st

from monitor.model.control_group import ControlGroup
from monitor.model.endpoint import address_words
from monitor.model.finding import FindingKind
from monitor.model.host_facts import HostFacts
from monitor.model.owner_table import OwnerTable
from monitor.model.process import Process
from monitor.model.route import Link
from monitor.model.sample import Network, Sample
from monitor.model.socket_table import SocketTable
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP, TcpState
from monitor.sampling.intervals import advance
from tests.presentation.finding_examples import LEAK, PROXY, finding, note

ADDRESSES = ("0.0.0.0", "127.0.0.1", "192.0.2.10", "192.0.2.110", "198.51.100.7")
ADDRESSES_V6 = ("::", "::1", "2001:db8::10", "2001:db8:1::7", "fe80::1", "::ffff:192.0.2.10")
PORTS = (22, 80, 443, 4430, 8080)
PROCESSES = {
    812: Process(812, 1, b"nginx", 33),
    813: Process(813, 1, b"nginx", 33),
    990: Process(990, 1, b"Proxy\xff", 1001),
    1313: Process(1313, 1, "Straße".encode(), 0),
}
USERS = {0: "root", 33: "www-data"}
LINKS = (
    Link(1, b"lo", is_up=True, has_carrier=True, mtu=65536, is_loopback=True),
    Link(2, b"eth0", is_up=True, has_carrier=True, mtu=1500, is_loopback=False),
)
OWNED = [(101, 812, 3), (101, 813, 3), (102, 990, 7), (103, 1313, 9)]


PORT_RANGE = (4_430, 8_080)
TROUBLED = 2
"""Cookie of the socket that a finding is about: the second row."""
IDLE_TIMES = st.sampled_from((0, 2, 7_000))
RATES = st.sampled_from((float("nan"), 0.0, 1_000.0, 1_500_000.0))
NOW = 10.0


CONTROL_GROUPS = {
    1: ControlGroup(b"/"),
    71: ControlGroup(b"/system.slice/nginx.service"),
    72: ControlGroup(b"/docker/" + b"0d" * 32, b"shop-1/Nginx\xff", b"docker.io/library/nginx:1"),
    73: ControlGroup(b"/user.slice/user-1000.slice"),
}


@st.composite
def rows(draw):
    """One socket as a dictionary: what the columns of a table and of an interval say about it."""
    protocol = draw(st.sampled_from((PROTOCOL_TCP, PROTOCOL_UDP)))
    family = draw(st.sampled_from((socket.AF_INET, socket.AF_INET6)))
    addresses = ADDRESSES if family == socket.AF_INET else ADDRESSES_V6
    state = draw(st.sampled_from((*TcpState, 14) if protocol == PROTOCOL_TCP else (1, 7)))
    has_remote = state not in (TcpState.LISTEN, TcpState.CLOSED, TcpState.BOUND_INACTIVE)
    return {
        "protocol": protocol,
        "family": family,
        "state": int(state),
        "local": (draw(st.sampled_from(addresses)), draw(st.sampled_from(PORTS))),
        "remote": (draw(st.sampled_from(addresses)), draw(st.sampled_from(PORTS))) if has_remote else (addresses[0], 0),
        "device": draw(st.sampled_from((0, 1, 2))),
        "inode": draw(st.sampled_from((0, 101, 102, 103, 104))),
        "uid": draw(st.sampled_from((0, 33, 1001))),
        "cgroup": draw(st.sampled_from((0, 99, *CONTROL_GROUPS))),
        "mark": draw(st.sampled_from((None, 0, 7))),
        "info": draw(st.booleans()) if protocol == PROTOCOL_TCP else False,
        "rtt_us": draw(st.sampled_from((0, 400, 23_000))),
        "resent": draw(st.sampled_from((0, 1, 3))),
        "idle_ms": draw(st.tuples(IDLE_TIMES, IDLE_TIMES)),
        "queues": draw(st.tuples(st.sampled_from((0, 1)), st.sampled_from((0, 1_000)))),
        "rates": draw(st.tuples(RATES, RATES)),
        "age_s": draw(st.sampled_from((None, 0.0, 2.0))),
        "listener": draw(st.sampled_from((-1, 0))),
        "direction": draw(st.sampled_from((0, 1, 2))),
        "interface": draw(st.sampled_from((-1, 0, 1, 2, 9))),
    }


@st.composite
def intervals(draw):
    described = draw(st.lists(rows(), min_size=1, max_size=6))
    hidden = draw(st.sampled_from((0, 5)))
    return described, interval_of(described, hidden=hidden, is_read=draw(st.booleans()))


def interval_of(described, *, hidden=0, is_read=True):
    table = SocketTable.zeros(len(described))
    for place, row in enumerate(described):
        for name in ("protocol", "family", "state", "device", "inode", "uid"):
            getattr(table, name)[place] = row[name]
        for side in ("local", "remote"):
            high, low = address_words(ip_address(row[side][0]))
            getattr(table, f"{side}_high")[place] = high
            getattr(table, f"{side}_low")[place] = low
            getattr(table, f"{side}_port")[place] = row[side][1]
        _fill_numbers(table, place, row)
    owners = OwnerTable.from_rows(OWNED, PROCESSES, hidden) if is_read else OwnerTable.unread()
    first, end = owners.ranges(table.inode)
    sample = Sample(
        taken_at=0.0,
        boot_time=NOW,
        cost_s=0.0,
        host="db1",
        uid=0,
        capabilities=0,
        table=table,
        owners=owners,
        users=USERS,
        has_time_wait=True,
        time_wait=None,
        closed_cookies=np.zeros(0, np.uint64),
        network=Network(1, LINKS, ()),
        host_facts=HostFacts(port_range=PORT_RANGE),
        control_groups=CONTROL_GROUPS,
    )
    ages = [row.get("age_s") for row in described]
    return replace(
        advance(None, sample),
        findings=(
            finding(FindingKind.CLOSE_WAIT, PROXY, LEAK, TROUBLED),
            note(FindingKind.NO_KEEPALIVE, PROXY, LEAK, TROUBLED - 1),
        ),
        opened_at=np.array([np.nan if age is None else NOW - age for age in ages], np.float64),
        receive_rate=np.array([row.get("rates", (0, 0))[0] for row in described], np.float32),
        send_rate=np.array([row.get("rates", (0, 0))[1] for row in described], np.float32),
        listener=np.array([row["listener"] for row in described], np.intp),
        direction=np.array([row["direction"] for row in described], np.int8),
        interface=np.array([row["interface"] for row in described], np.int32),
        owner_first=first,
        owner_end=end,
    )


def _fill_numbers(table, place, row):
    table.cookie[place] = place + 1
    table.cgroup[place] = row.get("cgroup", 0)
    table.has_mark[place] = row.get("mark") is not None
    table.mark[place] = row.get("mark") or 0
    table.info_length[place] = 232 if row.get("info") else 0
    table.rtt_us[place] = row.get("rtt_us", 0)
    table.total_retrans[place] = row.get("resent", 0)
    table.last_data_sent_ms[place], table.last_data_recv_ms[place] = row.get("idle_ms", (0, 0))
    table.recv_q[place], table.send_q[place] = row.get("queues", (0, 0))


def a_row(**changed):
    return {
        "protocol": PROTOCOL_TCP,
        "family": socket.AF_INET,
        "state": int(TcpState.ESTABLISHED),
        "local": ("192.0.2.10", 443),
        "remote": ("198.51.100.7", 51834),
        "device": 0,
        "inode": 101,
        "uid": 33,
        "listener": -1,
        "direction": 1,
        "interface": 2,
        **changed,
    }
