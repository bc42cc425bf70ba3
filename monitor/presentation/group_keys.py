"""What rows are grouped by: the columns that tell groups apart, and the words for one of them.

Rows whose words are the same are in one group, and rows of one group have the same words.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from monitor.model.sample import DIRECTION_DIALLED, Interval
from monitor.model.socket_table import U64, Rows
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP, TcpState
from monitor.presentation.row_text import RowTexts
from monitor.presentation.unit_words import unit_marks
from monitor.reasoning.columns import service_columns
from monitor.reasoning.holders import Holders
from monitor.reasoning.other_ends import other_ends
from monitor.reasoning.ownership import is_unaccepted

KeyColumns = tuple[U64, ...]
"""Up to four columns of equal length; rows that are equal in all of them are one group."""
RowCodes = Callable[[Interval, Rows], npt.NDArray[np.generic]]
"""Gives some rows a number each, which those share that are alike in one thing."""

_LINK_LOCAL = np.uint64(0xFE80 >> 6)
_BYTE, _WORD = np.uint64(8), np.uint64(16)
_SAME_NAME = np.arange(256, dtype=np.uint64)
_SAME_NAME[TcpState.NEW_SYN_RECEIVED] = TcpState.SYN_RECEIVED
_SAME_NAME[TcpState.BOUND_INACTIVE] = TcpState.CLOSED


class Grouping(StrEnum):
    """What rows of one group share; the value is the word for it."""

    PROCESS = "process"
    LOCAL_ADDRESS = "local address"
    REMOTE_ADDRESS = "remote address"
    REMOTE_PORT = "remote port"
    REMOTE_ENDPOINT = "remote endpoint"
    LISTENER = "listener"
    INTERFACE = "interface"
    STATE = "state"
    USER = "user"
    UNIT = "unit or container"
    PEER = "process at the other end"
    SOCKET = "socket"
    """Each row by itself."""


def key_columns(interval: Interval, rows: Rows, by: Grouping) -> KeyColumns:
    """Give the columns that tell the groups of some rows apart; each row's values are its group's identity."""
    return _COLUMNS[by](interval, rows)


def group_title(texts: RowTexts, row: int, by: Grouping) -> str:
    """Name the group that a row is in: "nginx[812]", "198.51.100.7", "443/tcp", "[::]:443", "eth0"."""
    return _TITLES[by](texts, row)


def state_codes(interval: Interval, rows: Rows) -> U64:
    """Give each row's protocol and state as one number, the state in the low byte; one number per name of ss."""
    table = interval.table
    protocol = table.protocol[rows].astype(np.uint64)
    state = table.state[rows]
    named = np.where(protocol == PROTOCOL_TCP, _SAME_NAME[state], state.astype(np.uint64))
    codes: U64 = (protocol << _BYTE) | named
    return codes


def user_marks(interval: Interval, rows: Rows) -> U64:
    """Give each row's user id and 1; 0 where the kernel keeps none."""
    table = interval.table
    return np.where(table.has_user[rows], table.uid[rows].astype(np.uint64) + np.uint64(1), np.uint64(0))


def interfaces(interval: Interval, rows: Rows) -> npt.NDArray[np.int32]:
    """Give each row's interface."""
    return interval.interface[rows]


def directions(interval: Interval, rows: Rows) -> npt.NDArray[np.int8]:
    """Give each row's direction."""
    return interval.direction[rows]


def first_pids(interval: Interval, rows: Rows) -> U64:
    """Give each row's first process; 0 where none is known."""
    first, is_held = interval.owner_first[rows], interval.owner_end[rows] > interval.owner_first[rows]
    pids = np.zeros(len(rows), np.uint64)
    pids[is_held] = interval.owners.pid[first[is_held]]
    return pids


