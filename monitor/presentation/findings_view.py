"""The rows of the Findings pane: what calls first, then notes, then what is acknowledged.

   what                                             since     side      sure
▸! [::]:443 drops new clients: accept queue full, … 03:09:12Z program   certain
   5 services can be reached at every address: por… before    program   certain
   ✓ proxy[990] does not close connections: 38 CLO… 02:58:03Z program   likely
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

import numpy as np

from monitor.model.finding import Finding, Side
from monitor.model.sample import Interval
from monitor.model.socket_table import Rows
from monitor.presentation.finding_rows import rows_of
from monitor.presentation.finding_text import FindingText
from monitor.presentation.finding_words import finding_text
from monitor.presentation.formats import clock_text
from monitor.presentation.ordered_view import OrderedView
from monitor.presentation.row_marks import NO_MARK, TROUBLE, Mark
from monitor.presentation.sorting import Sort
from monitor.presentation.view import Cell, Column, Role

ACKNOWLEDGED = "✓ "
"""Before what is acknowledged."""
_WIDE = 110
_KNOWN: Mark = (" ", Role.DIM)
_SIDES = {Side.PEER_OR_PATH: "peer/path"}


@dataclass(frozen=True, slots=True)
class _FindingColumn:
    column: Column
    cell: Callable[[Finding, FindingText, Interval], Cell]


@dataclass(frozen=True, slots=True, eq=False)
class FindingsView(OrderedView[_FindingColumn]):
    """A TableView over the findings of an interval. The key of a row is its kind and subject."""

    interval: Interval
    _texts: dict[int, FindingText] = field(default_factory=dict, init=False)

    @classmethod
    def make(cls, interval: Interval, width: int) -> FindingsView:
        """Order the findings.

        Args:
            interval: What they were found in.
            width: Cells of the pane; decides the columns.
        """
        acknowledged = np.array([finding.is_acknowledged for finding in interval.findings], np.bool_)
        columns = _WIDE_COLUMNS if width >= _WIDE else _NARROW_COLUMNS
        return cls(np.argsort(acknowledged, kind="stable"), Sort(), columns, interval)

    def finding_at(self, position: int) -> Finding:
        """Give the finding that stands at a position."""
        return self.interval.findings[int(self.order[position])]

    def text_at(self, position: int) -> FindingText:
        """Give its words."""
        return self._text(int(self.order[position]))

    def rows_at(self, position: int) -> Rows:
        """Give the rows of the interval's table that a finding is about."""
        return rows_of(self.finding_at(position), self.interval)

    def key_at(self, position: int) -> Hashable:
        """Give what makes a finding the same one in another interval."""
        finding = self.finding_at(position)
        return finding.kind, finding.subject

    def position_of(self, key: Hashable) -> int | None:
        """Find where a finding stands now."""
        keys = [self.key_at(position) for position in range(self.count)]
        return keys.index(key) if key in keys else None

    def marked(self) -> Rows:
        """Give the positions of what is marked "!", ascending."""
        return np.flatnonzero([self.finding_at(position).calls for position in range(self.count)])

    def cells(self, shown: _FindingColumn, entries: Rows) -> list[Cell]:
        """Make the cells of some findings in one column."""
        findings = self.interval.findings
        return [shown.cell(findings[entry], self._text(entry), self.interval) for entry in entries.tolist()]

    def marks(self, entries: Rows) -> list[Mark]:
        """Give the marks of some findings."""
        return [_mark(self.interval.findings[entry]) for entry in entries.tolist()]

    def _text(self, entry: int) -> FindingText:
        if entry not in self._texts:
            self._texts[entry] = finding_text(self.interval.findings[entry], self.interval)
        return self._texts[entry]


def _mark(finding: Finding) -> Mark:
    if finding.is_acknowledged:
        return _KNOWN
    return TROUBLE if finding.calls else NO_MARK


def _what(finding: Finding, text: FindingText, _: Interval) -> Cell:
    return Cell(f"{ACKNOWLEDGED if finding.is_acknowledged else ''}{text.title}: {text.measured}")


def _since(finding: Finding, _: FindingText, interval: Interval) -> Cell:
    """Give the clock of the first sample in which it was so; what was so in the very first one began before."""
    if finding.since is None:
        return Cell("before", Role.DIM)
    sample = interval.sample
    return Cell(clock_text(sample.taken_at - (sample.boot_time - finding.since)))


def _side(finding: Finding, _: FindingText, __: Interval) -> Cell:
    return Cell(_SIDES.get(finding.side, str(finding.side)), Role.NAME)


def _whose(_: Finding, text: FindingText, __: Interval) -> Cell:
    return Cell(text.whose, Role.NAME)


def _sure(finding: Finding, _: FindingText, __: Interval) -> Cell:
    return Cell(str(finding.certainty), Role.DIM)


def _column(column_id: str, title: str, width: int, *, is_fixed: bool = False) -> Column:
    return Column(column_id, title, width, is_fixed=is_fixed, is_sortable=False)


_WHAT = _FindingColumn(_column("what", "what", 48, is_fixed=True), _what)
_SINCE = _FindingColumn(_column("since", "since", 9), _since)
_SURE = _FindingColumn(_column("sure", "sure", 7), _sure)
_NARROW_COLUMNS = (_WHAT, _SINCE, _FindingColumn(_column("side", "side", 9), _side), _SURE)
_WIDE_COLUMNS = (_WHAT, _SINCE, _FindingColumn(_column("side", "whose", 34), _whose), _SURE)
