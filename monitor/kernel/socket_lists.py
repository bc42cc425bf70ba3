"""SocketLists: the sockets from the kernel's own lists, and where it has none of a kind from the text of /proc/net."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.errors import KernelError
from monitor.kernel.proc_files import SHORTAGES
from monitor.kernel.protocol_lists import NOT_OFFERED
from monitor.kernel.sock_diag import SockDiag
from monitor.model.socket_table import U64, SocketTable
from monitor.model.sockets import SocketId
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP

if TYPE_CHECKING:
    from monitor.kernel.proc_net_sockets import ProcNetSockets
    from monitor.model.dump_narrowing import Narrowing
    from monitor.model.tcp_info import SocketDetails

_STAND_IN = (
    "{} sockets are read from /proc/net: no cookies, no closes, no actions, no counters, none that are only bound ({})"
)
_PROTOCOLS = {"TCP": PROTOCOL_TCP, "UDP": PROTOCOL_UDP}


class SocketLists:
    """What SockDiag does, and says; a list that the kernel lacks is taken from /proc/net from then on.

    Raises:
        KernelError: descriptors or memory ran out, or /proc/net cannot be read either.
    """

    def __init__(self) -> None:
        self._tcp: SockDiag | ProcNetSockets
        self._udp: SockDiag | ProcNetSockets
        self._missing: dict[str, KernelError] = {}
        self._kernel: SockDiag | None = None
        try:
            self._tcp = self._udp = self._kernel = SockDiag()
        except KernelError as error:
            if error.errno in SHORTAGES:
                raise
            self._tcp = self._udp = _text_instead(error)
            self._missing = {"TCP": error, "UDP": error}
        self._last = self._tcp

    @property
    def notices(self) -> list[str]:
        """What is taken from /proc/net and why, a sentence each; nothing where the kernel lists all itself."""
        whole = " and ".join(self._missing)
        reasons = dict.fromkeys(str(error) for error in self._missing.values())
        return [_STAND_IN.format(whole, "; ".join(reasons))] if self._missing else []

    @property
    def text_protocols(self) -> tuple[int, ...]:
        """Protocols (IPPROTO_…) whose sockets are taken from /proc/net."""
        return tuple(_PROTOCOLS[things] for things in self._missing)

    @property
    def namespace(self) -> int:
        """As of SockDiag."""
        return self._tcp.namespace

    @property
    def malformed(self) -> int:
        """Messages and lines left out so far because they broke their bounds."""
        return sum({id(lists): lists.malformed for lists in (self._tcp, self._udp)}.values())

    @property
    def was_interrupted(self) -> bool:
        """As of SockDiag."""
        return self._last.was_interrupted

    def dump_tcp(
        self, states: int, followed_by: SocketTable | None = None, narrowing: Narrowing | None = None
    ) -> SocketTable:
        """List TCP sockets, with narrowing perhaps not all of them; the arguments are those of SockDiag."""
        self._last = self._tcp
        try:
            if narrowing is not None and self._tcp is self._kernel:
                narrowed = self._kernel.narrowed_tcp(states, narrowing, followed_by)
                if narrowed is not None:
                    return narrowed
            return self._tcp.dump_tcp(states, followed_by)
        except KernelError as error:
            self._last = self._tcp = self._stand_in("TCP", error)
            return self._tcp.dump_tcp(states, followed_by)

    def dump_udp(self, narrowing: Narrowing | None = None) -> SocketTable:
        """List UDP sockets, likewise."""
        self._last = self._udp
        try:
            if narrowing is not None and self._udp is self._kernel:
                narrowed = self._kernel.narrowed_udp(narrowing)
                if narrowed is not None:
                    return narrowed
            return self._udp.dump_udp()
        except KernelError as error:
            self._last = self._udp = self._stand_in("UDP", error)
            return self._udp.dump_udp()

    def note_listener_drops(self, table: SocketTable, all_drops: int | None) -> None:
        """As SockDiag does."""
        self._tcp.note_listener_drops(table, all_drops)

    def absentees(self, previous: SocketTable, current: SocketTable, destroyed: U64) -> tuple[U64, SocketTable]:
        """As SockDiag does; of sockets without cookies nothing is told."""
        return self._tcp.absentees(previous, current, destroyed)

    def connected(self, asked: SocketTable) -> tuple[U64, SocketTable]:
        """Likewise."""
        return self._tcp.connected(asked)

    def details(self, asked: SocketId) -> SocketDetails | None:
        """As SockDiag does; refused where sockets of its protocol have no cookies."""
        return (self._udp if asked.protocol == PROTOCOL_UDP else self._tcp).details(asked)

    def close(self) -> None:
        """Give back the netlink sockets."""
        if self._kernel is not None:
            self._kernel.close()

    def _stand_in(self, things: str, error: KernelError) -> ProcNetSockets:
        """Give the text from now on; raises the error where the kernel has such a list, or the text is missing too."""
        if error.errno not in NOT_OFFERED or things in self._missing:
            raise error
        text = _text_instead(error)
        self._missing[things] = error
        return text


def _text_instead(error: KernelError) -> ProcNetSockets:
    """Open /proc/net, which few machines need; raises the error where that cannot be read either."""
    from monitor.kernel.proc_net_sockets import ProcNetSockets  # noqa: PLC0415 - see above

    text = ProcNetSockets()
    try:
        text.dump_udp()
    except KernelError:
        raise error from None
    return text
