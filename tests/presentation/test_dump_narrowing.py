"""What the kernel is asked to leave out of a list, by a filter alone."""

from __future__ import annotations

import pytest

from monitor.model.dump_narrowing import AnyOf, End, Narrowing, PortBetween
from monitor.model.tcp import ALL_STATES, WAITING_STATES, TcpState
from monitor.presentation.filter_narrowing import narrowing_of
from monitor.presentation.filters import parse

WITH_A_PEER = sum(state.bit for state in TcpState) & ~WAITING_STATES & ALL_STATES


@pytest.mark.parametrize(
    ("line", "condition"),
    [
        ("dport = :443", PortBetween(End.REMOTE, 443, 443)),
        (":443", AnyOf((PortBetween(End.LOCAL, 443, 443), PortBetween(End.REMOTE, 443, 443)))),
    ],
)
def test_nothing_is_compiled_for_what_waits_since_that_is_listed_whole(line, condition):
    assert narrowing_of(parse(line)).tcp == Narrowing(WITH_A_PEER, condition)


def test_a_filter_of_waiting_sockets_asks_for_no_others():
    assert narrowing_of(parse("state listening")).tcp.states == 0
