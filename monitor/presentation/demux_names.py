"""The sockets of a decision by name: whose a socket is and what it is, in a few words."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.model.process import OwnerReason
from monitor.model.receiver import FoundSocket
from monitor.model.tcp import KERNEL_HELD, PROTOCOL_TCP, TcpState, state_name
from monitor.presentation.formats import count_text
from monitor.presentation.row_text import RowTexts


@dataclass(frozen=True, slots=True)
class SocketNames:
    """Names of the rows of one interval."""

    texts: RowTexts

    def who(self, row: int) -> str:
        """Say who has a socket, in a sentence: "node[4411]", "nginx ×4", "the kernel"."""
        texts = self.texts
        if texts.owners(row):
            return texts.process(row)
        if texts.owner_reason(row) is OwnerReason.KERNEL:
            return "the kernel"
        return f"a process of {texts.user(row)}" if texts.has_user(row) else "a process out of sight"

    def subject(self, row: int) -> str:
        """Say who has a socket where a sentence begins: "node[4411]", "A process of www-data"."""
        who = self.who(row)
        return who if self.texts.owners(row) else who[:1].upper() + who[1:]

    def what(self, row: int) -> str:
        """Say what a socket is: "listener [::]:8080, IPv6 only", "ESTAB 192.0.2.10:443 ← 198.51.100.7:51834"."""
        table, texts = self.texts.interval.table, self.texts
        state = texts.state(row)
        if bool(table.is_pair[row]):
            direction = texts.direction(row)
            return f"{state} {texts.local(row)} {direction} {texts.remote(row)}{self._bound(row)}"
        kind = {"LISTEN": "listener", "UNCONN": "udp socket"}.get(state, state)
        return f"{kind} {texts.local(row)}{self._bound(row)}{self._only(row)}"

    def place(self, row: int) -> str:
        """Name the endpoint of a waiting socket, or both of a pair, with the device it is bound to."""
        table, texts = self.texts.interval.table, self.texts
        pair = f" {texts.direction(row)} {texts.remote(row)}" if bool(table.is_pair[row]) else ""
        return f"{texts.local(row)}{pair}{self._bound(row)}"

    def sharing(self, row: int) -> str:
        """Say how many processes share one socket; empty for one."""
        holders = len({owner.process.pid for owner in self.texts.owners(row)})
        return f", one socket shared by {count_text(holders)} processes" if holders > 1 else ""

    def queue(self, row: int) -> str:
        """Write how full a listener's accept queue is, against its backlog."""
        table = self.texts.interval.table
        return f"{count_text(int(table.recv_q[row]))}/{count_text(table.backlog(row))}"

    def is_kernels_own(self, row: int) -> bool:
        """Whether the entry belongs to no process by its nature."""
        table = self.texts.interval.table
        return int(table.protocol[row]) == PROTOCOL_TCP and int(table.state[row]) in KERNEL_HELD

    def _bound(self, row: int) -> str:
        device = int(self.texts.interval.table.device[row])
        local = self.texts.local(row)
        return f" on {self.texts.interface_name(device)}" if device and local.zone is None else ""

    def _only(self, row: int) -> str:
        is_ipv6_only = int(self.texts.interval.table.v6only[row]) == 1 and self.texts.local(row).is_wildcard
        return ", IPv6 only" if is_ipv6_only else ""


def found_text(found: FoundSocket, protocol: int) -> str:
    """Say what the kernel named where the table lacks it."""
    state = state_name(protocol, found.state)
    if found.state in (TcpState.LISTEN, TcpState.CLOSED):
        return f"{state} {found.local}"
    return f"{state} {found.local} · {found.remote}"
