from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.model.route import Flow, RouteDecision
from monitor.model.sample import Interval
from monitor.presentation.routing_text import (
    RouteAnswer,
    connection_lines,
    listener_lines,
    reach_strip,
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
from tests.scenes import ANY, row, sample_of


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
    assert text(lines[-1]).startswith("~ would now leave by eth0 from 192.0.2.10, not by eth1")
    assert lines[-1].left[0].role is Role.NOTE
    assert "~" in text(strip_line(db1, number, answer))


def test_while_the_kernel_is_asked_that_is_said(db1: Interval):
    number = row_of(db1, "198.51.100.7:51834")
    assert "asking the kernel" in text(connection_lines(db1, number, None)[-1])
    assert "asking the kernel" in text(strip_line(db1, number, None))
    assert "asking the kernel" in text(typed_lines(None)[0])


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
    number = row_of(db1, "198.51.100.7:51834")
    assert text(typed_lines(answer_for(db1, number))[0]) == "tcp (assumed) as this monitor's user"


def test_a_wildcard_listener_is_reached_at_every_address(db1: Interval):
    shown = [text(line) for line in listener_lines(db1, row_of(db1, "[::]:443"))]
    assert shown[0] == "Reachable at"
    assert "lo       127.0.0.1:443" in shown
    assert "eth0     192.0.2.10:443" in shown
    assert "eth1     203.0.113.10:443" in shown
    assert any("[2001:db8::10]:443" in line for line in shown)
    assert shown[-1] == "for IPv4 and IPv6"


def test_a_listener_for_ipv6_only_says_so(db1: Interval):
    shown = [text(line) for line in listener_lines(db1, row_of(db1, "[::]:22"))]
    assert shown[-1] == "for IPv6 only"
    assert not any("192.0.2.10" in line for line in shown)


def test_a_listener_on_one_address_is_reached_there(db1: Interval):
    assert text(reach_strip(db1, row_of(db1, "192.0.2.10:8443"))) == " reachable at 192.0.2.10, for IPv4 only"


def test_a_socket_that_is_bound_only_waits_for_nobody(db1: Interval):
    assert "bound only" in text(reach_strip(db1, row_of(db1, "192.0.2.10:8444")))


def test_before_the_addresses_are_read_nothing_is_claimed():
    interval = advance(None, sample_of([row("tcp", "0.0.0.0:80", ANY, "LISTEN")]))
    assert "reading the addresses" in text(listener_lines(interval, 0)[0])
    assert "reading the addresses" in text(reach_strip(interval, 0))


def test_an_address_that_nobody_has_is_trouble():
    rows = [row("tcp", "192.0.2.99:80", ANY, "LISTEN")]
    interval = advance(None, sample_of(rows, network=machine_db1.NETWORK))
    assert listener_lines(interval, 0)[0].left[0].role is Role.TROUBLE
    assert reach_strip(interval, 0).left[0].role is Role.TROUBLE
