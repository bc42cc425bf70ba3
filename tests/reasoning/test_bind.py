"""The rules of bind() as laws over tables that no kernel has to play; tests/sampling holds them to the kernel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.bind import BindAttempt, BindDecision, Certainty, Meeting, Option, Refusal, Sharing
from monitor.model.bind_facts import BindFacts, LocalKind, LocalPrefix, SocketOptions
from monitor.model.endpoint import Endpoint
from monitor.model.route import Link
from monitor.model.sample import Network
from monitor.model.socket_table import SocketTable
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP
from monitor.reasoning.bind import decide_bind, rows_in_question
from tests.scenes import ANY, ANY6, address, link, row, table_of

NETWORK = Network(
    1,
    (link(1, "lo"), link(2, "eth0"), Link(9, b"red", is_up=True, has_carrier=True, mtu=1500, is_loopback=False)),
    (
        address(1, "127.0.0.1/8", 254),
        address(2, "192.0.2.10/24"),
        address(2, "192.0.2.11/24"),
        address(2, "2001:db8::10/64"),
        address(2, "fe80::10/64", 253),
    ),
)
ALL_RIGHTS = (1 << 41) - 1
FACTS = BindFacts(
    uid=0,
    capabilities=ALL_RIGHTS,
    network=NETWORK,
    local_prefixes=(
        LocalPrefix(0x7F00_0000, 8, LocalKind.LOCAL, 255),
        LocalPrefix(0xC000_020A, 32, LocalKind.LOCAL, 255),
        LocalPrefix(0xC000_020B, 32, LocalKind.LOCAL, 255),
    ),
)
HOSTS = ("0.0.0.0", "127.0.0.1", "192.0.2.10", "[::]", "[2001:db8::10]", "[::ffff:192.0.2.10]", "[::ffff:0.0.0.0]")
SET = SocketOptions(reuseaddr=True, reuseport=True, v6only=False)
UNSET = SocketOptions(reuseaddr=False, reuseport=False, v6only=False)


def attempt(where: str, **values: object) -> BindAttempt:
    base = BindAttempt(endpoint=Endpoint.parse(where), protocol=PROTOCOL_TCP, uid=0)
    return replace(base, **values)


def listens(where: str, **more: int):
    return row("tcp", where, ANY6 if where.startswith("[") else ANY, "LISTEN", **more)


def decide(rows, asked: BindAttempt, facts: BindFacts = FACTS) -> BindDecision:
    return decide_bind(table_of(rows), asked, facts)


def knowing(rows, options: SocketOptions) -> BindFacts:
    """Facts in which all these rows have the same options."""
    return replace(FACTS, options={described.columns["cookie"]: options for described in rows})


def outcome(decision: BindDecision, table: SocketTable) -> tuple[object, ...]:
    """What a decision says, without row numbers."""
    return (
        decision.errno,
        decision.certainty,
        decision.refusal,
        sorted(int(table.cookie[conflict.row]) for conflict in decision.conflicts),
        decision.remedies,
        decision.free_now,
    )


@st.composite
def sockets(draw, port: int = 8080):
    """A socket on the port, with the options that it has or None where they are not visible."""
    host = draw(st.sampled_from(HOSTS))
    state = draw(st.sampled_from(("LISTEN", "BOUND", "ESTAB", "TIME-WAIT")))
    is_pair = state in ("ESTAB", "TIME-WAIT")
    remote = (
        ("[2001:db8::7]:5000" if host.startswith("[2") else "[::ffff:198.51.100.7]:5000")
        if "[" in host
        else ("198.51.100.7:5000")
    )
    described = row(
        "tcp",
        f"{host}:{port}",
        remote if is_pair else ANY6 if host.startswith("[") else ANY,
        state,
        cookie=draw(st.integers(1, 1 << 40)),
        uid=draw(st.sampled_from((0, 33))),
        device=draw(st.sampled_from((0, 0, 1, 2))),
    )
    return described, draw(st.sampled_from((None, SET, UNSET, replace(SET, reuseport=False))))


@st.composite
def questions(draw):
    """Some sockets on one port, what is known of them, and an attempt on that port."""
    made = draw(st.lists(sockets(), max_size=6, unique_by=lambda pair: pair[0].columns["cookie"]))
    known = {described.columns["cookie"]: options for described, options in made if options is not None}
    asked = attempt(
        f"{draw(st.sampled_from(HOSTS))}:8080",
        reuseaddr=draw(st.booleans()),
        reuseport=draw(st.booleans()),
        uid=draw(st.sampled_from((0, 33))),
        device=draw(st.sampled_from((0, 2))),
    )
    return [described for described, _ in made], asked, replace(FACTS, options=known)


@given(questions(), sockets(port=8081))
def test_a_socket_on_another_port_changes_nothing(question, other):
    rows, asked, facts = question
    with_other = table_of([other[0], *rows])
    before, after = table_of(rows), decide_bind(with_other, asked, facts)
    assert outcome(decide_bind(before, asked, facts), before) == outcome(after, with_other)


@given(questions(), sockets())
def test_a_socket_of_another_protocol_changes_nothing(question, other):
    rows, asked, facts = question
    udp = replace(other[0], columns={**other[0].columns, "protocol": PROTOCOL_UDP})
    with_other, before = table_of([udp, *rows]), table_of(rows)
    assert outcome(decide_bind(before, asked, facts), before) == outcome(
        decide_bind(with_other, asked, facts), with_other
    )


@given(questions(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter_to_tcp(question, chance):
    rows, asked, facts = question
    mixed = list(rows)
    chance.shuffle(mixed)
    before, after = table_of(rows), table_of(mixed)
    assert outcome(decide_bind(before, asked, facts), before) == outcome(decide_bind(after, asked, facts), after)


@given(questions())
def test_without_its_conflicts_an_attempt_succeeds_and_each_alone_prevents_it(question):
    rows, asked, facts = question
    table = table_of(rows)
    decision = decide_bind(table, asked, facts)
    if not decision.conflicts:
        return
    places = [conflict.row for conflict in decision.conflicts]
    waiting = [place for place in range(len(rows)) if int(table.inode[place]) == 0]
    rest = np.setdiff1d(np.arange(len(rows)), [*places, *waiting])
    assert decide_bind(table.take(rest), asked, facts).is_ok
    for place in places:
        alone = decide_bind(table.take(np.array([place])), asked, facts)
        assert not alone.is_ok
        assert len(alone.conflicts) == 1


@given(questions(), st.sampled_from((0, 33)), st.sampled_from((None, SET, UNSET)))
def test_sockets_are_judged_together_as_each_alone(question, uid, options):
    rows, asked, facts = question
    twins = [
        replace(one, columns={**one.columns, "cookie": one.columns["cookie"] | 1 << 41, "uid": uid}) for one in rows
    ]
    known = {} if options is None else {one.columns["cookie"]: options for one in twins}
    facts = replace(facts, options={**facts.options, **known})
    table = table_of([*rows, *twins])
    found = {conflict.row for conflict in decide_bind(table, asked, facts).conflicts}
    for place in np.flatnonzero(table.inode != 0).tolist():
        alone = decide_bind(table.take(np.array([place])), asked, facts)
        assert alone.is_ok == (place not in found)


@given(questions())
def test_what_is_not_visible_decides_only_where_it_is_said_to(question):
    rows, asked, facts = question
    decision = decide(rows, asked, facts)
    unknown = [described for described in rows if described.columns["cookie"] not in facts.options]
    outcomes = set()
    for options in (SET, UNSET, replace(SET, v6only=True), replace(UNSET, v6only=True)):
        known = {described.columns["cookie"]: options for described in unknown}
        outcomes.add(decide(rows, asked, replace(facts, options={**facts.options, **known})).errno)
    if decision.certainty is Certainty.CERTAIN:
        assert outcomes == {decision.errno}


@given(questions())
def test_the_rows_in_question_hold_every_conflict(question):
    rows, asked, facts = question
    table = table_of(rows)
    asked_for = set(rows_in_question(table, asked, replace(facts, options={})).tolist())
    assert {conflict.row for conflict in decide_bind(table, asked, facts).conflicts} <= asked_for


@given(questions())
def test_a_remedy_that_helps_for_certain_makes_it_succeed(question):
    rows, asked, facts = question
    changes = {
        Option.REUSEADDR: {"reuseaddr": True},
        Option.REUSEPORT: {"reuseport": True},
        Option.V6ONLY: {"v6only": True},
    }
    for remedy in decide(rows, asked, facts).remedies:
        changed = decide(rows, replace(asked, **changes[remedy.option]), facts)
        if remedy.is_certain:
            assert changed.is_ok == remedy.helps


@given(questions())
def test_what_is_free_now_succeeds(question):
    rows, asked, facts = question
    for endpoint in decide(rows, asked, facts).free_now:
        zone = 2 if endpoint.zone else 0
        assert decide(rows, replace(asked, endpoint=endpoint, zone=zone), facts).is_ok


def test_a_conflict_says_why_each_option_is_no_use():
    rows = [listens("192.0.2.10:8080", uid=33)]
    (conflict,) = decide(rows, attempt("0.0.0.0:8080"), knowing(rows, UNSET)).conflicts
    assert (conflict.meeting, conflict.reuseaddr, conflict.reuseport) == (
        Meeting.OURS_IS_WILDCARD,
        Sharing.LISTENS,
        Sharing.OTHER_USER,
    )


def test_options_that_nobody_can_read_leave_it_open():
    bucket = row("tcp", "192.0.2.10:8080", "198.51.100.7:5000", "TIME-WAIT")
    decision = decide([bucket], attempt("192.0.2.10:8080", reuseaddr=True))
    assert (decision.errno, decision.certainty) == ("EADDRINUSE", Certainty.NOT_VISIBLE)
    assert decision.is_kernel_held
    assert decide([bucket], attempt("192.0.2.10:8080", reuseaddr=True), knowing([bucket], SET)).is_ok
    hard = decide([bucket], attempt("192.0.2.10:8080", reuseaddr=True), knowing([bucket], UNSET))
    assert (hard.errno, hard.certainty) == ("EADDRINUSE", Certainty.CERTAIN)


def test_a_listener_among_what_is_not_visible_makes_it_certain():
    rows = [row("tcp", "192.0.2.10:8080", "198.51.100.7:5000", "TIME-WAIT"), listens("192.0.2.10:8080")]
    decision = decide(rows, attempt("192.0.2.10:8080", reuseaddr=True))
    assert decision.certainty is Certainty.CERTAIN
    assert [conflict.is_certain for conflict in decision.conflicts] == [True, False]


def test_a_refused_sharer_is_predicted_where_the_kernel_may_remember_its_user():
    rows = [listens("192.0.2.10:8080", uid=33), row("tcp", "192.0.2.10:8080", ANY, "BOUND", cookie=2, uid=0)]
    asked = attempt("192.0.2.10:8080", reuseport=True)
    assert decide(rows, asked, knowing(rows, SET)).certainty is Certainty.PREDICTED
    assert decide(rows[:1], asked, knowing(rows, SET)).certainty is Certainty.CERTAIN


def test_an_unfinished_handshake_holds_no_port():
    request = row("tcp", "192.0.2.10:8080", "198.51.100.7:5000", "SYN-RECV")
    assert decide([request], attempt("192.0.2.10:8080")).is_ok


VRF = replace(
    FACTS,
    vrf_tables={9: 100},
    network=replace(
        NETWORK, links=(*NETWORK.links[:2], replace(NETWORK.links[1], index=3, master=9), NETWORK.links[2])
    ),
    local_prefixes=(*FACTS.local_prefixes, LocalPrefix(0xCB00_7101, 32, LocalKind.LOCAL, 100)),
)


def test_each_vrf_has_tcp_ports_of_its_own():
    rows = [listens("0.0.0.0:8080")]
    assert decide(rows, attempt("0.0.0.0:8080", device=9), VRF).is_ok
    assert decide(rows, attempt("0.0.0.0:8080", device=3), VRF).is_ok
    assert not decide(rows, attempt("0.0.0.0:8080", device=2), VRF).is_ok
    assert not decide(rows, attempt("0.0.0.0:8080", device=9), replace(VRF, l3mdev_accept=True)).is_ok
    enslaved = [listens("0.0.0.0:8080", device=3)]
    assert decide(enslaved, attempt("0.0.0.0:8080"), VRF).is_ok
    assert not decide(enslaved, attempt("0.0.0.0:8080", device=9), replace(VRF, l3mdev_accept=True)).conflicts
    assert not decide(enslaved, attempt("0.0.0.0:8080", device=3), VRF).is_ok


def test_a_vrf_has_addresses_of_its_own():
    assert decide([], attempt("203.0.113.1:8080", device=9), VRF).is_ok
    assert decide([], attempt("203.0.113.1:8080"), VRF).refusal is Refusal.NOT_LOCAL
    assert decide([], attempt("192.0.2.10:8080", device=9), VRF).refusal is Refusal.NOT_LOCAL


@pytest.mark.parametrize(
    ("where", "values", "refusal"),
    [
        ("198.51.100.1:80", {}, Refusal.NOT_LOCAL),
        ("[2001:db8::11]:80", {}, Refusal.NOT_LOCAL),
        ("[fe80::10]:80", {}, Refusal.NO_ZONE),
        ("[fe80::10]:80", {"zone": 1}, Refusal.OTHER_LINK),
        ("[ff02::1]:80", {"zone": 2}, Refusal.MULTICAST_TCP),
        ("[::ffff:192.0.2.10]:80", {"v6only": True}, Refusal.MAPPED_V6ONLY),
        ("192.0.2.10:80", {"v6only": True}, Refusal.V6ONLY_ON_IPV4),
        ("192.0.2.10:80", {"uid": 33}, Refusal.PRIVILEGED_PORT),
        ("192.0.2.10:80", {"uid": 33, "transparent": True}, Refusal.TRANSPARENT_RIGHT),
    ],
)
def test_what_refuses_before_any_socket_is_asked(where, values, refusal):
    assert decide([], attempt(where, **values)).refusal is refusal


def test_port_0_counts_what_is_free():
    facts = replace(FACTS, range_first=40000, range_last=40003, reserved=((40000, 40000), (50000, 60000)))
    rows = [listens("0.0.0.0:40001"), listens("[2001:db8::10]:40002")]
    ports = decide(rows, attempt("192.0.2.10:0"), facts).ports
    assert ports is not None
    assert (ports.usable, ports.free) == (3, 2)
    used_up = decide([*rows, *(listens(f"0.0.0.0:{port}") for port in (40002, 40003))], attempt("192.0.2.10:0"), facts)
    assert (used_up.refusal, used_up.conflicts) == (Refusal.RANGE_USED_UP, ())


def test_a_list_without_sockets_that_are_only_bound_makes_no_yes_certain():
    facts = replace(FACTS, text_protocols=(PROTOCOL_TCP,))
    decision = decide([], attempt("192.0.2.10:8080"), facts)
    assert (decision.is_ok, decision.certainty) == (True, Certainty.NOT_VISIBLE)
    assert decide([], attempt("192.0.2.10:8080", protocol=PROTOCOL_UDP), facts).is_certain
    assert decide([listens("192.0.2.10:8080")], attempt("192.0.2.10:8080"), facts).is_certain


def test_an_address_is_not_foreign_where_none_could_be_read():
    decision = decide([], attempt("192.0.2.10:8080"), BindFacts(capabilities=ALL_RIGHTS))
    assert (decision.errno, decision.certainty) == ("EADDRNOTAVAIL", Certainty.NOT_VISIBLE)