def _process(interval: Interval, rows: Rows) -> KeyColumns:
    """Pid, start time, number of processes and, where there are several, which; or pid 0 and the user."""
    holders = Holders.of(interval)
    pid = first_pids(interval, rows)
    count = holders.count[rows].astype(np.uint64)
    mark = _start_times(interval, pid)
    ownerless = np.flatnonzero(count == 0)
    mark[ownerless] = _hidden_marks(interval, rows[ownerless])
    which = np.zeros(len(rows), np.uint64)
    shared = np.flatnonzero(count > 1)
    if len(shared):
        which[shared] = holders.fingerprints()[rows[shared]]
    return pid, mark, which, count


def _start_times(interval: Interval, pid: U64) -> U64:
    processes = interval.owners.processes
    pids = np.array(sorted(processes), np.uint64)
    if not len(pids):
        return np.zeros(len(pid), np.uint64)
    starts = np.array([processes[number].start_time for number in pids.tolist()], np.uint64)
    place = np.minimum(np.searchsorted(pids, pid), len(pids) - 1)
    return np.where(pids[place] == pid, starts[place], np.uint64(0))


def _hidden_marks(interval: Interval, rows: Rows) -> U64:
    """Give user_marks() for rows whose unknown owner is named by its user; 0 for the kernel's own."""
    has_process = (interval.table.inode != 0) | is_unaccepted(interval.table, interval.listener)
    return np.where(has_process[rows], user_marks(interval, rows), np.uint64(0))


def _local_address(interval: Interval, rows: Rows) -> KeyColumns:
    table = interval.table
    high, low = table.local_high[rows], table.local_low[rows]
    return high, low, _zone(interval, rows, high)


def _remote_address(interval: Interval, rows: Rows) -> KeyColumns:
    table = interval.table
    is_pair = table.is_pair[rows]
    high = np.where(is_pair, table.remote_high[rows], np.uint64(0))
    low = np.where(is_pair, table.remote_low[rows], np.uint64(0))
    return high, low, (_zone(interval, rows, high) << np.uint64(1)) | is_pair


def _zone(interval: Interval, rows: Rows, high: U64) -> U64:
    """Give the interface of link-local addresses: the same one on two links is two machines; 0 for the others."""
    interface = np.maximum(interval.interface[rows], 0).astype(np.uint64)
    return np.where(high >> np.uint64(54) == _LINK_LOCAL, interface, np.uint64(0))


def _remote_port(interval: Interval, rows: Rows) -> KeyColumns:
    table = interval.table
    port = (table.protocol[rows].astype(np.uint64) << _WORD) | table.remote_port[rows]
    return (np.where(table.is_pair[rows], port, np.uint64(0)),)


def _remote_endpoint(interval: Interval, rows: Rows) -> KeyColumns:
    return (*_remote_address(interval, rows), *_remote_port(interval, rows))


def _listener(interval: Interval, rows: Rows) -> KeyColumns:
    """Kind, device and port, address of the waiting socket that a row is or belongs to; all 0 for none."""
    table = interval.table
    is_served = (interval.listener[rows] >= 0) & (interval.direction[rows] != DIRECTION_DIALLED)
    at = np.where(is_served, interval.listener[rows], rows)
    waits = table.is_listener[at] | table.is_udp_unconnected[at]
    kind, place, high, low = (np.where(waits, column, np.uint64(0)) for column in service_columns(table, at))
    return kind, place, high, low


def _interface(interval: Interval, rows: Rows) -> KeyColumns:
    return (np.maximum(interval.interface[rows], 0).astype(np.uint64),)


def _state(interval: Interval, rows: Rows) -> KeyColumns:
    return (state_codes(interval, rows),)


def _user(interval: Interval, rows: Rows) -> KeyColumns:
    return (user_marks(interval, rows),)


def _unit(interval: Interval, rows: Rows) -> KeyColumns:
    return (unit_marks(interval, rows),)


def _peer(interval: Interval, rows: Rows) -> KeyColumns:
    """Give _process() of the rows at the other ends, 1 more than the number of processes; 0 for ends elsewhere."""
    ends = other_ends(interval.table, rows)
    is_here = ends >= 0
    pid, mark, which, count = (np.where(is_here, column, np.uint64(0)) for column in _process(interval, ends))
    return pid, mark, which, np.where(is_here, count + np.uint64(1), np.uint64(0))


