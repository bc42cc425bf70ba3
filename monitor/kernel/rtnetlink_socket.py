"""RtnetlinkSocket: pyroute2's IPRoute with every foreign exception turned into KernelError or an errno."""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Callable
from typing import TypeVar

from pyroute2 import IPRoute, NetlinkError
from pyroute2.netlink.exceptions import NetlinkDecodeError

from monitor.errors import KernelError
from monitor.kernel.netlink import NLM_F_DUMP_INTR
from monitor.kernel.refusing_routes import RefusingRoute, refusing_routes
from monitor.kernel.route_messages import Message, complete_route_attributes
from monitor.kernel.rtnetlink_list import DUMP_TRIES, RtnetlinkList
from monitor.kernel.rule_messages import complete_rule_attributes
from monitor.model.endpoint import Address

complete_route_attributes()
complete_rule_attributes()

ANSWERS = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EACCES, errno.EINVAL, errno.ENODEV, errno.ENETDOWN})
"""Error numbers that say something about the way; any other one says that the question failed."""

_FOREIGN = (NetlinkError, NetlinkDecodeError, struct.error, OSError, LookupError, TypeError, ValueError)
"""What pyroute2, and the reading of its messages, raise on refusals and on broken or unexpected bytes."""

Value = TypeVar("Value")


class RtnetlinkSocket:
    """Requests to the network namespace in which it was opened; for one thread at a time."""

    was_interrupted: bool = False
    """Whether the kernel called the last dump inconsistent each time that it was asked for."""

    def __init__(self) -> None:
        try:
            self._route = IPRoute(ext_ack=True)
        except _FOREIGN as error:
            raise _kernel_error("open a netlink socket", error) from error
        self._lists: RtnetlinkList | None = None

    def dump(
        self, operation: str, method: str, read: Callable[[Message], Value], **arguments: int
    ) -> tuple[Value, ...]:
        """List objects; asked again a few times when the kernel says that they changed meanwhile.

        Args:
            operation: what is done, as a phrase for the error.
            method: IPRoute's method.
            read: makes the value of one message.
            arguments: the method's.

        Raises:
            KernelError: the kernel refused, or its answer could not be read.
        """
        try:
            for _ in range(DUMP_TRIES):
                messages = tuple(getattr(self._route, method)(**arguments))
                self.was_interrupted = any(message["header"]["flags"] & NLM_F_DUMP_INTR for message in messages)
                if not self.was_interrupted:
                    break
            return tuple(read(message) for message in messages)
        except _FOREIGN as error:
            raise _kernel_error(operation, error) from error

    def refusing_routes(self, route_type: int, remote: Address) -> tuple[RefusingRoute, ...]:
        """List the routes of one refusing type that cover a destination, in all tables.

        Raises:
            KernelError: the kernel refused.
            WireError: its answer breaks its contract.
        """
        if self._lists is None:
            # A socket of its own: IPRoute's can't be strict, since a strict one refuses LOOKUP_TABLE for IPv6.
            self._lists = RtnetlinkList("list routes", is_strict=True)
        return refusing_routes(self._lists, route_type, remote)

    def get(self, operation: str, method: str, read: Callable[[Message], Value], **arguments: str | int) -> Value | int:
        """Ask for one object; an error number that is an answer (see ANSWERS, and ENOENT) comes as an int.

        Raises:
            KernelError: the kernel refused the question, or its answer could not be read.
        """
        try:
            return read(getattr(self._route, method)("get", **arguments)[0])
        except NetlinkError as error:
            if error.code in ANSWERS or error.code == errno.ENOENT:
                return int(error.code)
            raise _kernel_error(operation, error) from error
        except _FOREIGN as error:
            raise _kernel_error(operation, error) from error

    def close(self) -> None:
        """Close the sockets; may be called twice."""
        self._route.close()
        if self._lists is not None:
            self._lists.close()


def _kernel_error(operation: str, error: Exception) -> KernelError:
    number = getattr(error, "code", None) or getattr(error, "errno", None)
    if not isinstance(number, int) or number < 0:
        return KernelError(operation, 0, f"its answer could not be read: {type(error).__name__}")
    # With ext_ack the kernel says in words what it did not like.
    text = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], str) else ""
    return KernelError(operation, number, "" if text == os.strerror(number) else text)
