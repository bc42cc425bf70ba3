import socket
import subprocess
import sys
from dataclasses import replace
from ipaddress import ip_address, ip_network

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import InputError
from monitor.model.endpoint import Endpoint, address_words
from monitor.model.owner_table import OwnerTable
from monitor.model.process import Process
from monitor.model.route import Link
from monitor.model.sample import Network, Sample
from monitor.model.socket_table import SocketTable
from monitor.model.tcp import KERNEL_HELD, PROTOCOL_TCP, PROTOCOL_UDP, TcpState, state_name
from monitor.presentation.filter_tree import (
    AddressIn,
    And,
    DirectionIs,
    EndpointIs,
    Everything,
    InterfaceIs,
    Not,
    Or,
    PidIs,
    PortIs,
    ProcessContains,
    ProtocolIs,
    StateIs,
    Text,
    UserIs,
)
from monitor.presentation.filters import describe, mask, parse
from monitor.reasoning.ownership import is_unaccepted
from monitor.sampling.intervals import advance

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
    owners = OwnerTable.from_rows(OWNED, PROCESSES, hidden) if is_read else OwnerTable.unread()
    first, end = owners.ranges(table.inode)
    sample = Sample(
        taken_at=0.0,
        boot_time=0.0,
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
    )
    return replace(
        advance(None, sample),
        listener=np.array([row["listener"] for row in described], np.intp),
        direction=np.array([row["direction"] for row in described], np.int8),
        interface=np.array([row["interface"] for row in described], np.int32),
        owner_first=first,
        owner_end=end,
    )


class SlowReader:
    """Reads one row after another and answers True, False, or None where it is not known."""

    def __init__(self, described, interval):
        self.described = described
        self.interval = interval

    def mask(self, tree):
        return [self.answer(tree, row) is True for row in range(len(self.described))]

    def answer(self, tree, row):
        if isinstance(tree, And):
            return self.every([self.answer(part, row) for part in tree.parts])
        if isinstance(tree, Or):
            return self.opposite(self.every([self.opposite(self.answer(part, row)) for part in tree.parts]))
        if isinstance(tree, Not):
            return self.opposite(self.answer(tree.part, row))
        return getattr(self, type(tree).__name__)(tree, row)

    @staticmethod
    def every(answers):
        return False if False in answers else None if None in answers else True

    @staticmethod
    def opposite(answer):
        return None if answer is None else not answer

    def endpoints(self, row):
        table = self.interval.table
        return [table.local(row), table.remote(row)] if table.is_pair[row] else [table.local(row)]

    def processes(self, row):
        return [owner.process for owner in self.interval.sample.owners.owners_of(self.described[row]["inode"])]

    def knows_owners(self, row):
        owners = self.interval.sample.owners
        is_kernels = (
            self.described[row]["inode"] == 0 and not is_unaccepted(self.interval.table, self.interval.listener)[row]
        )
        return bool(self.processes(row)) or is_kernels or (owners.is_read and not owners.hidden_processes)

    def user(self, row):
        described = self.described[row]
        return None if described["inode"] == 0 or described["state"] in KERNEL_HELD else described["uid"]

    def interface_name(self, row):
        return {1: "lo", 2: "eth0"}.get(self.described[row]["interface"])

    def state(self, row):
        return state_name(self.described[row]["protocol"], self.described[row]["state"])

    def Everything(self, tree, row):  # noqa: N802 - named after the conditions
        return True

    def Text(self, tree, row):  # noqa: N802
        words = [str(Endpoint(endpoint.address, endpoint.port)) for endpoint in self.endpoints(row)]
        words += [self.state(row)]
        words += [process.name.decode("utf-8", "surrogateescape") for process in self.processes(row)]
        uid = self.user(row)
        words += [] if uid is None else [USERS.get(uid, str(uid))]
        words += [self.interface_name(row) or ""]
        return any(tree.needle.casefold() in word.casefold() for word in words)

    def StateIs(self, tree, row):  # noqa: N802
        return self.state(row) == tree.name

    def PortIs(self, tree, row):  # noqa: N802
        return any(endpoint.port == tree.port for endpoint in self.endpoints(row))

    def AddressIn(self, tree, row):  # noqa: N802
        def is_in(address):
            if address.version == 6 and tree.network.version == 4:
                address = address.ipv4_mapped or address
            return address in tree.network

        return any(is_in(endpoint.address) for endpoint in self.endpoints(row))

    def EndpointIs(self, tree, row):  # noqa: N802
        network = AddressIn(ip_network(tree.endpoint.address))
        zone = {0: None, 1: "lo", 2: "eth0"}[self.described[row]["device"]]
        is_there = any(
            endpoint.port == tree.endpoint.port and self.AddressIn(network, row) and self.is_same(endpoint, tree)
            for endpoint in self.endpoints(row)
        )
        return is_there and tree.endpoint.zone in (None, zone)

    @staticmethod
    def is_same(endpoint, tree):
        return address_words(endpoint.address) == address_words(tree.endpoint.address)

    def PidIs(self, tree, row):  # noqa: N802
        if not self.knows_owners(row):
            return None
        return tree.pid in [process.pid for process in self.processes(row)]

    def ProcessContains(self, tree, row):  # noqa: N802
        if not self.knows_owners(row):
            return None
        names = [process.name.decode("utf-8", "surrogateescape").casefold() for process in self.processes(row)]
        return any(tree.needle.casefold() in name for name in names)

    def UserIs(self, tree, row):  # noqa: N802
        uid = self.user(row)
        return None if uid is None else tree.name in (USERS.get(uid), str(uid))

    def InterfaceIs(self, tree, row):  # noqa: N802
        if self.described[row]["interface"] == 0:
            return False
        name = self.interface_name(row)
        return None if name is None else name == tree.name

    def ProtocolIs(self, tree, row):  # noqa: N802
        return self.described[row]["protocol"] == tree.protocol

    def DirectionIs(self, tree, row):  # noqa: N802
        direction = self.described[row]["direction"]
        return None if direction == 0 else (direction == 1) == tree.is_accepted


