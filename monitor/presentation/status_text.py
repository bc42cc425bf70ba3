"""The status line: host, time of the sample, period, counts by state, owners known of all, rights.

db1  03:12:41Z auto 1s 12ms   31 LISTEN  3 SYN-SENT  902 ESTAB  38 CLOSE-WAIT  310 TIME-WAIT   owners 61/988 as root
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitor.model.namespace import NamedNamespace
from monitor.model.sample import Interval
from monitor.model.tcp import PROTOCOL_TCP, TROUBLE_ORDER, TcpState, state_name
from monitor.presentation.formats import clock_text, count_text, duration_text, share_text
from monitor.presentation.netns_words import netns_text
from monitor.presentation.row_marks import is_in_trouble
from monitor.presentation.safe_text import cell_width, fit, safe_text
from monitor.presentation.text_line import TextLine
from monitor.presentation.view import Cell, Role
from monitor.sampling.period import SHARE, Pace

OLD_AFTER_PERIODS = 2.0
_CAP_SYS_PTRACE = 19
_SHOWN_STATES = (TcpState.LISTEN, TcpState.SYN_SENT, TcpState.ESTABLISHED, *TROUBLE_ORDER[1:])
_KEPT_LONGEST = (TcpState.SYN_SENT, TcpState.CLOSE_WAIT, TcpState.ESTABLISHED)
"""What a narrow line shows before any other state."""
_OTHER_RANK, _TIME_WAIT_RANK = 9, 10
_HOST_WIDTH = 16
_NETNS_WIDTH = 22
_WIDE = 100
"""From this width on the rights are always there."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old the picture is."""

    age_s: float
    pace: Pace
    is_paused: bool = False

    @property
    def is_old(self) -> bool:
        """Whether a newer sample should have come long ago."""
        return self.age_s > OLD_AFTER_PERIODS * self.pace.period_s + 1


def status_line(
    interval: Interval, freshness: Freshness, width: int, path: Sequence[str] = (), *, is_read_only: bool = False
) -> TextLine:
    """Make the line; where it is narrow, the quiet states go first, then rights; trouble and the clock stay.

    Args:
        interval: What is shown.
        freshness: Its age.
        width: Cells.
        path: The names of path_cells(), which stand in place of the counts; empty on the main screen.
        is_read_only: Whether nothing can be done from here.
    """
    sample = interval.sample
    host = safe_text(sample.host)
    is_wide = width >= _WIDE
    left = [
        Cell(f" {fit(host, min(_HOST_WIDTH, cell_width(host)))} ", Role.STRONG),
        *_netns(sample.named),
        *_clock(interval, freshness, with_cost=is_wide and not path),
        *([Cell("read-only ", Role.NOTE)] if is_read_only else []),
        *([Cell("asks DNS ", Role.NOTE)] if interval.names is not None else []),
    ]
    if path:
        from monitor.presentation.path_words import path_cells  # noqa: PLC0415 - not on the first screen

        right = f"  {rights(sample.uid, sample.capabilities, sample.owners.hidden_processes)} " if is_wide else " "
        room = width - sum(cell_width(cell.text) for cell in (*left, Cell(right))) - 1
        return TextLine((*left, Cell(" "), *path_cells(path, max(0, room))), (Cell(right, Role.DIM),))
    owners = f"  {_owners(interval)} "
    with_rights = f"{owners}{rights(sample.uid, sample.capabilities, sample.owners.hidden_processes)} "
    room = width - sum(cell_width(cell.text) for cell in left)
    counts = state_counts(interval, gap="  " if is_wide else " ")
    needed = sum(cell_width(cell.text) for _, cell in counts)
    right = with_rights if needed + cell_width(with_rights) <= room or is_wide else owners
    room -= cell_width(right)
    kept: list[tuple[int, Cell]] = []
    for count in sorted(counts, key=lambda count: count[0]):
        if cell_width(count[1].text) <= room:
            kept.append(count)
            room -= cell_width(count[1].text)
    return TextLine(
        (*left, *(cell for count in counts if count in kept for cell in count[1:])), (Cell(right, Role.DIM),)
    )


