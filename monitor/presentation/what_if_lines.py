"""The lines of "what if it goes": of each loss, which connections die, which take another way, and which stay.

─ eth0 goes down ────────────────────────────────────── ip link set eth0 down ─
   die             3   their address goes                        ⏎ all of them
   move           40   they keep their address; by eth1: 38 · no way left: 2
   stay        1,201
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from monitor.model.route import Flow, RouteDecision
from monitor.model.sample import Interval
from monitor.model.socket_table import Bools, Rows
from monitor.presentation.answer_lines import START, broken
from monitor.presentation.demux_names import SocketNames
from monitor.presentation.formats import count_text
from monitor.presentation.group_keys import Grouping, key_columns
from monitor.presentation.linked_line import LinkedLine, ToRows, hint
from monitor.presentation.losses import Loss
from monitor.presentation.row_text import RowTexts
from monitor.presentation.safe_text import safe_text
from monitor.presentation.text_line import TextLine, plain, rule
from monitor.presentation.view import Cell, Role
from monitor.reasoning.columns import group_rows, local_columns
from monitor.reasoning.sharing import is_open
from monitor.reasoning.ways_left import is_spared, ways_asked, ways_left
from monitor.reasoning.what_if_gone import Change, what_if_gone

Answers = Mapping[Flow, RouteDecision]
MOST_ASKED = 64
"""Questions about the ways left; each costs the kernel some milliseconds."""
_LABEL_WIDTH, _COUNT_WIDTH = 11, 7
_MOST_NAMED = 3


class Outcome(StrEnum):
    """What becomes of sockets when something goes; the value is the label of a line."""

    DYING = "die"
    REROUTED = "move"
    STAYING = "stay"
    UNREACHABLE = "unreached"
    UNKNOWN = "not known"


_ROLES = {
    Outcome.DYING: Role.TROUBLE,
    Outcome.REROUTED: Role.NOTE,
    Outcome.STAYING: Role.GOOD,
    Outcome.UNREACHABLE: Role.TROUBLE,
    Outcome.UNKNOWN: Role.DIM,
}


@dataclass(frozen=True, slots=True)
class Concerned:
    """The connections to which a change does one thing."""

    change: Change
    outcome: Outcome

    def connections(self, interval: Interval) -> Bools:
        """Choose them among the rows of any interval."""
        chosen = np.zeros(len(interval.table), np.bool_)
        chosen[_rows(interval, self.change)[self.outcome]] = True
        return chosen


def asked_flows(interval: Interval, losses: Sequence[Loss]) -> list[Flow]:
    """List the questions about the ways left for connections that lose theirs, the most common first."""
    found: dict[Flow, None] = {}
    for loss in losses:
        found |= dict.fromkeys(flow for flow, _ in _asked(interval, what_if_gone(interval, loss.change).rerouted))
    return list(found)[:MOST_ASKED]


def what_if_lines(interval: Interval, losses: Sequence[Loss], answers: Answers, width: int) -> list[LinkedLine]:
    """Lay the losses out below each other.

    Args:
        interval: The rows.
        losses: What may go.
        answers: The kernel's, to asked_flows(), as far as they are there.
        width: Cells.
    """
    lines = [line for loss in losses for line in _loss(interval, loss, answers, width)]
    return lines or [LinkedLine(plain(" it needs no address and no interface that this host has", Role.DIM))]


def _loss(interval: Interval, loss: Loss, answers: Answers, width: int) -> Iterator[LinkedLine]:
    yield LinkedLine(rule(loss.name, loss.command, width))
    for outcome, rows in _rows(interval, loss.change).items():
        # Who dies and who stays is always said, also if nobody does.
        if len(rows) or outcome in (Outcome.DYING, Outcome.STAYING):
            words = _words(interval, loss.change, outcome, rows, answers)
            yield from _outcome(loss, outcome, len(rows), words, width)


def _rows(interval: Interval, change: Change) -> dict[Outcome, Rows]:
    affected = what_if_gone(interval, change)
    stays = interval.table.is_pair & is_open(interval)
    for rows in (affected.dying, affected.rerouted, affected.unknown):
        stays[rows] = False
    return {
        Outcome.DYING: affected.dying,
        Outcome.REROUTED: affected.rerouted,
        Outcome.STAYING: np.flatnonzero(stays),
        Outcome.UNREACHABLE: affected.unreachable,
        Outcome.UNKNOWN: affected.unknown,
    }


def _outcome(loss: Loss, outcome: Outcome, count: int, words: str, width: int) -> Iterator[LinkedLine]:
    is_narrowing = count and outcome is not Outcome.UNREACHABLE
    target = ToRows(f"that {outcome} if {loss.name}", Concerned(loss.change, outcome)) if is_narrowing else None
    number = Cell(f"{count_text(count):>{_COUNT_WIDTH}}   ", _ROLES[outcome] if count else Role.DIM)
    cells = (*START, Cell(f"{outcome:<{_LABEL_WIDTH}}", Role.HEADING), number, Cell(words))
    value = f"gone_{outcome.name.lower()}"
    yield from broken(TextLine(cells, hint(target, width)), width, target=target, value=value)


def _words(interval: Interval, change: Change, outcome: Outcome, rows: Rows, answers: Answers) -> str:
    if not len(rows):
        return ""
    if outcome is Outcome.REROUTED:
        return f"they keep their address; {_ways(interval, change, rows, answers)}"
    if outcome is Outcome.UNREACHABLE:
        return f"nobody comes there any more: {_waiting(interval, rows)}"
    return {
        Outcome.DYING: "their address or interface goes; their peers are not told",
        Outcome.UNKNOWN: "by which interface they leave",
    }.get(outcome, "")


def _ways(interval: Interval, change: Change, rows: Rows, answers: Answers) -> str:
    """Say by which interfaces they could go then, and how many have no way left."""
    counts: Counter[str] = Counter()
    for flow, count in _asked(interval, rows):
        decision = answers.get(flow)
        counts[_way(change, decision, interval)] += count
    counts["not asked"] += len(rows) - counts.total()
    return " · ".join(f"{words}: {count_text(count)}" for words, count in counts.most_common() if count)


def _way(change: Change, decision: RouteDecision | None, interval: Interval) -> str:
    if decision is None:
        return "not asked"
    if is_spared(change, decision):
        return "a more exact route stays"
    left = ways_left(change, decision, interval.sample.network.links)
    return f"by {' or '.join(map(safe_text, left))}" if left else "no way left, they hang until they time out"


def _asked(interval: Interval, rows: Rows) -> list[tuple[Flow, int]]:
    return ways_asked(interval, rows, MOST_ASKED)


def _waiting(interval: Interval, rows: Rows) -> str:
    names = SocketNames(RowTexts(interval))
    owner = key_columns(interval, rows, Grouping.PROCESS)
    different = np.sort(group_rows((*local_columns(interval.table, rows), *owner))[0])
    found = [f"{names.place(row)} {names.who(row)}" for row in rows[different[:_MOST_NAMED]].tolist()]
    more = f" and {count_text(len(different) - _MOST_NAMED)} more" if len(different) > _MOST_NAMED else ""
    return f"{', '.join(found)}{more}"
