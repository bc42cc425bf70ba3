"""RowTexts: the cells' texts of rows of an Interval, made safe, for whoever shows or prints them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from monitor.model.endpoint import Endpoint
from monitor.model.process import OwnerReason, Process, SocketOwner
from monitor.model.sample import DIRECTION_ACCEPTED, DIRECTION_DIALLED, Interval
from monitor.model.socket_table import Rows
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP, state_name
from monitor.presentation.safe_text import safe_text
from monitor.presentation.unit_words import unit_text
from monitor.reasoning.ownership import owner_reason

DIRECTION_MARKS = {DIRECTION_ACCEPTED: "←", DIRECTION_DIALLED: "→"}
NO_DIRECTION = "·"
UNKNOWN = "–"


@dataclass(slots=True, eq=False)
class RowTexts:
    """Texts of one interval's rows; names are made safe once and kept."""

    interval: Interval
    _interfaces: dict[int, str] = field(default_factory=dict)
    _names: dict[bytes, str] = field(default_factory=dict)
    _units: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._interfaces = {link.index: safe_text(link.name) for link in self.interval.sample.network.links}

    def state(self, row: int) -> str:
        """Name the row's state as ss does."""
        return state_name(int(self.interval.table.protocol[row]), int(self.interval.table.state[row]))

    def local(self, row: int) -> Endpoint:
        """Give the local endpoint, with its zone where it needs one."""
        return self.interval.table.local(row, self._zone(row))

    def remote(self, row: int) -> Endpoint:
        """Give the remote endpoint, with its zone where it needs one."""
        return self.interval.table.remote(row, self._zone(row))

    def remote_name(self, row: int) -> str | None:
        """Say what the remote address is called; None where it has no name, none yet, or nobody asks."""
        names = self.interval.names
        if names is None or not bool(self.interval.table.is_pair[row]):
            return None
        name = names.name_of(self.remote(row).on_the_wire.address)
        return None if name is None else safe_text(name)

    def direction(self, row: int) -> str:
        """Give ← for accepted, → for dialled, · where it is not known."""
        return DIRECTION_MARKS.get(int(self.interval.direction[row]), NO_DIRECTION)

    def pair(self, row: int) -> str:
        """Give both endpoints as packets carry them: "192.0.2.10:443 ← 198.51.100.7:51834"."""
        return f"{self.local(row).on_the_wire} {self.direction(row)} {self.remote(row).on_the_wire}"

    def ends(self, row: int) -> str:
        """Give the pair, or of a socket without a remote endpoint the local one as it has it."""
        return self.pair(row) if bool(self.interval.table.is_pair[row]) else str(self.local(row))

    def interface(self, row: int) -> str:
        """Name the interface that the row belongs to; a dash where none does or it is not known yet."""
        return self.interface_name(int(self.interval.interface[row]))

    def interface_name(self, index: int) -> str:
        """Name an interface by its index; "if7" where the list of links lacks it."""
        if index <= 0:
            return UNKNOWN
        return self._interfaces.get(index, f"if{index}")

    def owners(self, row: int) -> tuple[SocketOwner, ...]:
        """List who holds the row's socket, or its listener where it was not accepted yet."""
        owners = self.interval.owners
        first, end = int(self.interval.owner_first[row]), int(self.interval.owner_end[row])
        return tuple(
            SocketOwner(owners.processes[pid], fd)
            for pid, fd in zip(owners.pid[first:end].tolist(), owners.fd[first:end].tolist(), strict=True)
            if pid in owners.processes
        )

    def owner_reason(self, row: int) -> OwnerReason | None:
        """Say why the row has no owner of its own; None where it has."""
        interval = self.interval
        return owner_reason(
            interval.table,
            interval.owners,
            row,
            has_owner=bool(interval.owner_end[row] > interval.owner_first[row]),
            listener=int(interval.listener[row]),
        )

    def name(self, process: Process) -> str:
        """Give a process's name, made safe."""
        if process.name not in self._names:
            self._names[process.name] = safe_text(process.name)
        return self._names[process.name]

    def process(self, row: int, *, with_pid: bool = True) -> str:
        """Name the owner: "nginx[812]", "nginx ×4" where several hold it, "(www-data)" where only the user is known."""
        interval = self.interval
        pids = interval.owners.pid[int(interval.owner_first[row]) : int(interval.owner_end[row])]
        return self._holders(pids.tolist(), with_pid=with_pid) or self._ownerless(row)

    def processes(self, rows: Rows, *, with_pid: bool = True) -> Iterator[tuple[str, bool]]:
        """Name the owners of some rows likewise, each with whether any is known."""
        pid = self.interval.owners.pid
        firsts, ends = self.interval.owner_first[rows], self.interval.owner_end[rows]
        has_one = ends - firsts == 1
        only = np.zeros(len(rows), pid.dtype)
        only[has_one] = pid[firsts[has_one]]
        for row, first, end, one in zip(*(column.tolist() for column in (rows, firsts, ends, only)), strict=True):
            held = self._holders([one] if end - first == 1 else pid[first:end].tolist(), with_pid=with_pid)
            yield (held, True) if held else (self._ownerless(row), False)

    def user(self, row: int) -> str:
        """Name the user that made the socket, or its number; a dash where the kernel keeps none."""
        if not self.has_user(row):
            return UNKNOWN
        uid = int(self.interval.table.uid[row])
        return self.user_name(uid)

    def user_name(self, uid: int) -> str:
        """Name a user, or give the number where the machine knows no name."""
        name = self.interval.sample.users.get(uid)
        return str(uid) if name is None else safe_text(name)

    def has_user(self, row: int) -> bool:
        """Whether the row's uid means something: where no process has the socket, 0 stands for nobody."""
        return bool(self.interval.table.has_user[row])

    def unit(self, row: int) -> str:
        """Name the container or the systemd unit that the socket was made in; a dash where that is not known."""
        return self.unit_name(int(self.interval.table.cgroup[row]))

    def unit_name(self, number: int) -> str:
        """Name it by the number of a control group."""
        if number not in self._units:
            group = self.interval.sample.control_groups.get(number)
            self._units[number] = UNKNOWN if group is None else unit_text(group)
        return self._units[number]

    def protocol(self, row: int) -> str:
        """Give "tcp" or "udp", or the number of another protocol."""
        number = int(self.interval.table.protocol[row])
        return {PROTOCOL_TCP: "tcp", PROTOCOL_UDP: "udp"}.get(number, str(number))

    def _holders(self, held_by: list[int], *, with_pid: bool) -> str:
        """Name the processes that hold descriptors of one socket; empty where none is known."""
        processes = self.interval.owners.processes
        pids = [pid for pid in dict.fromkeys(held_by) if pid in processes]
        if not pids:
            return ""
        first = processes[pids[0]]
        name = self.name(first)
        if len(pids) > 1:
            return f"{name} ×{len(pids)}"
        return f"{name}[{first.pid}]" if with_pid else name

    def _ownerless(self, row: int) -> str:
        if self.owner_reason(row) is OwnerReason.KERNEL or not self.has_user(row):
            return UNKNOWN
        return f"({self.user(row)})"

    def _zone(self, row: int) -> str | None:
        interface = int(self.interval.interface[row])
        return self._interfaces.get(interface, str(interface)) if interface > 0 else None
