"""Laws of demultiplexing on tables made at random, and a slow reading of the kernel's own functions beside it."""

from __future__ import annotations

import socket

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model.demux import Fate
from monitor.model.endpoint import Endpoint, unmapped
from monitor.model.tcp import TcpState
from monitor.reasoning.listeners import listener_rows
from tests.reasoning.demux_scenes import E0, E1, asked, decide, fates
from tests.scenes import ANY, ANY6, row, table_of

HOSTS = ("0.0.0.0", "192.0.2.10", "203.0.113.10", "[::]", "[2001:db8::10]", "[::ffff:192.0.2.10]", "[::ffff:0.0.0.0]")
OWN = ("192.0.2.10", "203.0.113.10", "[2001:db8::10]")
PEERS = {4: ("198.51.100.7:1", "198.51.100.7:2"), 6: ("[2001:db8:1::7]:1", "[2001:db8:1::7]:2")}
MAPPED_PEERS = tuple(f"[::ffff:{peer.partition(':')[0]}]:{peer.partition(':')[2]}" for peer in PEERS[4])
REFUSED = {
    Fate.OTHER_ADDRESS,
    Fate.OTHER_DEVICE,
    Fate.OTHER_PEER,
    Fate.IPV4_ONLY,
    Fate.IPV6_ONLY,
    Fate.NOT_LISTENING,
}


@st.composite
def sockets(draw, number=0):
    protocol, host, port = (
        draw(st.sampled_from(("tcp", "udp"))),
        draw(st.sampled_from(HOSTS)),
        draw(st.sampled_from((53, 80))),
    )
    is_ipv6 = host.startswith("[")
    more = {"device": draw(st.sampled_from((0, 0, E0, E1))), "cookie": number}
    is_wildcard = Endpoint.parse(f"{host}:1").is_wildcard
    if is_wildcard or draw(st.booleans()):
        states = ("LISTEN", "LISTEN", "BOUND") if protocol == "tcp" else ("UNCONN",)
        if is_ipv6:
            more["v6only"] = draw(st.sampled_from((0, 1)))
        return row(protocol, f"{host}:{port}", ANY6 if is_ipv6 else ANY, draw(st.sampled_from(states)), **more)
    peers = PEERS[4] if not is_ipv6 else MAPPED_PEERS if "ffff" in host else PEERS[6]
    state = draw(st.sampled_from(("ESTAB", "TIME-WAIT", "CLOSE-WAIT"))) if protocol == "tcp" else "ESTAB"
    return row(protocol, f"{host}:{port}", draw(st.sampled_from(peers)), state, **more)


@st.composite
def tables(draw):
    return [draw(sockets(number=number + 1)) for number in range(draw(st.integers(0, 8)))]


@st.composite
def questions(draw):
    host = draw(st.sampled_from(OWN))
    return asked(
        draw(st.sampled_from(PEERS[6 if host.startswith("[") else 4])),
        f"{host}:{draw(st.sampled_from((53, 80)))}",
        protocol=draw(st.sampled_from(("tcp", "udp"))),
        device=draw(st.sampled_from((E0, E1))),
    )


def slow_place(table, facts, number):
    """In which bucket a socket stands for a segment, "pair" for TCP's connections; None where it does not fit."""
    segment = facts.segment
    local, remote = table.local(number), table.remote(number)
    if (int(table.protocol[number]), local.port) != (segment.protocol, segment.destination.port):
        return None
    if int(table.device[number]) not in (0, facts.arrival.device):
        return None
    is_here = unmapped(local.address) == segment.destination.address
    if table.is_pair[number]:
        is_peer = (unmapped(remote.address), remote.port) == (segment.source.address, segment.source.port)
        return ("pair" if segment.protocol == 6 else "address") if is_here and is_peer else None
    if segment.protocol == 6 and int(table.state[number]) != TcpState.LISTEN:
        return None
    is_taken = speaks(table, number, is_ipv4=segment.is_ipv4)
    return ("address" if is_here else "wildcard" if local.is_wildcard else None) if is_taken else None


