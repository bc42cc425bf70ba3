"""Closing one socket by SOCK_DESTROY: only with its exact cookie, and only while it is in the state that was shown."""

from __future__ import annotations

import errno

from monitor.errors import KernelError
from monitor.kernel.inet_diag import decode
from monitor.kernel.inet_diag_question import (
    NOT_FOUND,
    SOCK_DIAG_BY_FAMILY,
    exact_destruction,
    exact_with_details,
)
from monitor.kernel.netlink import NETLINK_SOCK_DIAG, NetlinkSocket
from monitor.kernel.this_namespace import namespace_number
from monitor.model.action import CloseAsked, Outcome, Result, Right
from monitor.model.sockets import SocketId
from monitor.model.tcp import PROTOCOL_TCP, WAITING

SOCK_DESTROY = 21
"""nlmsg_type (include/uapi/linux/sock_diag.h)."""

_COOKIES = range(1, 1 << 63)
"""Those that the kernel gives; one with all bits set would stand for whatever socket it finds."""
_CLOSE, _LOOK_UP = "close a socket", "look up a socket"


class SocketCloser:
    """Closes sockets of the network namespace of the thread that made it.

    Methods raise KernelError and WireError where the kernel is silent or its answer breaks its contract.
    """

    def __init__(self) -> None:
        self._namespace = namespace_number()
        self._kernel = NetlinkSocket.open(NETLINK_SOCK_DIAG, _CLOSE)

    def refusal(self, asked: CloseAsked) -> Outcome | None:
        """Say why the socket cannot be closed as it was shown; None where it can."""
        if asked.socket.cookie not in _COOKIES:
            return Outcome(Result.NO_COOKIE)
        if asked.socket.namespace != self._namespace:
            return Outcome(Result.OTHER_NAMESPACE)
        state = self._state_of(asked.socket)
        if state is None:
            is_connected_tcp = asked.socket.protocol == PROTOCOL_TCP and asked.state not in WAITING
            return Outcome(Result.ALREADY_GONE if is_connected_tcp else Result.GONE_OR_SHARED, errno.ENOENT)
        return None if state == asked.state else Outcome(Result.MOVED, state=state)

    def close_socket(self, asked: CloseAsked) -> Outcome:
        """Close it, unless it has moved."""
        refused = self.refusal(asked)
        if refused is not None:
            return refused
        number = self._kernel.act(SOCK_DESTROY, exact_destruction(asked.socket), _CLOSE)
        if number == 0:
            return Outcome(Result.CLOSED)
        if number in NOT_FOUND:
            return Outcome(Result.GONE_OR_SHARED, number)
        if number in {errno.EPERM, errno.EACCES}:
            return Outcome(Result.NOT_PERMITTED, number, Right.NET_ADMIN)
        return Outcome(Result.CANNOT, number)

    def close(self) -> None:
        """Give the netlink socket back."""
        self._kernel.close()

    def _state_of(self, asked: SocketId) -> int | None:
        """Look the very socket up; None where the kernel does not find it."""
        messages, refusals = self._kernel.look_up(SOCK_DIAG_BY_FAMILY, [exact_with_details(asked)], _LOOK_UP)
        if refusals[0] not in NOT_FOUND | {0}:
            raise KernelError(_LOOK_UP, refusals[0])
        table = decode(messages, asked.protocol, self._namespace).table
        return int(table.state[0]) if len(table) and SocketId.of(table, 0) == asked else None
