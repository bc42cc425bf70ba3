"""Why the values of one socket's row are as they are, column by column; of a missing value, why it is missing.

What the connection's own screen says of a value is said here too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from monitor.model.process import OwnerReason
from monitor.model.sample import DIRECTION_DIALLED, DIRECTION_UNKNOWN, Interval
from monitor.model.tcp import KERNEL_HELD, PROTOCOL_TCP, TcpState
from monitor.presentation.agreement_words import agreement_text
from monitor.presentation.connection_reading import ConnectionReading
from monitor.presentation.connection_words import connection_lines, connection_title
from monitor.presentation.connections_view import row_mark
from monitor.presentation.explained_value import Why
from monitor.presentation.formats import bytes_text
from monitor.presentation.linked_line import LinkedLine, Target, ToProcess, ToRouting
from monitor.presentation.row_text import RowTexts
from monitor.presentation.selection import owner_line
from monitor.reasoning.egress import agreement_of
from monitor.reasoning.interfaces import NO_INTERFACE

_UNBROKEN = 1_000
"""Cells in which every line of words has room."""
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


@dataclass(frozen=True)
class _Socket:
    """One row, and what its own screen would say of it."""

    texts: RowTexts
    row: int

    @property
    def interval(self) -> Interval:
        return self.texts.interval

    @property
    def is_pair(self) -> bool:
        return bool(self.interval.table.is_pair[self.row])

    @property
    def is_tcp(self) -> bool:
        return int(self.interval.table.protocol[self.row]) == PROTOCOL_TCP

    @property
    def state(self) -> int:
        return int(self.interval.table.state[self.row])

    @cached_property
    def lines(self) -> Mapping[str, LinkedLine]:
        """By value id the first line of it on the connection's screen; none where it has no such screen."""
        made = (
            connection_lines(self.interval, self.row, None, None, _UNBROKEN, missing=self.missing)
            if self.is_pair
            else []
        )
        return {line.value: line for line in reversed(made) if line.value is not None}

    def said(self, value: str, *, with_value: bool = False) -> str:
        """Give what the screen says of a value, without the value itself unless that is asked for."""
        line = self.lines.get(value)
        cells = line.line.left[2 if with_value else 3 :] if line is not None else ()
        return "".join(cell.text for cell in cells).strip().removeprefix("· ")

    def target(self, value: str) -> Target | None:
        line = self.lines.get(value)
        return line.target if line is not None else None

    @property
    def missing(self) -> str:
        """Say why the kernel's numbers of a connection are not known of this row."""
        table = self.interval.table
        if not self.is_tcp:
            return "the kernel keeps none for UDP"
        if not self.is_pair:
            return "only a connection has one"
        if self.state == TcpState.SYN_SENT:
            return "none before the handshake is complete"
        if self.state in KERNEL_HELD:
            return "the kernel keeps none for an entry without a process"
        if not int(table.info_length[self.row]):
            return "the kernel gave no TCP_INFO of this socket"
        return "this kernel does not tell"


def row_whys(texts: RowTexts, row: int) -> Callable[[str], Why]:
    """Give a function that says for each column of the connections what it is about in this row, and why."""
    known = _Socket(texts, row)
    return lambda column: _REASONS[column](known)


def mark_why(interval: Interval, row: int) -> str:
    """Say why a row carries the mark that row_mark() gives it."""
    if not math.isnan(float(interval.closed_at[row])):
        return "closed a moment ago"
    if row_mark(interval, row)[0] == "+":
        return "first seen a moment ago"
    return agreement_text(agreement_of(interval, row))


