"""Why the numbers of one socket's row are as they are: rates, times, queues; of a missing one, why it is missing."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from monitor.model.sample import F64, Interval
from monitor.model.socket_table import Rows
from monitor.model.tcp import TcpState
from monitor.presentation.connection_ages import connection_ages
from monitor.presentation.connection_limit_cells import limits_text
from monitor.presentation.connection_reading import ConnectionReading
from monitor.presentation.connection_totals import acknowledged_totals, received_totals
from monitor.presentation.explained_socket import ExplainedSocket
from monitor.presentation.explained_value import Why
from monitor.presentation.formats import bytes_text, count_text, duration_text


def _rate(
    meaning: str, words: tuple[str, ...], rates: Callable[[Interval, int], float]
) -> Callable[[ExplainedSocket], Why]:
    def why(known: ExplainedSocket) -> Why:
        if math.isnan(rates(known.interval, known.row)):
            return Why(meaning, _no_rate(known))
        said = [f"{word} {known.said(word)}" for word in words] if len(words) > 1 else [known.said(words[0])]
        return Why(meaning, "; ".join(part for part in said if part.strip() not in words))

    return why


def _no_rate(known: ExplainedSocket) -> str:
    interval, row = known.interval, known.row
    if not known.is_tcp:
        return "the kernel counts no bytes for UDP"
    if not math.isnan(float(interval.closed_at[row])):
        return "closed: nothing passes any more"
    if not bool(interval.table.knows("bytes_acked")[row]) or not known.is_pair:
        return known.missing
    if bool(interval.is_carried[row]):
        return "not in the newest list"
    return _no_rate_of(interval)


def _no_rate_of(interval: Interval) -> str:
    """Say why a living row that has counters has no rate yet."""
    if interval.slept_s:
        return f"the machine slept {duration_text(interval.slept_s)}: a rate needs two samples since"
    if not interval.has_rates:
        return "a rate needs two samples, and this is the first"
    return "a rate needs two samples with this socket, and counters that did not fall"


def _rtt(known: ExplainedSocket) -> Why:
    table, row = known.interval.table, known.row
    if known.is_pair and bool(table.knows("rtt_us")[row]) and not int(table.rtt_us[row]):
        return Why("rtt", "not measured yet: nothing was acknowledged" if known.is_tcp else known.missing)
    return Why("rtt", known.said("rtt") or ("" if known.lines.get("rtt") else known.missing))


def _retransmits(known: ExplainedSocket) -> Why:
    if known.is_tcp and known.state == TcpState.SYN_SENT:
        return Why("syn_tries", known.said("syn_tries", with_value=True))
    return Why("retransmits", known.said("retransmits") or known.missing)


def _recv_q(known: ExplainedSocket) -> Why:
    if bool(known.interval.table.is_listener[known.row]):
        return Why("unread", "a listener has its accept queue in this field: see Listeners")
    waiting = int(known.interval.table.recv_q[known.row])
    if known.is_pair and waiting and ConnectionReading(known.interval, known.row, None).has_fin_come:
        return Why("unread", "one of them is the peer's FIN: the program has not read the end of the stream")
    return Why("unread", known.said("unread"))


def _send_q(known: ExplainedSocket) -> Why:
    if bool(known.interval.table.is_listener[known.row]):
        return Why("unsent", "a listener has its backlog in this field: see Listeners")
    waiting = int(known.interval.table.send_q[known.row])
    if not waiting:
        return Why("unsent", "nothing waits (send_q)")
    acknowledged = "not acknowledged, sent or not" if known.is_tcp else "not sent yet"
    return Why("unsent", f"{bytes_text(waiting)} that our program wrote, {acknowledged} (send_q)")


def _curve(known: ExplainedSocket) -> Why:
    return Why("curve", "" if known.is_tcp else "the kernel counts no bytes for UDP")


def _idle(known: ExplainedSocket) -> Why:
    if bool(known.interval.table.has_idle_time[known.row]):
        return Why("idle", "counted by TCP itself")
    return Why("idle", known.missing)


def _total(meaning: str, totals: Callable[[Interval, Rows], F64]) -> Callable[[ExplainedSocket], Why]:
    def why(known: ExplainedSocket) -> Why:
        total = float(totals(known.interval, np.array([known.row]))[0])
        if not math.isnan(total):
            return Why(meaning, f"{count_text(int(total))} bytes")
        return Why(meaning, known.missing if known.is_tcp else "the kernel counts no bytes for UDP")

    return why


def _limited(known: ExplainedSocket) -> Why:
    shares = limits_text(known.interval, known.row)
    if shares:
        return Why("limited", f"of the last seconds: {shares}")
    if not known.is_tcp or not bool(known.interval.table.knows("send_buffer_us")[known.row]):
        return Why("limited", known.missing)
    if not math.isnan(float(known.interval.closed_at[known.row])):
        return Why("limited", "closed: nothing waits any more")
    return Why("limited", "it needs two samples with this socket, half a second apart")


def _age(known: ExplainedSocket) -> Why:
    ages = connection_ages(known.interval, np.array([known.row]))
    if bool(ages.is_exact[0]):
        return Why("lifetime", "its opening was seen")
    if math.isnan(float(ages.seconds[0])):
        return Why("lifetime", "its opening was not seen, and the kernel counts no time of it")
    return Why("lifetime", "its opening was not seen; it is no younger than this")


NUMBER_REASONS: Mapping[str, Callable[[ExplainedSocket], Why]] = {
    "rate": _rate(
        "rate", ("in", "out"), lambda interval, row: float(interval.receive_rate[row] + interval.send_rate[row])
    ),
    "receive": _rate("in", ("in",), lambda interval, row: float(interval.receive_rate[row])),
    "send": _rate("out", ("out",), lambda interval, row: float(interval.send_rate[row])),
    "received": _total("received_total", received_totals),
    "acknowledged": _total("acknowledged_total", acknowledged_totals),
    "rtt": _rtt,
    "retransmits": _retransmits,
    "recv_q": _recv_q,
    "send_q": _send_q,
    "limited": _limited,
    "curve": _curve,
    "idle": _idle,
    "age": _age,
}
"""By column of the connections."""
