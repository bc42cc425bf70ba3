"""The lines of the bind screen: the command's words, where each leads, and how they are broken."""

from __future__ import annotations

import pytest

from monitor.presentation.answer_lines import dimmed
from monitor.presentation.bind_lines import answer_lines
from monitor.presentation.bind_words import answer
from monitor.presentation.linked_line import ToOwner, ToSocket
from monitor.presentation.view import Role
from tests.presentation.bind_scene import BUCKET, IPV6_PAIR, LISTENER, NAMELESS, answer_about, answers, shown_lines


def test_the_answer_stands_first_and_whole():
    for shown in answers():
        for width in (60, 80, 120):
            lines = shown_lines(shown, width)
            words = " ".join(" ".join(lines[: lines.index("")]).split())
            assert words == answer(shown.decision, shown.texts)


def test_every_socket_in_the_way_stands_with_its_owners_and_the_rule():
    lines = shown_lines(answer_about([LISTENER, BUCKET], "8080"), 80)
    assert lines[3:9] == [
        "   1  LISTEN     192.0.2.10:8080                                      ⏎ process",
        "                 python3[5120] (yours, up 2h, fd 3) and sle\\x1bep[5133] (yours,",
        "                 up 1m, fd 3): one socket, inherited or handed on",
        "                 the wildcard meets every address on the port",
        "   2  TIME-WAIT  192.0.2.10:8080 → 198.51.100.7:51834                     ⏎ row",
        "                 the kernel's, no process, 41s left",
    ]


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_no_line_is_wider_than_the_screen(width: int):
    for shown in answers():
        assert shown_lines(shown, width)


def test_a_pair_leads_to_its_screen_and_a_listener_to_its_process():
    shown = answer_about([LISTENER, BUCKET], "8080")
    targets = [line.target for line in answer_lines(shown, 120) if line.target is not None]
    assert targets == [ToOwner(1), ToSocket(2)]


def test_only_the_first_line_of_what_is_said_can_have_the_cursor():
    for shown in answers():
        for line in answer_lines(shown, 60):
            is_first = "".join(cell.text for cell in line.line.left[2:3]).strip() != ""
            assert (line.value is not None) == is_first


def test_yes_no_and_not_certain_differ_in_words_and_in_role():
    roles = {}
    for shown in (
        answer_about([], "8080"),
        answer_about([LISTENER], "8080"),
        answer_about([BUCKET], "8080 reuseaddr", options=None),
    ):
        roles[shown_lines(shown)[0].split()[0]] = shown.role
    assert roles == {"Yes:": Role.GOOD, "No,": Role.TROUBLE, "Not": Role.NOTE}


def test_a_socket_without_a_visible_owner_says_so():
    lines = shown_lines(answer_about([NAMELESS], "192.0.2.10:8080"))
    assert "a process of root, which one is not visible" in lines[2]


def test_an_old_answer_is_drawn_back_and_leads_on():
    lines = answer_lines(answer_about([IPV6_PAIR], "0.0.0.0:8080"), 80)
    back = dimmed(lines)
    assert {cell.role for line in back for cell in line.line.left} == {Role.DIM}
    assert [(line.target, line.value) for line in back] == [(line.target, line.value) for line in lines]


def test_what_could_not_be_read_stands_below():
    shown = answer_about([], "8080", notices=("the reserved ports could not be read",))
    assert shown_lines(shown)[-1] == "   unread        the reserved ports could not be read"