def _socket(interval: Interval, rows: Rows) -> KeyColumns:
    return (interval.table.cookie[rows],)


def _title_of_remote_address(texts: RowTexts, row: int) -> str:
    if not bool(texts.interval.table.is_pair[row]):
        return "*"
    return _with_name(texts.remote(row).on_the_wire.address_text, texts, row)


def _with_name(text: str, texts: RowTexts, row: int) -> str:
    """Put the remote address's name behind it: several addresses may have one name, and are several groups."""
    name = texts.remote_name(row)
    return text if name is None else f"{text} {name}"


def _title_of_remote_port(texts: RowTexts, row: int) -> str:
    if not bool(texts.interval.table.is_pair[row]):
        return "*"
    return f"{int(texts.interval.table.remote_port[row])}/{texts.protocol(row)}"


def _title_of_remote_endpoint(texts: RowTexts, row: int) -> str:
    if not bool(texts.interval.table.is_pair[row]):
        return "*"
    return _with_name(str(texts.remote(row).on_the_wire), texts, row)


def _title_of_listener(texts: RowTexts, row: int) -> str:
    interval, table = texts.interval, texts.interval.table
    at = int(interval.listener[row])
    if at < 0 or int(interval.direction[row]) == DIRECTION_DIALLED:
        at = row
    if not bool(table.is_listener[at] | table.is_udp_unconnected[at]):
        return "no listener"
    text = str(texts.local(at))
    device = int(table.device[at])
    named = f"{text} {texts.interface_name(device)}" if device and "%" not in text else text
    return f"udp {named}" if int(table.protocol[at]) == PROTOCOL_UDP else named


def _title_of_state(texts: RowTexts, row: int) -> str:
    is_tcp = int(texts.interval.table.protocol[row]) == PROTOCOL_TCP
    return texts.state(row) if is_tcp else f"{texts.protocol(row)} {texts.state(row)}"


def _title_of_peer(texts: RowTexts, row: int) -> str:
    (end,) = other_ends(texts.interval.table, np.array([row])).tolist()
    return texts.process(end) if end >= 0 else "not on this host"


_COLUMNS: dict[Grouping, Callable[[Interval, Rows], KeyColumns]] = {
    Grouping.PROCESS: _process,
    Grouping.LOCAL_ADDRESS: _local_address,
    Grouping.REMOTE_ADDRESS: _remote_address,
    Grouping.REMOTE_PORT: _remote_port,
    Grouping.REMOTE_ENDPOINT: _remote_endpoint,
    Grouping.LISTENER: _listener,
    Grouping.INTERFACE: _interface,
    Grouping.STATE: _state,
    Grouping.USER: _user,
    Grouping.UNIT: _unit,
    Grouping.PEER: _peer,
    Grouping.SOCKET: _socket,
}
_TITLES: dict[Grouping, Callable[[RowTexts, int], str]] = {
    Grouping.PROCESS: lambda texts, row: texts.process(row),
    Grouping.LOCAL_ADDRESS: lambda texts, row: texts.local(row).on_the_wire.address_text,
    Grouping.REMOTE_ADDRESS: _title_of_remote_address,
    Grouping.REMOTE_PORT: _title_of_remote_port,
    Grouping.REMOTE_ENDPOINT: _title_of_remote_endpoint,
    Grouping.LISTENER: _title_of_listener,
    Grouping.INTERFACE: lambda texts, row: texts.interface(row),
    Grouping.STATE: _title_of_state,
    Grouping.USER: lambda texts, row: texts.user(row),
    Grouping.UNIT: lambda texts, row: texts.unit(row),
    Grouping.PEER: _title_of_peer,
    Grouping.SOCKET: lambda texts, row: str(texts.local(row).on_the_wire),
}
