"""SockDiag: what the kernel says of its sockets, by list and by exact look-up.

One network namespace, the one of the thread that opened it. A list is no snapshot: under churn it can miss a living
socket without saying so, which is why absence is asked about before it is called a close.
"""

from __future__ import annotations

import errno
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np

from monitor.errors import KernelError
from monitor.kernel.inet_diag import decode, without_duplicates
from monitor.kernel.inet_diag_bytecode import byte_code
from monitor.kernel.inet_diag_question import (
    NOT_FOUND,
    SOCK_DIAG_BY_FAMILY,
    TCPDIAG_GETSOCK,
    exact,
    exact_with_details,
    listener_list,
    no_list,
    tcp_list,
    udp_list,
)
from monitor.kernel.netlink import (
    LONG_LIST_BYTES,
    NETLINK_SOCK_DIAG,
    SHORT_LIST_BYTES,
    NetlinkSocket,
)
from monitor.kernel.protocol_lists import OPERATIONS, ProtocolLists
from monitor.kernel.this_namespace import namespace_number, syn_retries
from monitor.model.places import find_places
from monitor.model.socket_table import DROPS_UNKNOWN, U64, Rows, SocketTable
from monitor.model.sockets import SocketId
from monitor.model.tcp import ALL_STATES, LIVE_STATES, PROTOCOL_TCP, PROTOCOL_UDP, WAITING_STATES, TcpState

if TYPE_CHECKING:
    from monitor.model.dump_narrowing import Narrowing
    from monitor.model.tcp_info import SocketDetails

_LOOK_UP = "look up a socket"

_NOBODY: U64 = np.zeros(0, np.uint64)


