"""States have the kernel's numbers and ss's names."""

from __future__ import annotations

import pytest

from monitor.model.tcp import (
    ALL_STATES,
    LIVE_STATES,
    PROTOCOL_TCP,
    PROTOCOL_UDP,
    TcpState,
    state_name,
)


@pytest.mark.parametrize(
    ("number", "name"),
    # include/net/tcp_states.h, and the names of ss(8).
    [
        (1, "ESTAB"),
        (2, "SYN-SENT"),
        (3, "SYN-RECV"),
        (4, "FIN-WAIT-1"),
        (5, "FIN-WAIT-2"),
        (6, "TIME-WAIT"),
        (7, "BOUND"),
        (8, "CLOSE-WAIT"),
        (9, "LAST-ACK"),
        (10, "LISTEN"),
        (11, "CLOSING"),
        (12, "SYN-RECV"),
        (13, "BOUND"),
    ],
)
def test_every_state_is_named_as_ss_names_it(number, name):
    assert state_name(PROTOCOL_TCP, number) == name


def test_a_state_of_a_newer_kernel_is_named_by_its_number():
    assert state_name(PROTOCOL_TCP, 14) == "state-14"
    assert state_name(PROTOCOL_UDP, 3) == "state-3"


def test_udp_has_two_states():
    assert [state_name(PROTOCOL_UDP, number) for number in (1, 7)] == ["ESTAB", "UNCONN"]


def test_live_states_are_all_known_ones_but_time_wait_and_bound_only():
    known = sum(state.bit for state in TcpState)
    assert known - LIVE_STATES == TcpState.TIME_WAIT.bit | TcpState.BOUND_INACTIVE.bit
    assert ALL_STATES & known == known
