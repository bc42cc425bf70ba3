"""Which socket gets a segment: the kernel's stages, one scene each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.model.demux import Agreement, Answer, Certainty, Effect, Fate, StageKind, Unseen
from monitor.model.receiver import LookUp, Membership
from monitor.model.segment import Reach
from tests.reasoning.demux_scenes import (
    CLIENT,
    CLIENT6,
    E0,
    E1,
    HERE,
    HERE6,
    asked,
    decide,
    fates,
    listens,
    named,
    waits,
)
from tests.scenes import row

GROUP = "239.1.1.1:5353"


def test_exact_pair_beats_the_listener():
    rows = [listens("0.0.0.0:443"), row("tcp", HERE, CLIENT, "ESTAB")]
    decision = decide(rows, asked(look_up=named(rows[1])))
    assert (decision.answer, decision.winner, decision.certainty) == (Answer.SOCKET, 1, Certainty.CERTAIN)
    assert fates(decision) == {1: Fate.WINS, 0: Fate.NOT_ASKED}


def test_pair_of_another_interface_is_no_match():
    rows = [row("tcp", HERE, CLIENT, "ESTAB", device=E1)]
    decision = decide(rows, asked(look_up=LookUp(None)))
    assert (decision.answer, decision.certainty) == (Answer.NOBODY, Certainty.CERTAIN)
    assert fates(decision) == {0: Fate.OTHER_DEVICE}


def test_exact_address_beats_the_wildcard_even_where_that_has_the_interface():
    rows = [listens("0.0.0.0:443", device=E0), listens(HERE)]
    decision = decide(rows, asked())
    assert decision.winner == 1
    assert fates(decision) == {1: Fate.WINS, 0: Fate.NOT_ASKED}


@pytest.mark.parametrize(
    ("local", "more", "fate"),
    [
        ("[::]:443", {"v6only": 1}, Fate.IPV6_ONLY),
        ("203.0.113.10:443", {}, Fate.OTHER_ADDRESS),
        ("0.0.0.0:443", {"device": E1}, Fate.OTHER_DEVICE),
    ],
)
def test_listener_that_does_not_fit_says_why(local, more, fate):
    decision = decide([listens(local, **more)], asked(look_up=LookUp(None)))
    assert (decision.answer, decision.winner, decision.members) == (Answer.NOBODY, None, ())
    assert fates(decision) == {0: fate}
    assert decision.effects.opening is Effect.RESET


def test_ipv4_listener_takes_no_ipv6():
    decision = decide([listens("0.0.0.0:443"), listens("[::ffff:0.0.0.0]:443")], asked(CLIENT6, HERE6))
    assert set(fates(decision).values()) == {Fate.IPV4_ONLY}


def test_bound_socket_that_does_not_listen_is_named_and_gets_nothing():
    rows = [row("tcp", HERE, "0.0.0.0:0", "BOUND"), listens("0.0.0.0:443")]
    decision = decide(rows, asked())
    assert (decision.winner, fates(decision)[0]) == (1, Fate.NOT_LISTENING)


def test_first_listener_of_the_chain_ends_the_search_and_not_the_best():
    rows = [listens("0.0.0.0:443", cookie=1), listens("0.0.0.0:443", device=E0, cookie=2)]
    decision = decide(rows, asked())
    assert (decision.winner, fates(decision)[1]) == (0, Fate.BEHIND)
    assert decide(rows[::-1], asked()).winner == 0


def test_group_is_one_of_its_members_and_the_kernel_names_one():
    rows = [listens("0.0.0.0:443", cookie=number) for number in (1, 2, 3)]
    decision = decide(rows, asked(look_up=named(rows[1], *rows)))
    assert (decision.answer, decision.winner, decision.members) == (Answer.ONE_OF, 1, (0, 1, 2))
    assert (decision.certainty, decision.is_certain) == (Certainty.PREDICTED, False)
    assert Unseen.GROUP_PROGRAM in decision.unseen
    alone = decide(rows, asked())
    assert (alone.answer, alone.certainty) == (Answer.ONE_OF, Certainty.ONE_OF)


@pytest.mark.parametrize("other", [{"uid": 33}, {"device": E0}, {"v6only": 1}])
def test_group_has_one_user_device_and_kind(other):
    rows = [listens("[::]:443", cookie=1), listens("[::]:443", cookie=2), listens("[::]:443", cookie=3, **other)]
    assert decide(rows, asked(CLIENT6, HERE6)).members == (0, 1)


def test_without_a_source_no_member_is_predicted():
    rows = [listens("0.0.0.0:443", cookie=number) for number in (1, 2)]
    decision = decide(rows, asked(None, look_up=named(rows[0], *rows)))
    assert (decision.answer, decision.winner, decision.certainty) == (Answer.ONE_OF, None, Certainty.ONE_OF)
    assert next(stage.kind for stage in decision.stages) is StageKind.STEERING


def test_what_the_kernel_names_beyond_the_rules_was_steered():
    rows = [listens("0.0.0.0:80"), listens("0.0.0.0:443")]
    decision = decide(rows, asked(look_up=named(rows[0])))
    assert (decision.winner, decision.ruled, decision.agreement) == (0, (1,), Agreement.STEERED)
    assert fates(decision) == {0: Fate.WINS, 1: Fate.OVERRULED}
    assert decision.certainty is Certainty.PREDICTED


def test_group_that_was_steered_to_is_told_whole():
    rows = [listens("0.0.0.0:80", cookie=number) for number in (1, 2)]
    decision = decide(rows, asked(look_up=named(rows[0], rows[1])))
    assert (decision.answer, decision.members) == (Answer.ONE_OF, (0, 1))


def test_kernel_decides_between_two_that_fit():
    rows = [listens("0.0.0.0:443", cookie=1), listens("0.0.0.0:443", device=E0, cookie=2)]
    decision = decide(rows, asked(look_up=named(rows[1])))
    assert (decision.winner, decision.agreement) == (1, Agreement.REORDERED)
    assert fates(decision)[0] is Fate.OVERRULED


def test_table_that_is_older_than_the_look_up_is_said():
    rows = [listens("0.0.0.0:443")]
    connection = row("tcp", HERE, CLIENT, "ESTAB")
    decision = decide(rows, asked(look_up=named(connection)))
    assert (decision.answer, decision.winner, decision.agreement) == (Answer.SOCKET, None, Agreement.CHANGED)
    gone = decide(rows, asked(look_up=LookUp(None)))
    assert (gone.answer, gone.agreement) == (Answer.NOBODY, Agreement.CHANGED)


@pytest.mark.parametrize(
    ("state", "more", "opening", "data"),
    [
        ("ESTAB", {}, Effect.CHALLENGED, Effect.QUEUED),
        ("CLOSE-WAIT", {}, Effect.CHALLENGED, Effect.ACKNOWLEDGED),
        ("FIN-WAIT-2", {}, Effect.CHALLENGED, Effect.QUEUED),
        ("FIN-WAIT-2", {"inode": 0}, Effect.CHALLENGED, Effect.RESET),
        ("SYN-SENT", {}, Effect.CROSSED, Effect.RESET),
        ("TIME-WAIT", {}, Effect.RECYCLED_RESET, Effect.ACKNOWLEDGED),
        ("SYN-RECV", {}, Effect.RESENT, Effect.RESET),
    ],
)
def test_what_a_pair_does_depends_on_its_state(state, more, opening, data):
    decision = decide([row("tcp", HERE, CLIENT, state, **more)], asked())
    assert (decision.effects.opening, decision.effects.data) == (opening, data)


def test_time_wait_hands_a_syn_on_to_the_listener():
    rows = [row("tcp", HERE, CLIENT, "TIME-WAIT"), listens("0.0.0.0:443")]
    decision = decide(rows, asked())
    assert (decision.winner, decision.successors, decision.effects.opening) == (0, (1,), Effect.RECYCLED)


def test_last_ack_of_a_handshake_goes_to_its_listener():
    rows = [row("tcp", HERE, CLIENT, "SYN-RECV"), listens("0.0.0.0:443", queue=(0, 5))]
    assert decide(rows, asked()).effects.data is Effect.COMPLETED
    full = [rows[0], listens("0.0.0.0:443", queue=(6, 5))]
    assert decide(full, asked()).effects.data is Effect.QUEUE_FULL


@pytest.mark.parametrize(("queued", "effect"), [(5, Effect.ACCEPTED), (6, Effect.QUEUE_FULL)])
def test_accept_queue_holds_one_more_than_the_backlog(queued, effect):
    assert decide([listens("0.0.0.0:443", queue=(queued, 5))], asked()).effects.opening is effect


@pytest.mark.parametrize("reach", [reach for reach in Reach if not reach.is_delivered])
def test_what_never_arrives_reaches_no_listener(reach):
    decision = decide([listens("0.0.0.0:443")], asked(reach=reach))
    assert (decision.answer, decision.members, decision.stages) == (Answer.NOT_DELIVERED, (), ())


@pytest.mark.parametrize("reach", [Reach.BROADCAST, Reach.MULTICAST])
def test_tcp_takes_nothing_that_is_sent_to_many(reach):
    assert decide([listens("0.0.0.0:443")], asked(reach=reach)).answer is Answer.NOT_DELIVERED


def udp(source=CLIENT, destination=HERE, **more):
    return asked(source, destination, protocol="udp", **more)


def test_connected_udp_socket_takes_its_peer_only():
    rows = [waits(HERE), row("udp", HERE, CLIENT, "ESTAB")]
    assert decide(rows, udp()).winner == 1
    other = decide(rows, udp("198.51.100.8:51834"))
    assert (other.winner, fates(other)[1]) == (0, Fate.OTHER_PEER)


def test_address_beats_a_better_score_in_the_wildcard_bucket():
    rows = [waits("0.0.0.0:443", device=E0), waits(HERE)]
    assert decide(rows, udp()).winner == 1


def test_bound_udp_socket_fits_more_closely():
    rows = [waits("0.0.0.0:443", cookie=1), waits("0.0.0.0:443", device=E0, cookie=2)]
    decision = decide(rows, udp())
    assert (decision.winner, fates(decision)[0]) == (1, Fate.LOWER_SCORE)


def test_sharing_by_reuseaddr_goes_to_the_one_that_the_kernel_names_for_everybody():
    rows = [waits("0.0.0.0:443", cookie=number) for number in (1, 2, 3)]
    decision = decide(rows, udp(look_up=named(rows[0])))
    assert (decision.answer, decision.winner, decision.members) == (Answer.SOCKET, 0, (0,))
    assert fates(decision) == {0: Fate.WINS, 1: Fate.OLDER, 2: Fate.OLDER}
    group = decide(rows, udp(look_up=named(rows[0], rows[2])))
    assert (group.answer, group.members) == (Answer.ONE_OF, (0, 1, 2))


def test_nobody_on_a_udp_port_is_answered_with_icmp():
    decision = decide([listens("0.0.0.0:443")], udp(look_up=LookUp(None)))
    assert (decision.answer, decision.effects.data) == (Answer.NOBODY, Effect.UNREACHABLE)


def test_full_buffer_drops_the_datagram():
    rows = [waits("0.0.0.0:443", queue=(212_992, 0))]
    assert decide(rows, udp()).effects.data is Effect.BUFFER_FULL


def test_group_datagram_goes_to_every_match():
    rows = [
        waits("0.0.0.0:5353", cookie=1),
        waits(GROUP, cookie=2),
        waits("192.0.2.10:5353", cookie=3),
        waits("0.0.0.0:5353", cookie=4, device=E1),
        row("udp", GROUP, CLIENT, "ESTAB", cookie=5),
        row("udp", GROUP, "198.51.100.8:1", "ESTAB", cookie=6),
        waits("[::]:5353", cookie=7),
        waits("0.0.0.0:5353", cookie=8),
    ]
    facts = udp(
        destination=GROUP,
        reach=Reach.MULTICAST,
        memberships={1: Membership.TAKES, 8: Membership.REFUSES},
    )
    decision = decide(rows, facts)
    assert (decision.answer, decision.members) == (Answer.ALL_OF, (0, 1, 4))
    assert (decision.certainty, Unseen.MEMBERSHIP in decision.unseen) == (Certainty.PREDICTED, True)
    assert fates(decision)[6] is fates(decision)[7] is Fate.NOT_JOINED
    known = replace(facts, memberships={**facts.memberships, **dict.fromkeys((2, 5, 7), Membership.TAKES)})
    assert decide(rows, known).certainty is Certainty.CERTAIN


def test_broadcast_reaches_wildcards_and_the_broadcast_address():
    rows = [waits("0.0.0.0:67", cookie=1), waits("192.0.2.255:67", cookie=2), waits("192.0.2.10:67", cookie=3)]
    decision = decide(rows, udp(destination="192.0.2.255:67", reach=Reach.BROADCAST))
    assert (decision.answer, decision.members, decision.certainty) == (Answer.ALL_OF, (0, 1), Certainty.CERTAIN)
    nobody = decide(rows[2:], udp(destination="192.0.2.255:67", reach=Reach.BROADCAST))
    assert (nobody.answer, nobody.effects.data) == (Answer.NOBODY, Effect.DROPPED)
