"""One connection as a screen of words: its state, both ends and who shares them, its way, and why it is so fast."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from monitor.model.sample import DIRECTION_ACCEPTED, DIRECTION_DIALLED, Interval
from monitor.model.tcp import PROTOCOL_TCP, state_name
from monitor.model.tcp_info import SocketDetails
from monitor.presentation.connection_ages import age_text, connection_ages
from monitor.presentation.connection_cells import idle_seconds
from monitor.presentation.connection_ends import end_lines
from monitor.presentation.connection_reading import ASKING, ConnectionReading
from monitor.presentation.formats import UNKNOWN, count_text, duration_text
from monitor.presentation.linked_line import LineMaker, LinkedLine
from monitor.presentation.pace_words import pace_lines
from monitor.presentation.routing_text import RouteAnswer
from monitor.presentation.row_text import RowTexts
from monitor.presentation.state_words import WITHOUT_TRAFFIC, is_all_over, state_lines
from monitor.presentation.tracking_words import tracking_lines
from monitor.presentation.traffic_words import traffic_lines, udp_lines
from monitor.presentation.unit_words import group_of, group_parts, why_no_unit
from monitor.presentation.verdict_words import verdict_lines
from monitor.presentation.view import Cell, Role
from monitor.reasoning.sharing import is_open

if TYPE_CHECKING:
    from monitor.sampling.history import RowHistory

_DIRECTIONS = {DIRECTION_ACCEPTED: "accepted", DIRECTION_DIALLED: "dialled"}


def connection_title(interval: Interval, row: int, details: SocketDetails | None = None) -> str:
    """Say how a connection stands: "ESTAB · accepted · idle 0s · open ≥14m"; details tell more of its age."""
    texts = RowTexts(interval)
    is_tcp = int(interval.table.protocol[row]) == PROTOCOL_TCP
    parts = [state_name(PROTOCOL_TCP, details.state if details else int(interval.table.state[row]))]
    if not is_tcp:
        parts = [f"udp {texts.state(row)}"]
    parts += [_DIRECTIONS.get(int(interval.direction[row]), "direction not known")] if is_tcp else []
    if bool(interval.table.has_idle_time[row]):
        parts.append(f"idle {duration_text(float(idle_seconds(interval, np.array([row]))[0]))}")
    if not math.isnan(float(interval.closed_at[row])):
        return " · ".join([*parts, f"closed {duration_text(_since(interval, float(interval.closed_at[row])))} ago"])
    age = _age(interval, row, details)
    parts += [f"open {age}"] if age else []
    parts += ["not in the newest list"] if bool(interval.is_unseen[row]) else []
    return " · ".join(parts)


def connection_share(interval: Interval, row: int) -> str:
    """Say beside the title how many connections its listener has: "one of 412 on [::]:443"; empty without one."""
    listener = int(interval.listener[row])
    if listener < 0 or int(interval.direction[row]) == DIRECTION_DIALLED:
        return ""
    served = (interval.listener == listener) & (interval.direction != DIRECTION_DIALLED) & is_open(interval)
    return f"one of {count_text(int(np.count_nonzero(served)))} on {RowTexts(interval).local(listener)}"


def connection_lines(  # noqa: PLR0913 - what a screen knows of a connection
    interval: Interval,
    row: int,
    details: SocketDetails | None,
    route: RouteAnswer | None,
    width: int,
    *,
    missing: str = ASKING,
    history: RowHistory | None = None,
) -> list[LinkedLine]:
    """Say all that is known; narrow lines say the most important part.

    Args:
        interval: What is shown.
        row: A row of its table with two endpoints.
        details: The kernel's answer about this socket alone; None where there is none.
        route: The answer to route_question(); None as long as it is not there.
        width: Cells.
        missing: Why there are no details, in a few words.
        history: The last two minutes of this row; None where nobody kept them.
    """
    reading = ConnectionReading(interval, row, details, missing, history)
    maker = LineMaker(width)
    lines = [*verdict_lines(reading, maker), *end_lines(reading, route, maker), *state_lines(reading, maker)]
    if not reading.is_tcp:
        lines += udp_lines(reading, maker)
    elif reading.state not in WITHOUT_TRAFFIC:
        lines += traffic_lines(reading, maker)
        lines += [] if is_all_over(reading) else pace_lines(reading, maker)
    return [*lines, maker.heading("Identity"), *_identity(reading, maker)]


def _identity(reading: ConnectionReading, maker: LineMaker) -> list[LinkedLine]:
    texts, row = reading.texts, reading.row
    inode = reading.column("inode")
    first = f"inode {inode}" if inode else "no inode"
    has_cookie = bool(reading.interval.table.has_cookie[row])
    cookie = f"cookie {reading.column('cookie')}" if has_cookie else "cookie not told by /proc/net"
    parts = [cookie, f"namespace {reading.interval.table.namespace or 'not known'}"]
    if reading.details is not None and reading.details.cgroup:
        parts.append(f"cgroup {reading.details.cgroup}")
    made = f"{texts.user(row)} (uid {reading.column('uid')})" if texts.has_user(row) else "user not known"
    mark = f"mark {reading.column('mark')}" if reading.column("has_mark") else "mark not told to this user"
    device = reading.column("device")
    unbound = "bound to no device" if reading.column("knows_device") else "device not told by /proc/net"
    bound = f"bound to {texts.interface_name(device)}" if device else unbound
    return [
        maker.words("ids", "socket", Cell(first), parts),
        _unit(reading, maker),
        maker.words("maker", "made by", Cell(made), [mark, bound]),
        *tracking_lines(reading, maker),
    ]


def _unit(reading: ConnectionReading, maker: LineMaker) -> LinkedLine:
    group, text = group_of(reading.interval, reading.row), reading.texts.unit(reading.row)
    if group is None or text == UNKNOWN:
        return maker.words("unit", "unit", Cell(UNKNOWN, Role.DIM), [why_no_unit(reading.interval, reading.row)])
    parts = [part for part in group_parts(group) if part not in (f"unit {text}", text)]
    return maker.words("unit", "unit", Cell(text, Role.NAME), parts)


def _age(interval: Interval, row: int, details: SocketDetails | None) -> str:
    """Say how long a connection has been open, "≥" where that is only the least; empty where nothing tells."""
    ages = connection_ages(interval, np.array([row]))
    seconds, is_exact = float(ages.seconds[0]), bool(ages.is_exact[0])
    busy_us = details.info.busy_us if details is not None and details.info is not None else None
    if not is_exact and not math.isnan(seconds):
        seconds = max(seconds, (busy_us or 0) / 1e6)
    return "" if math.isnan(seconds) else age_text(seconds, is_exact=is_exact)


def _since(interval: Interval, boot_time: float) -> float:
    return max(0.0, interval.sample.boot_time - boot_time)
