"""Why the values of one socket's row are as they are, column by column; of a missing value, why it is missing.

What the connection's own screen says of a value is said here too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from monitor.model.places import find_places
from monitor.model.process import OwnerReason
from monitor.model.sample import DIRECTION_DIALLED, DIRECTION_UNKNOWN, Interval
from monitor.model.tcp import TcpState
from monitor.presentation.agreement_words import agreement_text
from monitor.presentation.connection_words import connection_title
from monitor.presentation.explained_socket import ExplainedSocket
from monitor.presentation.explained_value import Why
from monitor.presentation.finding_words import finding_text
from monitor.presentation.linked_line import ToProcess, ToRouting
from monitor.presentation.number_reasons import NUMBER_REASONS
from monitor.presentation.row_marks import NEW, is_in_trouble, row_marks
from monitor.presentation.row_text import UNKNOWN, RowTexts
from monitor.presentation.selection import owner_line
from monitor.presentation.service_words import local_service, port_parts
from monitor.presentation.unit_words import group_of, group_parts, why_no_unit
from monitor.reasoning.egress import agreement_of
from monitor.reasoning.interfaces import NO_INTERFACE

_STATE_MEANINGS = {
    TcpState.ESTABLISHED: "established",
    TcpState.SYN_SENT: "syn_answer",
    TcpState.SYN_RECEIVED: "syn_received",
    TcpState.NEW_SYN_RECEIVED: "syn_received",
    TcpState.FIN_WAIT_1: "fin_wait_1",
    TcpState.FIN_WAIT_2: "fin_wait_2",
    TcpState.TIME_WAIT: "time_wait",
    TcpState.CLOSED: "bound",
    TcpState.BOUND_INACTIVE: "bound",
    TcpState.CLOSE_WAIT: "close_wait",
    TcpState.LAST_ACK: "last_ack",
    TcpState.CLOSING: "closing",
    TcpState.LISTEN: "listen",
}
_UDP_MEANINGS = {TcpState.ESTABLISHED: "udp_connected", TcpState.CLOSED: "udp_waiting"}


def row_whys(texts: RowTexts, row: int) -> Callable[[str], Why]:
    """Give a function that says for each column of the connections what it is about in this row, and why."""
    known = ExplainedSocket(texts, row)
    return lambda column: _REASONS[column](known)


def mark_why(interval: Interval, row: int) -> str:
    """Say why a row carries the mark that row_marks() gives it."""
    if not math.isnan(float(interval.closed_at[row])):
        return "closed a moment ago"
    if row_marks(interval, np.array([row])) == [NEW]:
        return "first seen a moment ago"
    if bool(is_in_trouble(interval, np.array([row]))[0]):
        return trouble_why(interval, [row])
    return agreement_text(agreement_of(interval, row))


def trouble_why(interval: Interval, rows: Sequence[int]) -> str:
    """Say what calls about some rows."""
    cookies = interval.table.cookie[np.asarray(rows, np.intp)]
    calling = [found for found in interval.findings if found.calls and (find_places(found.cookies, cookies) >= 0).any()]
    return "; ".join(f"{text.title}, {text.since}" for text in (finding_text(one, interval) for one in calling))


def owner_why(texts: RowTexts, row: int) -> Why:
    """Say who holds a row's socket, or why that is not known and how to see it."""
    pids = {owner.process.pid for owner in texts.owners(row)}
    reason = owner_line(texts, row).left[1].text
    how = {
        OwnerReason.HIDDEN: "; the machine's own root with CAP_SYS_PTRACE sees all owners",
        OwnerReason.PENDING: "; the next sample tells",
    }.get(texts.owner_reason(row) or OwnerReason.KERNEL, "")
    if len(pids) > 1:
        return Why("owner", f"{reason}; p lets you choose one")
    return Why("owner", reason + how, ToProcess(next(iter(pids))) if pids else None)


def user_why(texts: RowTexts, row: int) -> Why:
    """Say whose the socket is by number, or that the kernel keeps no user of it."""
    if not texts.has_user(row):
        return Why("user", "no process has the socket, and the kernel keeps no user of such an entry")
    return Why("user", f"uid {int(texts.interval.table.uid[row])}")


