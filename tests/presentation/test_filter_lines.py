import os
import subprocess
import sys
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import InputError
from monitor.model.endpoint import Endpoint
from monitor.presentation.characters import cells, is_shown
from monitor.presentation.filter_description import describe
from monitor.presentation.filter_parser import parse
from monitor.presentation.filter_states import STATE_SETS
from monitor.presentation.filter_tree import (
    AddressIn,
    And,
    DeviceIs,
    DirectionIs,
    EndpointIs,
    Everything,
    FamilyIs,
    GroupIs,
    HasTrouble,
    InterfaceIs,
    IsAutobound,
    LeavesElsewhere,
    MarkIs,
    Name,
    NameMatches,
    Not,
    Number,
    NumberIs,
    Or,
    PidIs,
    PortIn,
    PortIs,
    ProcessContains,
    ProtocolIs,
    Reach,
    ReachIs,
    Relation,
    Side,
    StateIn,
    StateIs,
    Text,
    UserIs,
)
from tests.presentation.filter_trees import TREES


@given(TREES)
def test_a_described_filter_is_read_back_as_itself(tree):
    assert parse(describe(tree)) == tree


@given(st.text(min_size=1, max_size=12) | st.binary(min_size=1, max_size=12).map(os.fsdecode))
def test_any_name_at_all_is_written_so_that_it_can_be_shown_and_typed(name):
    line = describe(UserIs(name))
    assert line.isprintable()
    assert all(is_shown(sign) or cells(sign) == 0 for sign in line)
    assert parse(line) == UserIs(name)


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (r"a\"b\\c", 'a"b\\c'),
        (r"\n\t\r", "\n\t\r"),
        (r"\x1b\xff", "\x1b\udcff"),
        (r"\u202e\U0001f600", "\u202e\U0001f600"),
        (r"\q\xg1\u12", "qxg1u12"),
        (r"\U00110000\Uffffffff", "U00110000Uffffffff"),
    ],
)
def test_what_is_escaped_between_quotes_is_read_as_safe_text_writes_it(inner, text):
    assert parse(f'"{inner}"') == Text(text)


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
        ("remote 198.51.100.7", AddressIn(ip_network("198.51.100.7/32"), Side.REMOTE)),
        ("remote:198.51.100.0/24", AddressIn(ip_network("198.51.100.0/24"), Side.REMOTE)),
        ("remote :443", PortIs(443, Side.REMOTE)),
        ("remote:443", PortIs(443, Side.REMOTE)),
        ("local [::]:443", EndpointIs(Endpoint(ip_address("::"), 443), Side.LOCAL)),
        ('local "::"', AddressIn(ip_network("::/128"), Side.LOCAL)),
        ("remote fe80::1%eth0", And((AddressIn(ip_network("fe80::1/128"), Side.REMOTE), InterfaceIs("eth0")))),
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
        ("elsewhere", LeavesElsewhere()),
        (
            "state established dport = :443 and not src 10/8",
            And((StateIs("ESTAB"), PortIs(443, Side.PEER), Not(AddressIn(ip_network("10.0.0.0/8"), Side.LOCAL)))),
        ),
        ("( sport = :22 or dport = :22 )", Or((PortIs(22, Side.LOCAL), PortIs(22, Side.PEER)))),
        ("state estab sport 1 or sport 2", And((StateIs("ESTAB"), Or((PortIs(1, Side.LOCAL), PortIs(2, Side.LOCAL)))))),
        ("state estab or sport 2", Or((StateIs("ESTAB"), PortIs(2, Side.LOCAL)))),
        ("state:estab a or b", Or((And((StateIs("ESTAB"), Text("a"))), Text("b")))),
        ("state connected exclude syn-sent", StateIn(STATE_SETS["synchronized"])),
        ("state bucket", StateIn(frozenset({"SYN-RECV", "TIME-WAIT"}))),
        ("exclude listening", Not(StateIs("LISTEN"))),
        ("state all tcp", ProtocolIs(6)),
        ("a & b | ! c", Or((And((Text("a"), Text("b"))), Not(Text("c"))))),
        ("sport gt :1024", PortIn(1025, 65535, Side.LOCAL)),
        ("dport != 443", Not(PortIs(443, Side.PEER))),
        ("dport = :0", PortIn(0, 0, Side.PEER)),
        ("dst [::1]:80", EndpointIs(Endpoint(ip_address("::1"), 80), Side.PEER)),
        ("dst *:80", PortIs(80, Side.PEER)),
        ("src inet:127.0.0.1", And((FamilyIs(2), AddressIn(ip_network("127.0.0.1/32"), Side.LOCAL)))),
        ("dst inet6:*", FamilyIs(10)),
        ("cgroup = /sys/fs/cgroup/system.slice/", GroupIs(Name.CGROUP, "/system.slice")),
        ("cgroup /sys/fs/cgroup/unified", GroupIs(Name.CGROUP, "/")),
        ("src 10/8:80", And((AddressIn(ip_network("10.0.0.0/8"), Side.LOCAL), PortIs(80, Side.LOCAL)))),
        ("dev != eth0", Not(DeviceIs("eth0"))),
        ("fwmark = 0x1/0xff", MarkIs(1, 0xFF)),
        ("autobound", IsAutobound()),
        ("finding", HasTrouble()),
        ("rtt > 50ms", NumberIs(Number.RTT, Relation.ABOVE, 50_000)),
        ("rtt>50ms", NumberIs(Number.RTT, Relation.ABOVE, 50_000)),
        ("rtt >0.4ms", NumberIs(Number.RTT, Relation.ABOVE, 400)),
        ("retrans != 0", Not(NumberIs(Number.RETRANSMITS, Relation.EQUAL, 0))),
        ("rate ge 1.5M/s", NumberIs(Number.RATE, Relation.AT_LEAST, 1_500_000)),
        (
            "sndq 1Ki-1M",
            And((NumberIs(Number.SEND_Q, Relation.AT_LEAST, 1024), NumberIs(Number.SEND_Q, Relation.AT_MOST, 10**6))),
        ),
        ("reach all", ReachIs(Reach.EVERYWHERE)),
        (":8000-8999", PortIn(8000, 8999)),
        ("proc ~ node*", NameMatches(Name.PROCESS, "node*")),
        ("proc node*", NameMatches(Name.PROCESS, "node*")),
        ("user !~ www", Not(NameMatches(Name.USER, "*www*"))),
        ('proc "a*b"', ProcessContains("a*b")),
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
        (":-1", 'column 1: "-1" is no port number and no known service; write a number'),
        (":8_0", 'column 1: "8_0" is no port number'),
        (":1e3", 'column 1: "1e3" is no port number'),
        (":٣", 'column 1: "\\u0663" is no port number'),
        (":90-80", "column 1: 90-80 is no range; the lower port stands first"),
        ("999.1.1.1", 'column 1: "999.1.1.1" is no IP address'),
        ("01.1.1.1", 'column 1: "01.1.1.1" is no IP address'),
        ("192.0.2.7/33", 'column 1: prefix length "33" is not one of 0 to 32'),
        ("2001:db8::/129", 'column 1: prefix length "129" is not one of 0 to 128'),
        ("192.0.2.0/255.255.255.0", 'column 1: prefix length "255.255.255.0" is not one of 0 to 32'),
        ("prot==tcp", 'column 1: no field is called "prot"; write proto, proc or port, or quote the word'),
        ('pid == "abc"', 'column 1: "abc" is no process id; write 1 to 4194304'),
        ("pid > 3", 'column 1: ">" cannot be asked of this field; = and != can'),
        ("rtt ~ 3ms", 'column 1: "~" cannot be asked of a number'),
        ("rtt => 3ms", 'column 1: "=>" is no operator; write one of = != > >= < <= ~ !~'),
        ("rt > 50ms", 'column 1: no field is called "rt"; write rtt, rate or port, or quote the word'),
        ("tcp rtt > 50", 'column 5: "50" has no unit that fits; write 50ms, 10s, 5m or 1h'),
        ("rtt 5s-1ms", "column 1: 5s-1ms is no range; the lower value stands first"),
        ("retrans 0.5", 'column 1: "0.5" is finer than what is counted'),
        ("rate 1e9", 'column 1: "1e9" is no number; write 900, 64K, 1.5M or 1Mi'),
        ("reach world", 'column 1: no reach is called "world"; write all, lo or net'),
        ("fwmark 0x1ffffffff", 'column 1: "0x1ffffffff" is no mark; write 7, 0x7 or 0x1/0xff'),
        (
            "tcp exclude estab",
            'column 5: "exclude" stands at the beginning; write "not state …" here, or quote the word',
        ),
        ("tcp (a", "column 5: this bracket is not closed"),
        ("a)", "column 2: this bracket closes nothing"),
        ('a "b', "column 3: this quote is not closed"),
        ('""', "column 1: there is nothing between the quotes"),
        ("a or", "column 5: a condition is missing here"),
        ("not", "column 4: a condition is missing here"),
        ("a user", "column 3: user needs a value, as in user www-data"),
        ("state closewait", 'column 1: no state is called "closewait"; write close-wait, close or closed'),
        ("pid:\x1b", 'column 1: "\\x1b" is no process id; write 1 to 4194304'),
        ("a" * 4097, "column 4097: a filter has at most 4,096 characters"),
        ("(" * 2000, "column 101: a filter nests at most 100 deep"),
        ("!" * 4000, "column 101: a filter nests at most 100 deep"),
        ("a " * 2000, "column 201: a filter has at most 100 conditions"),
    ],
)
def test_fu_02_mistakes_are_named_with_their_column(line, sentence):
    with pytest.raises(InputError) as caught:
        parse(line)
    assert str(caught.value) == sentence


def test_a_filter_is_read_before_numpy_is_loaded():
    program = (
        "import sys; from monitor.presentation import filter_description, filter_parser;"
        "filter_description.describe(filter_parser.parse('tcp :443')); sys.exit('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-I", "-c", program], check=False).returncode == 0