def speaks(table, number, *, is_ipv4):
    """Whether a waiting socket takes packets of a family."""
    is_ipv6_socket = int(table.family[number]) == socket.AF_INET6
    if is_ipv4:
        return not (is_ipv6_socket and int(table.v6only[number]) == 1)
    return unmapped(table.local(number).address).version == 6


def slow_score(table, facts, number):
    is_bound, is_pair = bool(table.device[number]), bool(table.is_pair[number])
    is_ipv4 = facts.segment.is_ipv4
    points = 1 + is_bound if facts.segment.protocol == 6 else (4 if is_ipv4 else 1) * (2 * is_pair + is_bound)
    return points + (is_ipv4 and int(table.family[number]) == socket.AF_INET)


def slow_receiver(table, facts):
    """Read inet_lookup() and udp4_lib_lookup() row by row: the row, None for nobody."""
    buckets = {"pair": [], "address": [], "wildcard": []}
    for number in range(len(table)):
        place = slow_place(table, facts, number)
        if place is not None:
            buckets[place].append(number)
    if buckets["pair"]:
        return buckets["pair"][0]
    fitting = buckets["address"] or buckets["wildcard"]
    if facts.segment.protocol == 6 or not fitting:
        return fitting[0] if fitting else None
    return max(fitting, key=lambda number: (slow_score(table, facts, number), -number))


@settings(max_examples=300)
@given(tables(), questions())
def test_the_rules_are_those_of_the_slow_reading(rows, facts):
    assert decide(rows, facts).winner == slow_receiver(table_of(rows), facts)


@given(tables(), questions())
def test_no_refused_candidate_wins(rows, facts):
    decision = decide(rows, facts)
    told = fates(decision)
    assert all(told[member].is_chosen for member in decision.members)
    assert not {number for number, fate in told.items() if fate in REFUSED} & set(decision.members)
    assert (decision.winner is None) == (not decision.members)


@given(tables(), questions(), st.data())
def test_unrelated_socket_changes_nothing(rows, facts, data):
    stranger = data.draw(
        st.sampled_from(
            [
                row("tcp", "192.0.2.10:9999", ANY, "LISTEN", cookie=99),
                row("udp", "0.0.0.0:9999", ANY, "UNCONN", cookie=99),
                row("tcp", "192.0.2.10:80", "203.0.113.99:5", "ESTAB", cookie=99),
            ]
        )
    )
    before = decide(rows, facts)
    after = decide([*rows, stranger], facts)
    assert (after.answer, after.winner, after.members) == (before.answer, before.winner, before.members)
    assert (after.effects, after.certainty) == (before.effects, before.certainty)


@given(tables(), questions(), st.randoms(use_true_random=False))
def test_winner_is_stable_under_row_order_where_one_alone_fits(rows, facts, random):
    decision = decide(rows, facts)
    fitting = [number for number, fate in fates(decision).items() if fate not in REFUSED | {Fate.NOT_ASKED}]
    order = list(range(len(rows)))
    random.shuffle(order)
    shuffled = decide([rows[number] for number in order], facts)
    assert shuffled.answer is decision.answer or len(fitting) > 1
    if len(fitting) == 1:
        assert order[shuffled.winner] == decision.winner


@given(tables(), questions())
def test_listener_of_a_connection_is_one_that_its_segments_would_reach(rows, facts):
    """Two readings of one look-up: that of whole tables, and that of one segment."""
    table = table_of(rows)
    for number, listener in enumerate(listener_rows(table).tolist()):
        if listener >= 0 and int(table.state[number]) == TcpState.ESTABLISHED and int(table.device[number]):
            local, remote = table.local(number).on_the_wire, table.remote(number).on_the_wire
            question = asked(str(remote), str(local), device=int(table.device[number]))
            others = [described for place, described in enumerate(rows) if not table.is_pair[place]]
            decision = decide(others, question)
            assert others[decision.winner].columns["local_port"] == rows[listener].columns["local_port"]
            is_here = unmapped(table.local(listener).address) == local.address
            winner = table_of(others).local(decision.winner)
            assert (unmapped(winner.address) == local.address) or not is_here
