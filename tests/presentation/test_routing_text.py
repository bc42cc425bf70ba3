from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.model.route import Flow, RouteDecision
from monitor.model.sample import Interval
from monitor.presentation.route_question import parse_question
from monitor.presentation.routing_text import (
    RouteAnswer,
    connection_lines,
    offers,
    strip_line,
    typed_lines,
)
from monitor.presentation.row_text import RowTexts
from monitor.presentation.selection import route_question
from monitor.presentation.text_line import TextLine
from monitor.presentation.view import Role
from monitor.sampling.intervals import advance
from tests import machine_db1
from tests.agreeing import agreed


def by_eth0_alone(flow: Flow) -> RouteDecision:
    return replace(machine_db1.route_to(flow), alternatives=())


@pytest.fixture(scope="module")
def db1() -> Interval:
    first, second = machine_db1.samples()
    return agreed(advance(advance(None, first), second), by_eth0_alone)


def row_of(interval: Interval, text: str) -> int:
    texts = RowTexts(interval)
    found = (n for n in range(len(interval.table)) if text in (str(texts.local(n)), str(texts.remote(n))))
    return next(found)


def answer_for(interval: Interval, number: int, **changed: object) -> RouteAnswer:
    flow = route_question(interval, number)
    assert flow is not None
    return RouteAnswer(flow, replace(by_eth0_alone(flow), **changed))


def text(line: TextLine) -> str:
    return "".join(cell.text for cell in line.left)


def test_the_verdict_stands_last_and_has_its_meaning(db1: Interval):
    number = row_of(db1, "198.51.100.7:51834")
    lines = connection_lines(db1, number, answer_for(db1, number))
    assert text(lines[0]) == "tcp as www-data (uid 33), mark 0"
    assert text(lines[1]) == "leaves   eth0 from 192.0.2.10 via 192.0.2.1"
    assert text(lines[-1]) == "✓ the connection leaves so today"
    assert lines[-1].left[0].role is Role.GOOD


def test_a_dialled_connection_that_would_leave_from_elsewhere_is_marked(db1: Interval):
    number = row_of(db1, "198.51.100.40:5044")
    answer = answer_for(db1, number)
    lines = connection_lines(db1, number, answer)
    assert text(lines[-1]).startswith("~ would now leave by eth0 from 192.0.2.10; was eth1")
    assert lines[-1].left[0].role is Role.NOTE
    assert "~" in text(strip_line(db1, number, answer))


def test_while_the_kernel_is_asked_that_is_said(db1: Interval):
    number = row_of(db1, "198.51.100.7:51834")
    assert "asking the kernel" in text(connection_lines(db1, number, None)[-1])
    assert "asking the kernel" in text(strip_line(db1, number, None))
    assert "asking the kernel" in text(typed_lines(db1, parse_question("192.0.2.1"), None)[-1])


def test_an_error_is_the_answer_and_is_trouble(db1: Interval):
    number = row_of(db1, "198.51.100.7:51834")
    flow = route_question(db1, number)
    assert flow is not None
    answer = RouteAnswer(flow, None, "could not ask")
    assert text(connection_lines(db1, number, answer)[-1]) == "could not ask"
    assert strip_line(db1, number, answer).left[0].role is Role.TROUBLE


def test_no_way_is_trouble(db1: Interval):
    number = row_of(db1, "198.51.100.7:51834")
    flow = route_question(db1, number)
    assert flow is not None
    nothing = RouteDecision(flow, "EHOSTUNREACH", "unreachable", None, None, None, None, None, None)
    lines = connection_lines(db1, number, RouteAnswer(flow, nothing))
    assert lines[1].left[1].role is Role.TROUBLE
    assert lines[1].left[1].text.startswith("EHOSTUNREACH")


def test_a_typed_question_says_what_it_assumes(db1: Interval):
    question = parse_question("198.51.100.7:443")
    flow = question.flow(())
    lines = typed_lines(db1, question, RouteAnswer(flow, by_eth0_alone(flow)))
    assert text(lines[0]) == "tcp (assumed) as uid 0 (who asks), mark 0"
    assert text(lines[1]) == "leaves   eth0 from 192.0.2.10 via 192.0.2.1"


def test_a_typed_question_says_all_that_was_typed(db1: Interval):
    question = parse_question("198.51.100.7 udp uid=33 mark=7 dev=eth1 src=203.0.113.10 sport=53 tos=16")
    assert text(typed_lines(db1, question, None)[0]) == (
        "udp as uid 33, mark 7, bound to eth1, from 203.0.113.10, local port 53, tos 16"
    )
    assert offers(question) == []


def test_while_more_may_be_typed_the_selectors_that_are_left_are_offered(db1: Interval):
    lines = typed_lines(db1, parse_question("198.51.100.7 uid=33"), None, is_typing=True)
    assert text(lines[1]) == "add      udp mark=N dev=NAME src=ADDRESS sport=PORT tos=N"


def test_open_connections_that_go_another_way_than_a_typed_question_are_named(db1: Interval):
    question = parse_question("198.51.100.40:5044")
    flow = question.flow(())
    lines = typed_lines(db1, question, RouteAnswer(flow, by_eth0_alone(flow)))
    assert text(lines[-1]) == "differs  1 open connection to it still uses 203.0.113.10 on eth1: filebeat[1502]"
