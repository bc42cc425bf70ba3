"""ProtocolLists: the kernel's lists of one protocol's sockets, each asked for until it comes whole.

A list is no snapshot: under churn it can miss a living socket without saying so.
"""

from __future__ import annotations

import errno
import socket
from weakref import WeakValueDictionary

from monitor.errors import KernelError
from monitor.kernel.inet_diag import without_duplicates
from monitor.kernel.inet_diag_list import SocketList
from monitor.kernel.inet_diag_question import SOCK_DIAG_BY_FAMILY, TCPDIAG_GETSOCK, family_list
from monitor.kernel.netlink import NetlinkSocket, TruncatedDatagramError
from monitor.kernel.renewed_list import RenewedList
from monitor.kernel.this_namespace import sockets_in_use
from monitor.model.socket_table import SocketTable
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP

OPERATIONS = {PROTOCOL_TCP: "list TCP sockets", PROTOCOL_UDP: "list UDP sockets"}
NOT_OFFERED = frozenset({errno.EINVAL, errno.ENOENT, errno.EOPNOTSUPP, errno.EPROTONOSUPPORT})
"""What the kernel answers to a question that it does not know, or whose module is missing."""

_TRIES = 5
"""How often a list is asked for that came truncated or was flagged as interrupted."""


class ProtocolLists:
    """For one thread at a time; methods raise as those of the conversation.

    Args:
        conversation: With the kernel, for these lists alone.
        protocol: IPPROTO_TCP or IPPROTO_UDP.
        namespace: Inode of the network namespace, for the tables.
    """

    malformed: int = 0
    """Messages left out so far because they broke their bounds."""
    was_interrupted: bool = False
    """Whether the kernel called the last list inconsistent each time that it was asked for."""

    def __init__(self, conversation: NetlinkSocket, protocol: int, namespace: int) -> None:
        self._conversation = conversation
        self._protocol = protocol
        self._namespace = namespace
        self._expected_rows: dict[bytes, int] = {}
        # For as long as somebody holds on to it.
        self._former: WeakValueDictionary[bytes, SocketTable] = WeakValueDictionary()

    def one_pass(self, question: bytes, followed_by: SocketTable | None = None) -> SocketTable | None:
        """List both families in one walk, which takes half of what two take; None where the kernel does not.

        Args:
            question: The payload.
            followed_by: Rows to stand behind those of the list.
        """
        try:
            return self._lists(TCPDIAG_GETSOCK, [question], followed_by)
        except KernelError as error:
            if error.errno not in NOT_OFFERED:
                raise
            return None

    def by_family(self, states: int, followed_by: SocketTable | None = None) -> SocketTable:
        """List one family after the other.

        Args:
            states: A bit for each TcpState.
            followed_by: As above.
        """
        questions = [family_list(family, self._protocol, states) for family in (socket.AF_INET, socket.AF_INET6)]
        try:
            return self._lists(SOCK_DIAG_BY_FAMILY, questions, followed_by)
        except KernelError as error:
            if error.errno in NOT_OFFERED:
                raise KernelError(error.operation, error.errno, "this kernel has no such list") from error
            raise

    def _lists(self, kind: int, questions: list[bytes], followed_by: SocketTable | None) -> SocketTable:
        """Ask for one list after another; a socket that changes between two is in one of them."""
        self.was_interrupted = False
        followers = [*(None for _ in questions[1:]), followed_by]
        tables = [self._list(kind, question, follower) for question, follower in zip(questions, followers, strict=True)]
        return tables[0] if len(tables) == 1 else without_duplicates(SocketTable.concatenate(tables))

    def _list(self, kind: int, question: bytes, followed_by: SocketTable | None) -> SocketTable:
        """Ask for a list until it comes whole; one that is flagged each time is given as it came."""
        for tries_left in reversed(range(_TRIES)):
            sockets = self._begun(question)
            try:
                for messages in self._conversation.dump(kind, question, OPERATIONS[self._protocol]):
                    if len(messages):
                        sockets.add(messages)
            except TruncatedDatagramError:
                if not tries_left:
                    raise
                self._conversation.widen()
                continue
            if not self._conversation.was_interrupted:
                break
        self.was_interrupted |= self._conversation.was_interrupted
        self.malformed += sockets.malformed
        if followed_by is not None and len(followed_by):
            sockets.append(followed_by)
        table = without_duplicates(sockets.table()) if sockets.may_repeat else sockets.table()
        self._expected_rows[question] = len(table)
        self._former[question] = table
        return table

    def _begun(self, question: bytes) -> SocketList | RenewedList:
        former = self._former.get(question)
        if former is not None:
            return RenewedList(self._protocol, former)
        expected = self._expected_rows.get(question)
        return SocketList(
            self._protocol, self._namespace, sockets_in_use(self._protocol) if expected is None else expected
        )
