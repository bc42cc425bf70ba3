"""The sockets that hold a port, in words: who has each, in which way, and for how long still."""

from __future__ import annotations

from monitor.model.process import SocketOwner
from monitor.model.sample import DIRECTION_DIALLED
from monitor.model.tcp import PROTOCOL_TCP, TcpState
from monitor.presentation.formats import duration_text
from monitor.presentation.process_words import process_title
from monitor.presentation.row_text import RowTexts
from monitor.presentation.timer_words import left_text

_MOST_OWNERS = 8
_TICKS_PER_SECOND = 100
"""USER_HZ, in which the kernel tells a process's start."""


def holding(texts: RowTexts, row: int) -> str:
    """Say in a clause who has the socket and what it does there: "nginx[812] listens on 192.0.2.10:443"."""
    table, local = texts.interval.table, texts.local(row)
    state = int(table.state[row])
    is_tcp = int(table.protocol[row]) == PROTOCOL_TCP
    if is_tcp and state == TcpState.TIME_WAIT:
        return f"TIME-WAIT holds {pair(texts, row)}{_left(texts, row)}"
    if not int(table.inode[row]):
        return f"{texts.state(row)} without a process holds {pair(texts, row)}{_left(texts, row)}"
    if bool(table.is_listener[row]):
        return f"{who(texts, row)} listens on {local}"
    if bool(table.is_bound_only[row]):
        return f"{who(texts, row)} holds {local} without listening"
    if bool(table.is_udp_unconnected[row]):
        return f"{who(texts, row)} has {local}"
    is_outgoing = int(texts.interval.direction[row]) == DIRECTION_DIALLED
    return f"{who(texts, row)} has {'an outgoing' if is_outgoing else 'a'} connection {pair(texts, row)}"


def pair(texts: RowTexts, row: int) -> str:
    """Give the local endpoint, and the remote one where there is one."""
    is_pair = bool(texts.interval.table.is_pair[row])
    return f"{texts.local(row)} → {texts.remote(row)}" if is_pair else str(texts.local(row))


def who(texts: RowTexts, row: int) -> str:
    """Name a process that has the socket; where none is visible, its user."""
    processes = {owner.process.pid: owner.process for owner in texts.owners(row)}
    if processes:
        first = process_title(next(iter(processes.values())))
        return first if len(processes) == 1 else f"{first} (one of {len(processes)})"
    return f"a process of {texts.user(row)}" if int(texts.interval.table.inode[row]) else "the kernel"


def owners_text(texts: RowTexts, row: int) -> str:
    """Name every process that has the socket: they share it, and all of them must let go."""
    owners = texts.owners(row)
    if not owners:
        return _nobody(texts, row)
    sharers: dict[int, list[SocketOwner]] = {}
    for owner in owners:
        sharers.setdefault(owner.process.pid, []).append(owner)
    named = [_sharer(texts, held) for held in list(sharers.values())[:_MOST_OWNERS]]
    if len(sharers) > _MOST_OWNERS:
        named.append(f"{len(sharers) - _MOST_OWNERS} more processes")
    text = " and ".join([", ".join(named[:-1]), named[-1]]) if len(named) > 1 else named[0]
    return f"{text}: one socket, inherited or handed on" if len(sharers) > 1 else text


def _sharer(texts: RowTexts, held: list[SocketOwner]) -> str:
    process = held[0].process
    user = "yours" if process.uid == texts.interval.sample.uid else texts.user_name(process.uid)
    descriptors = ", ".join(str(owner.fd) for owner in held)
    age = duration_text(max(0.0, texts.interval.sample.boot_time - process.start_time / _TICKS_PER_SECOND))
    return f"{process_title(process)} ({user}, up {age}, fd {descriptors})"


def _nobody(texts: RowTexts, row: int) -> str:
    table = texts.interval.table
    if int(table.inode[row]):
        return f"a process of {texts.user(row)}, which one is not visible"
    if int(table.state[row]) == TcpState.TIME_WAIT:
        return f"the kernel's, no process{_left(texts, row)}"
    return f"no process has it any more{_left(texts, row)}"


def _left(texts: RowTexts, row: int) -> str:
    table = texts.interval.table
    return f", {left_text(int(table.timer_ms[row]))} left" if int(table.timer[row]) else ""
