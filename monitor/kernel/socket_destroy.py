"""Closing one socket by SOCK_DESTROY: only with its exact cookie, and only while it is in the state that was shown."""

from __future__ import annotations

import errno
import struct

from monitor.errors import KernelError, WireError
from monitor.kernel.inet_diag_question import (
    NOT_FOUND,
    SOCK_DIAG_BY_FAMILY,
    exact_destruction,
    exact_with_details,
)
from monitor.kernel.netlink import NETLINK_SOCK_DIAG, NetlinkSocket
from monitor.kernel.netlink_messages import HEADER
from monitor.kernel.this_namespace import namespace_number
from monitor.model.action import CloseAsked, Outcome, Result, Right
from monitor.model.sockets import SocketId
from monitor.model.tcp import PROTOCOL_TCP, WAITING

SOCK_DESTROY = 21
"""nlmsg_type (include/uapi/linux/sock_diag.h)."""

_COOKIES = range(1, 1 << 62)
"""Those that the kernel gives, but for a few; one with all bits set would stand for whatever socket it finds."""
_HEAD = struct.Struct("=BB2x48s")
"""The beginning of struct inet_diag_msg: family, state, and the ends, device and cookie as they are asked for."""
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
        if not len(messages):
            return None
        message = messages.records(int(messages.lengths[0])).tobytes()
        if len(message) < HEADER.itemsize + _HEAD.size:
            raise WireError(f"a message of {len(message)} bytes about a socket")
        family, state, name = _HEAD.unpack_from(message, HEADER.itemsize)
        # The kernel has compared the cookies; a kernel that did not must not pass for one that did.
        is_asked = (family, name) == (asked.family, exact_destruction(asked)[-len(name) :])
        return int(state) if is_asked else None