NEEDLES = st.sampled_from(
    [
        *("nginx", "PROXY", "\udcff", "strasse", "wait", "state-14", "eth", "www"),
        *("443", "43", ":80", "0:80", "192.0.2.1", "[::", "::1]:4", ".10:44", "db8", "33", "10", "1.1", ":443"),
        *("or", "tcp", "pid", "pid:1", 'a"b\\', "(x", "!", " "),
    ]
)
ANY_TEXT = st.text(min_size=1, max_size=8)
ENDPOINTS = st.builds(Endpoint, st.sampled_from(ADDRESSES).map(ip_address), st.sampled_from(PORTS)) | st.builds(
    Endpoint,
    st.sampled_from(ADDRESSES_V6).map(ip_address),
    st.sampled_from(PORTS),
    st.sampled_from((None, "lo", "eth0")),
)
NETWORKS = st.builds(
    lambda address, length: ip_network(f"{address}/{length}", strict=False),
    st.sampled_from(ADDRESSES),
    st.integers(1, 32),
) | st.builds(
    lambda address, length: ip_network(f"{address}/{length}", strict=False),
    st.sampled_from(ADDRESSES_V6),
    st.integers(1, 128),
)
CONDITIONS = st.one_of(
    st.just(Everything()),
    st.builds(Text, NEEDLES | ANY_TEXT),
    st.builds(StateIs, st.sampled_from(sorted({state_name(PROTOCOL_TCP, state) for state in TcpState} | {"UNCONN"}))),
    st.builds(PortIs, st.sampled_from(PORTS)),
    st.builds(AddressIn, NETWORKS),
    st.builds(EndpointIs, ENDPOINTS),
    st.builds(PidIs, st.sampled_from((812, 990, 1))),
    st.builds(ProcessContains, NEEDLES | ANY_TEXT),
    st.builds(UserIs, st.sampled_from(("root", "www-data", "33", "1001", "or", "a b"))),
    st.builds(InterfaceIs, st.sampled_from(("lo", "eth0", "==", "x\x1b"))),
    st.builds(ProtocolIs, st.sampled_from((PROTOCOL_TCP, PROTOCOL_UDP))),
    st.builds(DirectionIs, st.booleans()),
)
TREES = st.recursive(
    CONDITIONS,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)


@given(TREES)
def test_a_described_filter_is_read_back_as_itself(tree):
    assert parse(describe(tree)) == tree


