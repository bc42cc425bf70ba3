"""What stands under the field of the bind screen, and what Tab makes of it."""

from __future__ import annotations

import pytest

from monitor.presentation.bind_question import parse_question
from monitor.presentation.bind_typing import asked_lines, completed, in_force, offers, question_of_row
from monitor.sampling.intervals import advance
from tests.scenes import ANY, ANY6, link, row, sample_of

LINKS = (link(1, "lo"), link(2, "eth0"), link(3, "et\x1b"))


@pytest.mark.parametrize(
    ("typed", "then"),
    [
        ("8080 u", "8080 u"),
        ("8080 ud", "8080 udp "),
        ("8080 reus", "8080 reuse"),
        ("8080 reusea", "8080 reuseaddr "),
        ("8080 --reusea", "8080 --reuseaddr "),
        ("8080 v", "8080 v6only="),
        ("8080 dev", "8080 dev="),
        ("8080 dev=e", "8080 dev=eth0 "),
        ("8080 dev=x", "8080 dev=x"),
        ("8080 ", "8080 "),
        ("8080", "8080"),
        ("8080 --", "8080 --"),
        ("", ""),
    ],
)
def test_tab_completes_what_only_can_be_meant(typed: str, then: str):
    assert completed(typed, LINKS) == then


def test_every_offer_can_be_typed_and_goes_once_it_is():
    text = "[::]:0"
    for offer in offers(text):
        typed = {"v6only=0|1": "v6only=0", "dev=NAME": "dev=lo", "uid=N": "uid=33"}.get(offer, offer)
        text = f"{text} {typed}"
        assert parse_question(text)
        assert offer not in offers(text)
    assert offers(text) == []


def test_what_is_in_force_names_what_was_left_out_too():
    assert in_force(parse_question("8080"), 0) == [
        "0.0.0.0:8080", "tcp", "as root (you)", "IPv4; [::]:8080 asks for IPv6 and IPv4"
    ]  # fmt: skip
    assert in_force(parse_question("[::]:53 udp reuseaddr v6only=0 dev=lo uid=33"), 1000) == [
        "[::]:53", "udp", "SO_REUSEADDR", "IPV6_V6ONLY 0", "SO_BINDTODEVICE lo", "as uid 33"
    ]  # fmt: skip


def test_a_mistake_stands_where_the_question_would():
    first, second = asked_lines("8080 reuse", None, "no such option", 0, 80)
    assert [cell.text.strip() for cell in first.left] == ["!", "no such option"]
    assert "udp" in second.left[1].text


@pytest.mark.parametrize(
    ("described", "question"),
    [
        (row("tcp", "192.0.2.10:443", ANY, "LISTEN"), "192.0.2.10:443"),
        (row("tcp", "[::]:443", ANY6, "LISTEN", v6only=1), "[::]:443 v6only=1"),
        (row("udp", "0.0.0.0:53", ANY, "UNCONN"), "0.0.0.0:53 udp"),
        (row("tcp", "192.0.2.10:443", "198.51.100.7:5", "ESTAB"), ""),
    ],
)
def test_a_row_asks_about_its_own_endpoint(described, question: str):
    assert question_of_row(advance(None, sample_of([described])), 0) == question
    if question:
        assert parse_question(question)