def owner_why(texts: RowTexts, row: int) -> Why:
    """Say who holds a row's socket, or why that is not known and how to see it."""
    pids = {owner.process.pid for owner in texts.owners(row)}
    reason = owner_line(texts, row).left[1].text
    how = {
        OwnerReason.HIDDEN: "; root sees all owners",
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


def _state(known: _Socket) -> Why:
    meanings = _STATE_MEANINGS if known.is_tcp else _UDP_MEANINGS
    meaning = meanings.get(TcpState(known.state), "state_unknown") if known.state in set(TcpState) else "state_unknown"
    if not known.is_pair:
        return Why(meaning)
    # Of a state that waits for something its own line says for how long; the rest stands in the screen's title.
    parts = [known.said(meaning, with_value=True), *_title_parts(known)]
    return Why(meaning, " · ".join(part for part in parts if part))


def _title_parts(known: _Socket) -> list[str]:
    return connection_title(known.interval, known.row).split(" · ")[1:]


def _local(known: _Socket) -> Why:
    return Why("local", known.said("local") or "no connection", known.target("local"))


def _remote(known: _Socket) -> Why:
    if not known.is_pair:
        return Why("remote", "it has none: it is not connected")
    return Why("remote", known.said("remote"), known.target("remote"))


def _direction(known: _Socket) -> Why:
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


def _via(known: _Socket) -> Why:
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
    else:
        reason = "several interfaces own its local address"
    return Why("via", reason, ToRouting() if known.is_pair else None)


def _owner(known: _Socket) -> Why:
    return owner_why(known.texts, known.row)


def _user(known: _Socket) -> Why:
    return user_why(known.texts, known.row)


def _rate(meaning: str, words: tuple[str, ...], rates: Callable[[Interval, int], float]) -> Callable[[_Socket], Why]:
    def why(known: _Socket) -> Why:
        if math.isnan(rates(known.interval, known.row)):
            return Why(meaning, _no_rate(known))
        said = [f"{word} {known.said(word)}" for word in words] if len(words) > 1 else [known.said(words[0])]
        return Why(meaning, "; ".join(part for part in said if part.strip() not in words))

    return why


def _no_rate(known: _Socket) -> str:
    interval, row = known.interval, known.row
    if not known.is_tcp:
        return "the kernel counts no bytes for UDP"
    if not math.isnan(float(interval.closed_at[row])):
        return "closed: nothing passes any more"
    if not bool(interval.table.knows("bytes_acked")[row]) or not known.is_pair:
        return known.missing
    if bool(interval.is_carried[row]):
        return "not in the newest list"
    if not interval.has_rates:
        return "a rate needs two samples, and this is the first"
    return "a rate needs two samples with this socket, and counters that did not fall"


def _rtt(known: _Socket) -> Why:
    table, row = known.interval.table, known.row
    if known.is_pair and bool(table.knows("rtt_us")[row]) and not int(table.rtt_us[row]):
        return Why("rtt", "not measured yet: nothing was acknowledged" if known.is_tcp else known.missing)
    return Why("rtt", known.said("rtt") or ("" if known.lines.get("rtt") else known.missing))


def _retransmits(known: _Socket) -> Why:
    if known.is_tcp and known.state == TcpState.SYN_SENT:
        return Why("syn_tries", known.said("syn_tries", with_value=True))
    return Why("retransmits", known.said("retransmits") or known.missing)


def _recv_q(known: _Socket) -> Why:
    if bool(known.interval.table.is_listener[known.row]):
        return Why("unread", "a listener has its accept queue in this field: see Listeners")
    waiting = int(known.interval.table.recv_q[known.row])
    if known.is_pair and waiting and ConnectionReading(known.interval, known.row, None).has_fin_come:
        return Why("unread", "one of them is the peer's FIN: the program has not read the end of the stream")
    return Why("unread", known.said("unread"))


def _send_q(known: _Socket) -> Why:
    if bool(known.interval.table.is_listener[known.row]):
        return Why("unsent", "a listener has its backlog in this field: see Listeners")
    waiting = int(known.interval.table.send_q[known.row])
    if not waiting:
        return Why("unsent", "nothing waits (send_q)")
    acknowledged = "not acknowledged, sent or not" if known.is_tcp else "not sent yet"
    return Why("unsent", f"{bytes_text(waiting)} that our program wrote, {acknowledged} (send_q)")


def _idle(known: _Socket) -> Why:
    if bool(known.interval.table.has_idle_time[known.row]):
        return Why("idle", "counted by TCP itself")
    return Why("idle", known.missing)


_REASONS: Mapping[str, Callable[[_Socket], Why]] = {
    "state": _state,
    "local": _local,
    "direction": _direction,
    "remote": _remote,
    "process": _owner,
    "name": _owner,
    "user": _user,
    "via": _via,
    "rate": _rate(
        "rate", ("in", "out"), lambda interval, row: float(interval.receive_rate[row] + interval.send_rate[row])
    ),
    "receive": _rate("in", ("in",), lambda interval, row: float(interval.receive_rate[row])),
    "send": _rate("out", ("out",), lambda interval, row: float(interval.send_rate[row])),
    "rtt": _rtt,
    "retransmits": _retransmits,
    "recv_q": _recv_q,
    "send_q": _send_q,
    "idle": _idle,
}
"""By column of the connections."""
