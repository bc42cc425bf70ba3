"""The answer as the lines of its screen: nothing is lost at any width, and every line leads where it says."""

from __future__ import annotations

import pytest

from monitor.model.endpoint import Endpoint
from monitor.model.receiver import LookUp
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP
from monitor.presentation.demux_places_words import places_sentence
from monitor.presentation.demux_question import DemuxQuestion
from monitor.presentation.demux_words import DemuxWords
from monitor.presentation.linked_line import ToDemux, ToOwner, ToSocket
from monitor.presentation.view import Role
from tests.presentation.demux_scene import (
    BUCKET,
    ELSEWHERE,
    FIRST,
    HIDDEN,
    IPV6_ONLY,
    PAIR,
    SECOND,
    answer_of,
    answers,
    of_places,
    texts,
)
from tests.reasoning.demux_scenes import CLIENT, HERE, asked, named

GROUP = asked(look_up=named(SECOND, FIRST, SECOND))
WIDTHS = (60, 80, 120, 200)


def said(shown, width=200):
    return texts(shown.lines(width), width)


def line_with(shown, text, width=200):
    return next(line for line in said(shown, width) if text in line)


def target_with(shown, text):
    lines = shown.lines(200)
    return next(line.target for line, drawn in zip(lines, texts(lines, 200), strict=True) if text in drawn)


def words_of(drawn):
    return " ".join(drawn).replace("✓", "").split()


@pytest.mark.parametrize("shown", answers(), ids=lambda shown: "")
@pytest.mark.parametrize("width", WIDTHS)
def test_the_whole_answer_stands_first_and_no_word_is_lost(shown, width):
    drawn = said(shown, width)
    sentence = (
        places_sentence(shown.decisions, shown.texts)
        if shown.question.is_about_addresses
        else DemuxWords(shown.decisions[0], shown.texts).sentence()
    )
    assert words_of(drawn[: drawn.index("")]) == sentence.split()
    if len(shown.decisions) == 1:
        told = [word for line in DemuxWords(shown.decisions[0], shown.texts).lines() for word in line.text.split()]
        assert set(told) <= set(words_of(drawn))
    assert all(line.isprintable() for line in drawn)


def test_candidates_lead_to_their_connection_or_their_process():
    shown = answer_of([PAIR, FIRST, IPV6_ONLY], asked(look_up=named(PAIR)))
    assert target_with(shown, "✓ nginx[811]") == ToSocket(5)
    assert target_with(shown, "nginx ×2") == ToOwner(1)
    assert target_with(shown, "evil") == ToOwner(3)
    assert target_with(shown, "sk_lookup") is None


def test_the_winner_is_marked_by_more_than_colour_and_losers_say_why():
    shown = answer_of([FIRST, IPV6_ONLY, ELSEWHERE], asked(look_up=named(FIRST)))
    assert line_with(shown, "✓").split() == [
        "5", "wildcard", "✓", "nginx", "×2", "0.0.0.0:443",
        "wins,", "one", "socket", "shared", "by", "2", "processes",
    ]  # fmt: skip
    assert "out: IPv6 only" in line_with(shown, "[::]:443")
    assert "out: another address" in line_with(shown, "203.0.113.10:443")
    assert sum("✓" in line for line in said(shown)) == 1


def test_a_group_is_one_endpoint_and_its_members_are_told_from_processes_that_share_a_socket():
    shown = answer_of([FIRST, SECOND], GROUP)
    assert "2 sockets are one endpoint, 0.0.0.0:443; each client gets one" in line_with(shown, " group ")
    assert "in the group, one socket shared by 2 processes" in line_with(shown, "nginx ×2")
    assert "in the group, named by the kernel" in line_with(shown, "✓ node[4411]")


@pytest.mark.parametrize(
    ("rows", "facts", "rules", "kernel"),
    [
        ([FIRST], asked(look_up=named(FIRST)), "nginx ×2 0.0.0.0:443", "names the same"),
        ([FIRST, SECOND], GROUP, "one of 2 on 0.0.0.0:443", "names node[4411], one of them"),
        ([FIRST, SECOND], asked(None, look_up=named(SECOND)), "one of 2 on 0.0.0.0:443", "names one of them"),
        ([], asked(look_up=LookUp(None)), "nobody", "names nobody either"),
        ([FIRST], asked(silence="the kernel is silent"), "nginx ×2 0.0.0.0:443", "not asked: the kernel is silent"),
    ],
)
def test_rules_and_kernel_stand_beside_each_other(rows, facts, rules, kernel):
    shown = answer_of(rows, facts)
    assert " ".join(line_with(shown, "   rules  ").split()) == f"rules {rules}"
    assert " ".join(line_with(shown, "   kernel  ").split()) == f"kernel {kernel}"


@pytest.mark.parametrize(
    ("rows", "facts", "told"),
    [
        ([FIRST, IPV6_ONLY], asked(look_up=named(IPV6_ONLY)), "evil\\n[666]  [::]:443: another than the rules: BPF"),
        ([FIRST], asked(look_up=LookUp(None)), "nobody: time has passed"),
        ([], asked(look_up=named(FIRST)), "LISTEN 0.0.0.0:443: time has passed"),
    ],
)
def test_a_disagreement_is_flagged(rows, facts, told):
    shown = answer_of(rows, facts)
    line = next(line for line in shown.lines(200) if line.value == "demux_kernel")
    text = line.line.left[-1]
    assert text.text.startswith("! ")
    assert told in text.text
    assert text.role is Role.TROUBLE
    assert shown.role is Role.NOTE


def test_who_cannot_be_seen_is_named_by_the_user():
    assert "a process of www-data" in line_with(answer_of([HIDDEN], asked(look_up=named(HIDDEN))), "✓")


def test_the_listener_behind_a_time_wait_is_one_enter_away():
    shown = answer_of([BUCKET, FIRST], asked(look_up=named(BUCKET)))
    assert target_with(shown, "the listener is nginx ×2") == ToOwner(1)


def test_each_local_address_is_a_line_that_leads_to_its_own_answer():
    shown = of_places([FIRST, ELSEWHERE, HIDDEN], named(FIRST), named(HIDDEN), named(ELSEWHERE))
    assert line_with(shown, "127.0.0.1:443").split()[:3] == ["127.0.0.1:443", "eth0", "nginx"]
    assert target_with(shown, "192.0.2.10:443") == ToDemux("192.0.2.10:443")
    assert len(said(shown)) == 2 + 3


def test_protocol_and_interface_go_with_the_question_about_one_address():
    shown = of_places([], LookUp(None))
    asked_by = DemuxQuestion(destination=443, protocol=PROTOCOL_UDP, device="eth0")
    again = type(shown)(asked_by, shown.decisions, shown.texts)
    assert target_with(again, "127.0.0.1:443") == ToDemux("127.0.0.1:443 udp dev=eth0")


def test_one_address_without_a_source_is_explained_in_full():
    shown = answer_of([FIRST], asked(None, look_up=named(FIRST)))
    assert shown.question == DemuxQuestion(destination=Endpoint.parse(HERE), protocol=PROTOCOL_TCP)
    assert "wildcard" in line_with(shown, "✓")
    assert CLIENT not in "".join(said(shown))
