"""TCP's states in the words of RFC 9293 and ss(8), and the sets of them that decide something."""

from __future__ import annotations

from enum import IntEnum

PROTOCOL_TCP = 6
PROTOCOL_UDP = 17


class TcpState(IntEnum):
    """A state with the kernel's number (include/net/tcp_states.h)."""

    ESTABLISHED = 1
    SYN_SENT = 2
    SYN_RECEIVED = 3
    FIN_WAIT_1 = 4
    FIN_WAIT_2 = 5
    TIME_WAIT = 6
    CLOSED = 7
    CLOSE_WAIT = 8
    LAST_ACK = 9
    LISTEN = 10
    CLOSING = 11
    NEW_SYN_RECEIVED = 12
    BOUND_INACTIVE = 13

    @property
    def bit(self) -> int:
        """The state's bit in idiag_states."""
        return 1 << self.value


_SS_NAMES: dict[int, str] = {
    TcpState.ESTABLISHED: "ESTAB",
    TcpState.SYN_SENT: "SYN-SENT",
    TcpState.SYN_RECEIVED: "SYN-RECV",
    TcpState.FIN_WAIT_1: "FIN-WAIT-1",
    TcpState.FIN_WAIT_2: "FIN-WAIT-2",
    TcpState.TIME_WAIT: "TIME-WAIT",
    TcpState.CLOSED: "BOUND",
    TcpState.CLOSE_WAIT: "CLOSE-WAIT",
    TcpState.LAST_ACK: "LAST-ACK",
    TcpState.LISTEN: "LISTEN",
    TcpState.CLOSING: "CLOSING",
    TcpState.NEW_SYN_RECEIVED: "SYN-RECV",
    TcpState.BOUND_INACTIVE: "BOUND",
}

ALL_STATES = 0xFFFF_FFFF
"""Every state, the bound-only one included."""
LIVE_STATES = sum(state.bit for state in TcpState if state not in (TcpState.TIME_WAIT, TcpState.BOUND_INACTIVE))
"""What every sample dumps: all but TIME-WAIT and bound-only rows."""
WAITING_STATES = TcpState.LISTEN.bit | TcpState.CLOSED.bit | TcpState.BOUND_INACTIVE.bit
"""Of sockets without a peer: what connections are, and whose, is decided by them."""

KERNEL_HELD = frozenset({TcpState.TIME_WAIT, TcpState.SYN_RECEIVED, TcpState.NEW_SYN_RECEIVED})
"""States whose entries belong to no process: the kernel's own."""
WAITING = (TcpState.LISTEN, TcpState.CLOSED)
"""What waits for any peer: a TCP listener, a UDP socket without one."""
TROUBLE_ORDER = (
    TcpState.SYN_SENT,
    TcpState.SYN_RECEIVED,
    TcpState.CLOSE_WAIT,
    TcpState.LAST_ACK,
    TcpState.CLOSING,
    TcpState.FIN_WAIT_1,
    TcpState.FIN_WAIT_2,
)
"""Transitional states in the order in which an operator wants to see them."""


def state_name(protocol: int, state: int) -> str:
    """Name a state as ss does; a number that this program does not know becomes "state-14".

    A bound TCP socket that neither listens nor connects is reported as CLOSED(7) and named "BOUND".
    """
    if protocol == PROTOCOL_UDP:
        return {1: "ESTAB", 7: "UNCONN"}.get(state, f"state-{state}")
    return _SS_NAMES.get(state) or f"state-{state}"
