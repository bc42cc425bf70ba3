from __future__ import annotations

import pytest

from monitor.model.sample import Interval
from monitor.presentation.reach_lines import listener_lines, reach_strip
from monitor.presentation.row_text import RowTexts
from monitor.presentation.text_line import TextLine
from monitor.presentation.view import Role
from monitor.sampling.intervals import advance
from tests import machine_db1
from tests.machine_db1 import NETWORK
from tests.scenes import ANY, ANY6, row, sample_of


@pytest.fixture(scope="module")
def db1() -> Interval:
    first, second = machine_db1.samples()
    return advance(advance(None, first), second)


def row_of(interval: Interval, local: str) -> int:
    texts = RowTexts(interval)
    return next(number for number in range(len(interval.table)) if str(texts.local(number)) == local)


def text(line: TextLine) -> str:
    return "".join(cell.text for cell in line.left)


def of_first(*rows) -> list[str]:
    """What is said of the first of some rows on db1's interfaces."""
    return [text(line) for line in listener_lines(advance(None, sample_of(rows, network=NETWORK)), 0)]


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
    assert shown[-1] == "for IPv6 only; IPv4 clients get sshd[640] on 0.0.0.0:22"
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


def test_who_gets_the_clients_of_an_address_that_another_socket_is_bound_to_is_said():
    shown = of_first(
        row("tcp", "0.0.0.0:80", ANY, "LISTEN", owner=(71, 3)),
        row("tcp", "192.0.2.10:80", ANY, "LISTEN", owner=(72, 3)),
    )
    place = shown.index("eth0     192.0.2.10:80")
    assert shown[place + 1] == "         clients there get process-72[72] on 192.0.2.10:80"
    assert sum("clients there" in line for line in shown) == 1


def test_of_datagrams_likewise_and_a_stream_of_the_same_port_is_another_thing():
    rows = [
        row("udp", "0.0.0.0:53", ANY, "UNCONN", owner=(71, 3)),
        row("udp", "127.0.0.1:53", ANY, "UNCONN", owner=(72, 3)),
        row("tcp", "192.0.2.10:53", ANY, "LISTEN", owner=(73, 3)),
    ]
    shown = of_first(*rows)
    assert [line.strip() for line in shown if "clients there" in line] == [
        "clients there get process-72[72] on 127.0.0.1:53"
    ]


def test_those_that_share_the_endpoint_take_nothing_away():
    listener = row("tcp", "0.0.0.0:80", ANY, "LISTEN", owner=(71, 3), cookie=1)
    assert not any(
        "clients" in line for line in of_first(listener, row("tcp", "0.0.0.0:80", ANY, "LISTEN", cookie=2))[:-1]
    )


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([row("tcp", "0.0.0.0:80", ANY, "LISTEN")], "for IPv4 only; IPv6 clients are refused"),
        ([row("udp", "0.0.0.0:80", ANY, "UNCONN")], "for IPv4 only; IPv6 clients are not served"),
        ([row("tcp", "[::]:80", ANY6, "LISTEN", v6only=1)], "for IPv6 only; IPv4 clients are refused"),
        ([row("tcp", "192.0.2.10:80", ANY, "LISTEN")], "for IPv4 only"),
        ([row("tcp", "[::]:80", ANY6, "LISTEN")], "for IPv4 and IPv6"),
    ],
)
def test_for_whom_it_is_open(rows, words: str):
    assert of_first(*rows)[-1] == words


def test_the_strip_counts_the_addresses_where_others_get_the_clients():
    rows = [row("tcp", "0.0.0.0:80", ANY, "LISTEN"), row("tcp", "192.0.2.10:80", ANY, "LISTEN")]
    interval = advance(None, sample_of(rows, network=NETWORK))
    assert text(reach_strip(interval, 0)) == (
        " reachable at 127.0.0.1 192.0.2.10 203.0.113.10, for IPv4 only; others get the clients at 1 of them"
    )