class SockDiag:
    """The sockets of the network namespace in which this object was made.

    Every method raises KernelError where the kernel refuses or is silent, and WireError where its answer breaks its
    contract; the next call may succeed. For one thread at a time.
    """

    namespace: int
    """Inode of the network namespace; 0 where /proc does not tell."""

    def __init__(self) -> None:
        self.namespace = namespace_number()
        self._malformed_answers = 0
        self._offers_one_pass = True
        self._listeners = SocketTable.empty(self.namespace)
        self._all_drops: int | None = None
        # A socket for each kind of question: one abandoned dump never stands in the way of another.
        with ExitStack() as conversations:
            self._tcp, self._udp, self._exact = (
                conversations.enter_context(closing(NetlinkSocket.open(NETLINK_SOCK_DIAG, operation, arena_bytes=room)))
                for operation, room in (
                    (OPERATIONS[PROTOCOL_TCP], LONG_LIST_BYTES),
                    (OPERATIONS[PROTOCOL_UDP], SHORT_LIST_BYTES),
                    (_LOOK_UP, SHORT_LIST_BYTES),
                )
            )
            self._conversations = conversations.pop_all()
        self._tcp_lists = ProtocolLists(self._tcp, PROTOCOL_TCP, self.namespace)
        self._udp_lists = ProtocolLists(self._udp, PROTOCOL_UDP, self.namespace)
        self._last_asked = self._tcp_lists

    @property
    def malformed(self) -> int:
        """Messages left out so far because they broke their bounds."""
        return self._malformed_answers + self._tcp_lists.malformed + self._udp_lists.malformed

    @property
    def was_interrupted(self) -> bool:
        """Whether the kernel called the last list inconsistent each time that it was asked for."""
        return self._last_asked.was_interrupted

    def dump_tcp(self, states: int = LIVE_STATES, followed_by: SocketTable | None = None) -> SocketTable:
        """List the TCP sockets of both families that are in one of these states, with TCP_INFO.

        Args:
            states: a bit for each TcpState; with BOUND_INACTIVE the rows that only hold a port come as CLOSED.
            followed_by: rows to stand behind them: to put them there is cheaper than to copy all together later.
        """
        self._last_asked = self._tcp_lists
        if self._offers_one_pass:
            one_pass = self._tcp_lists.one_pass(tcp_list(states), followed_by)
            if one_pass is not None:
                return one_pass
        table = self._tcp_lists.by_family(states, followed_by)
        self._offers_one_pass = False
        return table

    def dump_udp(self) -> SocketTable:
        """List the UDP sockets of both families, connected or not."""
        self._last_asked = self._udp_lists
        one_pass = self._udp_lists.one_pass(udp_list()) if self._offers_udp_in_one_pass else None
        return self._udp_lists.by_family(ALL_STATES) if one_pass is None else one_pass

    def narrowed_tcp(
        self, states: int, narrowing: Narrowing, followed_by: SocketTable | None = None
    ) -> SocketTable | None:
        """List the TCP sockets that narrowing wants, behind all that wait for anybody; None where that cannot be.

        Args:
            states: as in dump_tcp().
            narrowing: what is wanted of the others.
            followed_by: likewise.
        """
        self._last_asked = self._tcp_lists
        code = b"" if narrowing.condition is None else byte_code(narrowing.condition)
        if code is None or not self._offers_one_pass:
            return None
        waiting = self._tcp_lists.one_pass(tcp_list(states & WAITING_STATES))
        others = self._tcp_lists.one_pass(tcp_list(states & narrowing.states & ~WAITING_STATES, code), followed_by)
        return _together(waiting, others)

    def narrowed_udp(self, narrowing: Narrowing) -> SocketTable | None:
        """Likewise for UDP."""
        self._last_asked = self._udp_lists
        code = b"" if narrowing.condition is None else byte_code(narrowing.condition)
        if code is None or not self._offers_udp_in_one_pass:
            return None
        waiting = self._udp_lists.one_pass(udp_list(WAITING_STATES))
        others = self._udp_lists.one_pass(udp_list(narrowing.states & ~WAITING_STATES, code))
        return _together(waiting, others)

    def note_listener_drops(self, table: SocketTable, all_drops: int | None) -> None:
        """Write into a list of this object what each TCP listener has dropped; DROPS_UNKNOWN where that is not told.

        Args:
            table: the list.
            all_drops: what all listeners of the namespace have dropped, as ListenDrops counts it: as long as that
                stands, so does what each has dropped. None where it is not known.
        """
        rows = np.flatnonzero(table.is_listener)
        if not len(rows):
            return
        is_new = all_drops is None or all_drops != self._all_drops
        # A listener that has come since a list to which nothing was added has dropped nothing. Of a new list nothing is
        # known yet: the question may fail.
        table.drops[rows] = DROPS_UNKNOWN if is_new else 0
        if is_new:
            listed = self._tcp_lists.one_pass(listener_list()) if self._offers_one_pass else None
            self._listeners = SocketTable.empty(self.namespace) if listed is None else listed
        places = find_places(self._listeners.cookie, table.cookie[rows])
        table.drops[rows[places >= 0]] = self._listeners.drops[places[places >= 0]]
        if is_new:
            self._all_drops = all_drops if (places >= 0).all() else None

    def find(self, row_of: SocketTable, row: int) -> SocketTable:
        """Look one connected TCP socket up by endpoints, device and cookie: its row as it is now, or no row.

        Never another socket. A listener or UDP socket that shares its port by SO_REUSEPORT may live and not be found,
        since the kernel picks one of the group before it compares the cookie.
        """
        found, refusals = self._look_up(row_of, np.array([row]))
        if refusals[0] not in NOT_FOUND | {0}:
            raise KernelError(_LOOK_UP, refusals[0])
        return found

    def details(self, asked: SocketId) -> SocketDetails | None:
        """Ask for all that the kernel tells of one socket; None where it knows no such socket (any more).

        Of a listener or a UDP socket None says little, as with find().
        """
        if asked.namespace != self.namespace:
            return None
        messages, refusals = self._exact.look_up(SOCK_DIAG_BY_FAMILY, [exact_with_details(asked)], _LOOK_UP)
        if refusals[0] not in NOT_FOUND | {0}:
            raise KernelError(_LOOK_UP, refusals[0])
        if not len(messages):
            return None
        from monitor.kernel.socket_details import read_details  # noqa: PLC0415 - lists are read without it

        cookie, details = read_details(messages.records(int(messages.lengths[0])).tobytes())
        return replace(details, syn_retries=syn_retries()) if cookie == asked.cookie else None

    def absentees(
        self, previous: SocketTable, current: SocketTable, destroyed: U64 = _NOBODY, limit: int = 1000
    ) -> tuple[U64, SocketTable]:
        """Tell what has become of the sockets of an earlier list that a later one lacks.

        Args:
            previous: the earlier list; of another namespace, nothing is told.
            current: the later one.
            destroyed: cookies of which the kernel has said that they are gone; of the others connected TCP sockets are
                asked for.
            limit: how many are asked for; those beyond it are in neither answer, nor is one that is refused.

        Returns:
            The cookies of which the kernel says that they are gone, a socket in TIME-WAIT among them, and the rows of
            those that still live.
        """
        if np.array_equal(current.cookie, previous.cookie):
            return _NOBODY, SocketTable.empty(self.namespace)
        absent = np.flatnonzero(find_places(current.cookie, previous.cookie) < 0)
        # A bucket was closed when it became one: that it is gone now says nothing new.
        absent = absent[previous.state[absent] != TcpState.TIME_WAIT]
        if not len(absent) or previous.namespace != self.namespace:
            return _NOBODY, SocketTable.empty(self.namespace)
        is_destroyed = find_places(destroyed, previous.cookie[absent]) >= 0
        open_ones = absent[~is_destroyed]
        asked = open_ones[(previous.protocol[open_ones] == PROTOCOL_TCP) & previous.is_pair[open_ones]]
        gone, living = self.connected(previous.take(asked[:limit]))
        return np.concatenate([previous.cookie[absent[is_destroyed]], gone]), living

    def connected(self, asked: SocketTable) -> tuple[U64, SocketTable]:
        """Ask for connected TCP sockets by name; of another namespace, nothing is asked.

        Returns:
            As absentees() does; one that is refused is in neither part.
        """
        if asked.namespace != self.namespace or not len(asked):
            return _NOBODY, SocketTable.empty(self.namespace)
        found, refusals = self._look_up(asked, np.arange(len(asked)))
        is_bucket = found.state == TcpState.TIME_WAIT
        unknown = asked.cookie[np.array(refusals) == errno.ENOENT]
        return np.concatenate([unknown, found.cookie[is_bucket]]), found.take(~is_bucket)

    def close(self) -> None:
        """Close the sockets; safe to call twice."""
        self._conversations.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @cached_property
    def _offers_udp_in_one_pass(self) -> bool:
        """Whether the question about both families may name another protocol than TCP; asked once."""
        try:
            for _ in self._udp.dump(TCPDIAG_GETSOCK, no_list(), OPERATIONS[PROTOCOL_UDP]):
                pass
        except KernelError as error:
            return error.errno == errno.ENOENT
        return False

    def _look_up(self, table: SocketTable, rows: Rows) -> tuple[SocketTable, list[int]]:
        """Give the rows that were found, and for each asked one 0 or the kernel's errno."""
        questions = exact(table, rows.tolist())
        messages, refusals = self._exact.look_up(SOCK_DIAG_BY_FAMILY, questions, _LOOK_UP)
        decoded = decode(messages, int(table.protocol[rows[0]]), self.namespace)
        self._malformed_answers += decoded.malformed
        found = decoded.table
        # The kernel has compared the cookies; a kernel that did not must not pass for one that did.
        return found.take(np.isin(found.cookie, table.cookie[rows])), refusals


def _together(waiting: SocketTable | None, others: SocketTable | None) -> SocketTable | None:
    """Put two lists one behind the other; a socket that changed between them stands in it once."""
    if waiting is None or others is None:
        return None
    return without_duplicates(SocketTable.concatenate([waiting, others]))