@given(TREES, intervals())
def test_a_mask_equals_the_slow_reading_of_every_row(tree, made):
    described, interval = made
    assert mask(tree, interval).tolist() == SlowReader(described, interval).mask(tree)


@given(NEEDLES, intervals())
def test_a_text_is_found_in_the_words_of_a_row_and_nowhere_else(needle, made):
    described, interval = made
    assert mask(Text(needle), interval).tolist() == SlowReader(described, interval).mask(Text(needle))


FRAGMENTS = (
    "(",
    ")",
    '"',
    "\\",
    "!",
    " ",
    "or",
    "and",
    "not",
    "pid",
    "user:",
    ":443",
    "[",
    "]",
    "::",
    "%",
    "/",
    "=",
    "~",
)


@given(st.text(max_size=30) | st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=14).map("".join))
def test_any_line_is_read_or_refused_in_one_sentence(line):
    try:
        tree = parse(line)
    except InputError as error:
        assert str(error).startswith("column ")
        assert str(error).isprintable()
    else:
        assert parse(describe(tree)) == tree


@given(st.binary(max_size=30))
def test_any_bytes_of_a_command_line_are_read_or_refused(data):
    try:
        parse(data.decode("utf-8", "surrogateescape"))
    except InputError as error:
        assert str(error).isprintable()


@pytest.mark.parametrize(
    ("line", "tree"),
    [
        ("", Everything()),
        ("  ", Everything()),
        ("()", Everything()),
        ("nginx", Text("nginx")),
        ('"tcp"', Text("tcp")),
        ("tcp ESTAB", And((ProtocolIs(6), StateIs("ESTAB")))),
        ("tcp and established", And((ProtocolIs(6), StateIs("ESTAB")))),
        ("a b or c", Or((And((Text("a"), Text("b"))), Text("c")))),
        ("!(a or b)", Not(Or((Text("a"), Text("b"))))),
        ("not a b", And((Not(Text("a")), Text("b")))),
        (":443", PortIs(443)),
        ("port 443", PortIs(443)),
        ("192.0.2.0/24", AddressIn(ip_network("192.0.2.0/24"))),
        ("192.0.2.7/24", AddressIn(ip_network("192.0.2.0/24"))),
        ("192.0.2.7", AddressIn(ip_network("192.0.2.7/32"))),
        ("2001:db8::/32", AddressIn(ip_network("2001:db8::/32"))),
        ("::1", AddressIn(ip_network("::1/128"))),
        ("[::1]", AddressIn(ip_network("::1/128"))),
        ("fe80::1%eth0", And((AddressIn(ip_network("fe80::1/128")), InterfaceIs("eth0")))),
        ("192.0.2.7:443", EndpointIs(Endpoint(ip_address("192.0.2.7"), 443))),
        ("[fe80::1%eth0]:443", EndpointIs(Endpoint(ip_address("fe80::1"), 443, "eth0"))),
        ("pid 812", PidIs(812)),
        ("pid:812", PidIs(812)),
        ("pid == 812", PidIs(812)),
        ("user www-data", UserIs("www-data")),
        ('user:"a b"', UserIs("a b")),
        ("proc nginx", ProcessContains("nginx")),
        ("iface eth0", InterfaceIs("eth0")),
        ("via eth0", InterfaceIs("eth0")),
        ("state listening", StateIs("LISTEN")),
        ("close-wait", StateIs("CLOSE-WAIT")),
        ("proto udp", ProtocolIs(17)),
        ("in", DirectionIs(is_accepted=True)),
        ("out", DirectionIs(is_accepted=False)),
        ("192.0", Text("192.0")),
        ("2001:db8:", Text("2001:db8:")),
        ("[kworker/0:1]", Text("[kworker/0:1]")),
        ("/usr/bin", Text("/usr/bin")),
    ],
)
def test_lines_mean_what_the_help_says(line, tree):
    assert parse(line) == tree


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (":0", "column 1: port 0 names no port; ports are 1 to 65535"),
        ("tcp :65536", "column 5: port 65536 is out of range"),
        (":-1", 'column 1: "-1" is no port number'),
        (":8_0", 'column 1: "8_0" is no port number'),
        (":1e3", 'column 1: "1e3" is no port number'),
        (":٣", 'column 1: "\\u0663" is no port number'),
        (":90-80", 'column 1: "90-80" is no port number'),
        ("999.1.1.1", 'column 1: "999.1.1.1" is no IP address'),
        ("01.1.1.1", 'column 1: "01.1.1.1" is no IP address'),
        ("192.0.2.7/33", 'column 1: prefix length "33" is not one of 1 to 32'),
        ("2001:db8::/129", 'column 1: prefix length "129" is not one of 1 to 128'),
        ("::/0", 'column 1: prefix length "0" is not one of 1 to 128'),
        ("192.0.2.0/255.255.255.0", 'column 1: prefix length "255.255.255.0" is not one of 1 to 32'),
        ("prot==tcp", 'column 1: no field is called "prot"; write proto, proc or port, or quote the word'),
        ('pid == "abc"', 'column 1: "abc" is no process id; write 1 to 4194304'),
        ('port ~ "x"', 'column 1: "~" cannot be asked; write field:value, with "not" before it for the opposite'),
        ("tcp (a", "column 5: this bracket is not closed"),
        ("a)", "column 2: this bracket closes nothing"),
        ('a "b', "column 3: this quote is not closed"),
        ('""', "column 1: there is nothing between the quotes"),
        ("a or", "column 5: a condition is missing here"),
        ("not", "column 4: a condition is missing here"),
        ("a user", "column 3: user needs a value, as in user:…"),
        ("state closewait", 'column 1: no state is called "closewait"; write close-wait or closing'),
        ("pid:\x1b", 'column 1: "\\x1b" is no process id; write 1 to 4194304'),
        ("a" * 4097, "column 4097: a filter has at most 4,096 characters"),
        ("(" * 2000, "column 101: a filter nests at most 100 deep"),
        ("!" * 4000, "column 101: a filter nests at most 100 deep"),
        ("a " * 2000, "column 401: a filter has at most 200 conditions"),
    ],
)
def test_mistakes_are_named_with_their_column(line, sentence):
    with pytest.raises(InputError) as caught:
        parse(line)
    assert str(caught.value) == sentence


