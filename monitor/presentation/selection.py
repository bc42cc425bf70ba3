"""The row at the cursor: the question to ask about it, and its strip of two lines where Routing has no room."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.model.process import SocketOwner
from monitor.model.route import Flow
from monitor.model.sample import DIRECTION_DIALLED, Interval
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP, TcpState
from monitor.presentation.connection_reading import ConnectionReading
from monitor.presentation.formats import bytes_text, rtt_text, share_text
from monitor.presentation.row_text import UNKNOWN, RowTexts
from monitor.presentation.service_words import local_service, port_parts
from monitor.presentation.text_line import TextLine
from monitor.presentation.timer_words import syn_text
from monitor.presentation.view import Cell, Role

_MAX_OWNERS = 4


def route_question(interval: Interval, row: int) -> Flow | None:
    """Put the question for a row's pair: with its user, mark, protocol and ports; None where it has no remote."""
    table = interval.table
    if not bool(table.is_pair[row]):
        return None
    texts = RowTexts(interval)
    local, remote = texts.local(row), texts.remote(row)
    return Flow(
        remote=remote.address,
        zone=remote.zone,
        protocol=int(table.protocol[row]),
        # Who dialled had the address picked by the route: asked unbound, as connect() asked.
        source=None if int(interval.direction[row]) == DIRECTION_DIALLED else local.address,
        source_port=local.port,
        remote_port=remote.port,
        device=int(table.device[row]) or None,
        mark=int(table.mark[row]) if bool(table.has_mark[row]) else None,
        uid=int(table.uid[row]) if texts.has_user(row) else None,
    )


def owner_line(texts: RowTexts, row: int, *, group_size: int = 1) -> TextLine:
    """Say who has the row's socket and how it fares: "nginx[812] www-data fd 17 · rtt 23ms · unread 0".

    Args:
        texts: Of the interval that is shown.
        row: A row of its table.
        group_size: How many sockets share the endpoint by SO_REUSEPORT, the row's among them.
    """
    table = texts.interval.table
    parts = [_owners(texts, row)]
    if bool(table.is_pair[row]) and int(table.protocol[row]) == PROTOCOL_TCP:
        parts += _tcp_parts(ConnectionReading(texts.interval, row, None))
    elif bool(table.is_listener[row]):
        limit = table.backlog(row)
        of_limit = ", its limit is not told" if limit is None else f" of {limit}"
        parts.append(f"accept queue {int(table.recv_q[row])}{of_limit}")
    elif int(table.protocol[row]) != PROTOCOL_TCP:
        parts.append(f"{bytes_text(float(table.recv_q[row]))} waiting to be read")
    if group_size > 1:
        parts.append(f"the fullest of {group_size} sockets here")
    if not bool(table.is_pair[row]):
        parts += port_parts(local_service(texts.interval, row))
    elif (name := texts.remote_name(row)) is not None:
        parts.append(f"peer {name}")
    return TextLine((Cell(" "), Cell(parts[0], Role.NAME), Cell("".join(f" · {part}" for part in parts[1:]))))


def _tcp_parts(reading: ConnectionReading) -> list[str]:
    if reading.state == TcpState.SYN_SENT:
        _, tries, left = reading.timer
        return [syn_text(tries, left)]
    info, parts = reading.info, []
    if info.rtt_us:
        parts.append(f"rtt {rtt_text(float(info.rtt_us))}")
    if info.segments_out and info.total_retransmits is not None:
        parts.append(f"retr {share_text(info.total_retransmits / info.segments_out)} %")
    return [*parts, f"unread {bytes_text(reading.unread_bytes)}", f"unacked {bytes_text(reading.waiting_bytes)}"]


def _owners(texts: RowTexts, row: int) -> str:
    owners = texts.owners(row)
    reason = texts.owner_reason(row)
    user = f" {texts.user(row)}" if texts.has_user(row) else ""
    if not owners:
        return f"{REASON_WORDS[str(reason)]}{' ·' if user else ''}{user}"
    if reason is not None:
        return f"waits for {_processes(texts, owners)} to accept it{user}"
    if len({owner.process.pid for owner in owners}) > 1:
        return f"shared by {_processes(texts, owners)}{user}"
    return f"{_processes(texts, owners)}{user} fd {', '.join(str(owner.fd) for owner in owners)}"


def _processes(texts: RowTexts, owners: Sequence[SocketOwner]) -> str:
    """Name each process, the name once where it is the same: "nginx[812] [813]"."""
    processes = list({owner.process.pid: owner.process for owner in owners}.values())
    words: list[str] = []
    former = None
    for process in processes[:_MAX_OWNERS]:
        name = texts.name(process)
        words.append(f"[{process.pid}]" if name == former else f"{name}[{process.pid}]")
        former = name
    if len(processes) > _MAX_OWNERS:
        words.append(f"and {len(processes) - _MAX_OWNERS} more")
    return " ".join(words)


REASON_WORDS = {
    "accept-queue": "waits in its listener's accept queue",
    "one-of-several": "waits in the accept queue of one of several listeners",
    "kernel": "the kernel's own, no process",
    "hidden": "owner hidden: its process may not be read by this user",
    "not-found": "no process holds it: the kernel, or a descriptor in flight",
    "pending": "owner not looked up yet",
    "None": UNKNOWN,
}
"""Why no owner is named, in words."""


def remote_text(interval: Interval, row: int) -> str:
    """Give the question for a row's remote endpoint to be typed over; empty where it has none."""
    if not bool(interval.table.is_pair[row]):
        return ""
    protocol = " udp" if int(interval.table.protocol[row]) == PROTOCOL_UDP else ""
    return f"{RowTexts(interval).remote(row)}{protocol}"