def _netns(named: NamedNamespace | None) -> list[Cell]:
    """Name the namespace, where it was asked for; one without its name stands out."""
    if named is None:
        return []
    text = netns_text(named)
    name = Cell(fit(text, min(_NETNS_WIDTH, cell_width(text))), Role.ALERT if named.is_gone else Role.STRONG)
    return [name, Cell(" GONE", Role.ALERT), Cell(" ")] if named.is_gone else [name, Cell(" ")]


def _clock(interval: Interval, freshness: Freshness, *, with_cost: bool) -> list[Cell]:
    clock = clock_text(interval.sample.taken_at)
    age = duration_text(freshness.age_s)
    if freshness.is_paused:
        return [Cell(f"PAUSED {clock} ({age} ago)", Role.ALERT), Cell(" ")]
    if freshness.is_old:
        return [Cell(f"{clock} {age} OLD", Role.ALERT), Cell(" ")]
    return [Cell(f"{clock} "), *_pace(freshness.pace, with_cost=with_cost)]


def _pace(pace: Pace, *, with_cost: bool) -> list[Cell]:
    """Say how often samples are read, and what one costs; that it is much only where the user has chosen so."""
    period = f"{'auto' if pace.is_auto else 'live'} {pace.period_s:g}s"
    cost = f" {pace.cost_s * 1000:.0f}ms" if with_cost and pace.cost_s is not None else ""
    if pace.is_auto or pace.share <= SHARE:
        return [Cell(f"{period}{cost} ", Role.DIM)]
    return [Cell(f"{period}{cost} ", Role.DIM), Cell(f"{share_text(pace.share)}% ", Role.NOTE)]


def state_counts(interval: Interval, gap: str = "  ") -> list[tuple[int, Cell]]:
    """Count the TCP sockets of the newest dump by state, with the rank in which a narrow line keeps them.

    States with none are left out; the gap stands before each. "!" follows one that some finding that calls is about.
    """
    table = interval.sample.table
    is_tcp = table.protocol == PROTOCOL_TCP
    is_called = is_in_trouble(interval)[: len(table)]
    cells = []
    for state in _SHOWN_STATES:
        is_so = is_tcp & (table.state == state)
        if count := np.count_nonzero(is_so):
            is_passing = state in TROUBLE_ORDER
            calls = is_passing and bool((is_so & is_called).any())
            text = f"{gap}{count_text(int(count))} {state_name(PROTOCOL_TCP, state)}{'!' if calls else ''}"
            role = Role.TROUBLE if calls else Role.NOTE if is_passing else Role.PLAIN
            rank = _KEPT_LONGEST.index(state) if state in _KEPT_LONGEST else _OTHER_RANK
            cells.append((rank, Cell(text, role)))
    if interval.sample.time_wait:
        cells.append((_TIME_WAIT_RANK, Cell(f"{gap}{count_text(interval.sample.time_wait)} TIME-WAIT", Role.DIM)))
    return cells


def _owners(interval: Interval) -> str:
    rows = len(interval.sample.table)
    inode = interval.sample.table.inode
    known = int(np.count_nonzero((interval.owner_end > interval.owner_first)[:rows] & (inode != 0)))
    return f"owners {count_text(known)}/{count_text(int(np.count_nonzero(inode)))}"


def rights(uid: int, capabilities: int, hidden_processes: int) -> str:
    """Say with which rights the machine is read. uid 0 is no proof, nor are capabilities of a user namespace's own."""
    if capabilities >> _CAP_SYS_PTRACE & 1:
        if uid == 0 and hidden_processes:
            return "as uid 0, not all seen"
        return "as root" if uid == 0 else f"as uid {uid} with CAP_SYS_PTRACE"
    return "root without CAP_SYS_PTRACE" if uid == 0 else "plain user"