def _state(known: ExplainedSocket) -> Why:
    meanings = _STATE_MEANINGS if known.is_tcp else _UDP_MEANINGS
    meaning = meanings.get(TcpState(known.state), "state_unknown") if known.state in set(TcpState) else "state_unknown"
    if not known.is_pair:
        return Why(meaning)
    # Of a state that waits for something its own line says for how long; the rest stands in the screen's title.
    parts = [known.said(meaning, with_value=True), *_title_parts(known)]
    return Why(meaning, " · ".join(part for part in parts if part))


def _title_parts(known: ExplainedSocket) -> list[str]:
    return connection_title(known.interval, known.row).split(" · ")[1:]


def _local(known: ExplainedSocket) -> Why:
    named = [] if known.is_pair else port_parts(local_service(known.interval, known.row))
    return Why("local", " · ".join([known.said("local") or "no connection", *named]), known.target("local"))


def _remote(known: ExplainedSocket) -> Why:
    if not known.is_pair:
        return Why("remote", "it has none: it is not connected")
    return Why("remote", known.said("remote"), known.target("remote"))


def _direction(known: ExplainedSocket) -> Why:
    interval, row = known.interval, known.row
    direction = int(interval.direction[row])
    if not known.is_pair:
        reason = "only a connection has one"
    elif not known.is_tcp:
        reason = "UDP has no handshake: nobody dialled"
    elif int(interval.told_direction[row]) != DIRECTION_UNKNOWN:
        reason = f"{_direction_word(direction)}: TCP's counters prove it"
    elif direction == DIRECTION_UNKNOWN and not int(interval.table.info_length[row]):
        reason = "no listener has this local endpoint (any more), and such an entry has no counters that would tell"
    elif direction == DIRECTION_UNKNOWN:
        reason = (
            "no listener has this local endpoint (any more), and TCP's counters tell only while nothing is in flight"
        )
    elif int(interval.listener[row]) >= 0:
        listener = known.texts.local(int(interval.listener[row]))
        reason = f"{_direction_word(direction)}: {listener} listens on its local endpoint"
    else:
        reason = f"{_direction_word(direction)}: {known.texts.state(row)} says so"
    return Why("direction", reason)


def _direction_word(direction: int) -> str:
    return "dialled from here" if direction == DIRECTION_DIALLED else "accepted"


def _via(known: ExplainedSocket) -> Why:
    table, row = known.interval.table, known.row
    interface = int(known.interval.interface[row])
    if int(table.device[row]):
        reason = "the socket is bound to it"
    elif interface > 0:
        reason = f"it owns {known.texts.local(row).on_the_wire.address_text}"
    elif not known.interval.sample.network.is_read:
        reason = "the addresses of this machine are not read yet"
    elif interface == NO_INTERFACE:
        is_wildcard = known.texts.local(row).is_wildcard
        reason = "any interface: it has no address of its own" if is_wildcard else "no interface has its local address"
    elif not bool(table.knows_device[row]):
        reason = "/proc/net does not tell whether it is bound to one"
    else:
        reason = "several interfaces own its local address"
    return Why("via", reason, ToRouting() if known.is_pair else None)


def unit_why(texts: RowTexts, row: int) -> Why:
    """Say all that a socket's control group tells, or why that is not known."""
    group = group_of(texts.interval, row)
    if group is None or texts.unit(row) == UNKNOWN:
        return Why("unit", why_no_unit(texts.interval, row))
    return Why("unit", " · ".join(group_parts(group)))


def _owner(known: ExplainedSocket) -> Why:
    return owner_why(known.texts, known.row)


def _user(known: ExplainedSocket) -> Why:
    return user_why(known.texts, known.row)


_REASONS: Mapping[str, Callable[[ExplainedSocket], Why]] = {
    "state": _state,
    "local": _local,
    "direction": _direction,
    "remote": _remote,
    "process": _owner,
    "name": _owner,
    "user": _user,
    "unit": lambda known: unit_why(known.texts, known.row),
    "via": _via,
    **NUMBER_REASONS,
}
"""By column of the connections."""
