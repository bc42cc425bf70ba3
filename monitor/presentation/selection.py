"""The row at the cursor: the question to ask about it, and its strip of two lines where Routing has no room."""

from __future__ import annotations

from monitor.model.endpoint import Endpoint
from monitor.model.route import Flow
from monitor.model.sample import Interval
from monitor.model.socket_table import SocketTable
from monitor.model.tcp import PROTOCOL_TCP
from monitor.presentation.formats import bytes_text, duration_text, rtt_text, share_text
from monitor.presentation.row_text import UNKNOWN, RowTexts
from monitor.presentation.text_line import TextLine
from monitor.presentation.view import Cell, Role
from monitor.reasoning.egress import question_about

_MAX_OWNERS = 4


def route_question(interval: Interval, row: int) -> Flow | None:
    """Put the question for a row's pair: with its user, mark, protocol and ports; None where it has no remote."""
    table = interval.table
    if not bool(table.is_pair[row]):
        return None
    texts = RowTexts(interval)
    local, remote = texts.local(row), texts.remote(row)
    flow = Flow(
        remote=remote.address,
        zone=remote.zone,
        protocol=int(table.protocol[row]),
        source=local.address,
        source_port=local.port,
        remote_port=remote.port,
        device=int(table.device[row]) or None,
        mark=int(table.mark[row]) if bool(table.has_mark[row]) else None,
        uid=int(table.uid[row]) if texts.has_user(row) else None,
    )
    return question_about(flow, int(interval.direction[row]))


def typed_question(remote: Endpoint) -> Flow:
    """Put the question for a remote endpoint alone; TCP is assumed."""
    return Flow(remote=remote.address, zone=remote.zone, protocol=PROTOCOL_TCP, remote_port=remote.port or None)


def owner_line(texts: RowTexts, row: int) -> TextLine:
    """Say who has the row's socket and how it fares: "nginx[812] www-data fd 17 · rtt 23ms · unread 0"."""
    table = texts.interval.table
    parts = [_owners(texts, row)]
    if bool(table.is_pair[row]) and int(table.protocol[row]) == PROTOCOL_TCP:
        parts += _tcp_parts(texts, row, table)
    elif int(table.protocol[row]) == PROTOCOL_TCP:
        parts.append(f"accept queue {int(table.recv_q[row])} of {int(table.send_q[row])}")
    else:
        parts.append(f"{bytes_text(float(table.recv_q[row]))} waiting to be read")
    return TextLine((Cell(" "), Cell(parts[0], Role.NAME), Cell("".join(f" · {part}" for part in parts[1:]))))


def _tcp_parts(texts: RowTexts, row: int, table: SocketTable) -> list[str]:
    parts = []
    if bool(table.knows("rtt_us")[row]) and int(table.rtt_us[row]):
        parts.append(f"rtt {rtt_text(float(table.rtt_us[row]))}")
    if bool(table.knows("segs_out")[row]) and int(table.segs_out[row]):
        parts.append(f"retr {share_text(int(table.total_retrans[row]) / int(table.segs_out[row]))} %")
    parts.append(f"unread {bytes_text(float(table.recv_q[row]))}")
    parts.append(f"unacked {bytes_text(float(table.send_q[row]))}")
    if bool(table.has_idle_time[row]):
        idle = min(int(table.last_data_sent_ms[row]), int(table.last_data_recv_ms[row])) / 1000
        parts.append(f"idle {duration_text(idle)}")
    return parts


def _owners(texts: RowTexts, row: int) -> str:
    owners = texts.owners(row)
    reason = texts.owner_reason(row)
    user = texts.user(row)
    if not owners:
        return f"{REASON_WORDS.get(str(reason), UNKNOWN)} · {user}" if user != UNKNOWN else REASON_WORDS[str(reason)]
    named = [f"{texts.name(owner.process)}[{owner.process.pid}] fd {owner.fd}" for owner in owners[:_MAX_OWNERS]]
    more = f" and {len(owners) - _MAX_OWNERS} more" if len(owners) > _MAX_OWNERS else ""
    waits = " (not accepted yet)" if reason is not None else ""
    return f"{', '.join(named)}{more} {user}{waits}"


REASON_WORDS = {
    "accept-queue": "waits in the accept queue of one of several listeners",
    "kernel": "the kernel's own, no process",
    "hidden": "owner hidden: its process may not be read by this user",
    "not-found": "no process holds it: the kernel, or a descriptor in flight",
    "pending": "owner not looked up yet",
    "None": UNKNOWN,
}
"""Why no owner is named, in words."""


def remote_text(interval: Interval, row: int) -> str:
    """Give a row's remote endpoint to be typed over; empty where it has none."""
    return str(RowTexts(interval).remote(row)) if bool(interval.table.is_pair[row]) else ""