def test_the_deepest_allowed_filter_is_read_and_applied():
    tree = parse("(" * 100 + "tcp" + ")" * 100)
    assert tree == ProtocolIs(6)
    negated = parse("!" * 100 + "tcp")
    assert parse(describe(negated)) == negated
    assert mask(negated, interval_of([a_row()])).tolist() == [True]


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


@pytest.mark.parametrize(
    ("line", "unknown"),
    [
        ("proc nginx", {"inode": 104}),
        ("pid 812", {"inode": 104}),
        ("user root", {"inode": 0, "uid": 0}),
        ("iface eth0", {"interface": -1}),
        ("in", {"direction": 0}),
    ],
)
def test_what_is_not_known_is_chosen_neither_by_a_condition_nor_by_its_opposite(line, unknown):
    interval = interval_of([a_row(**unknown)], hidden=1)
    assert not mask(parse(line), interval).any()
    assert not mask(parse(f"not {line}"), interval).any()


def test_a_row_of_the_kernel_is_known_to_have_no_process():
    interval = interval_of([a_row(state=int(TcpState.TIME_WAIT), inode=0)], hidden=1)
    assert mask(parse("not proc nginx"), interval).all()


def test_a_search_always_has_an_answer():
    interval = interval_of([a_row(inode=104)], hidden=1)
    assert mask(parse("not proxy"), interval).all()


def test_a_listener_has_no_remote_endpoint():
    interval = interval_of([a_row(state=int(TcpState.LISTEN), local=("127.0.0.1", 22), remote=("0.0.0.0", 0))])
    assert not mask(parse('0.0.0.0 or "0.0.0.0:0"'), interval).any()


def test_every_owner_of_a_shared_socket_is_asked():
    interval = interval_of([a_row()])
    assert mask(parse("pid 812"), interval).all()
    assert mask(parse("pid 813"), interval).all()


def test_an_empty_table_gives_an_empty_mask():
    interval = interval_of([])
    assert mask(parse("a or :443 or not pid 1 or 192.0.2.0/24"), interval).shape == (0,)


def test_a_filter_is_read_before_numpy_is_loaded():
    program = (
        "import sys; from monitor.presentation import filter_description, filter_parser;"
        "filter_description.describe(filter_parser.parse('tcp :443')); sys.exit('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-I", "-c", program], check=False).returncode == 0
