"""What one process does with its sockets, as one table in four parts.

     ────────── Listens on 1        ─ by endpoint
   ▸ tcp4     127.0.0.1:6432          lo 24 conns 0/128
     ────────── Accepted 24         ─ by remote address
   ▸ 24       127.0.0.1             ← 24 ESTAB              web[1204]
     ────────── Connects to 79      ─ by remote endpoint
   ▾ 79       198.51.100.20:5432    → 41 ESTAB 38 CLOSE-WAIT
   ESTAB      192.0.2.10:41022      → 198.51.100.20:5432
     ────────── Other sockets 2     ─

Where connections name their process, these name the one at the other end, since their own is known.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np

from monitor.model.sample import Interval
from monitor.model.socket_table import Bools, Rows
from monitor.presentation.connections_view import ConnectionsView, columns_for
from monitor.presentation.group_cells import GROUP_CELLS, GroupCell
from monitor.presentation.group_keys import Grouping
from monitor.presentation.groups import GroupKey, Groups
from monitor.presentation.groups_view import GroupsView, group_column
from monitor.presentation.listening_cells import ListeningCells
from monitor.presentation.peers import Peers
from monitor.presentation.row_columns import RowColumn
from monitor.presentation.sorting import Sort
from monitor.presentation.view import Cell, Column, Line, Role
from monitor.reasoning.roles import SocketRole, socket_roles

Part = GroupsView | ConnectionsView

_NAMES = {
    SocketRole.LISTENS: "Listens on",
    SocketRole.ACCEPTED: "Accepted",
    SocketRole.CONNECTS: "Connects to",
    SocketRole.OTHER: "Other sockets",
}
_GROUPINGS = {
    SocketRole.LISTENS: Grouping.LISTENER,
    SocketRole.ACCEPTED: Grouping.REMOTE_ADDRESS,
    SocketRole.CONNECTS: Grouping.REMOTE_ENDPOINT,
    SocketRole.OTHER: Grouping.SOCKET,
}
"""How each is grouped where nothing else is asked for."""


@dataclass(frozen=True, slots=True)
class Section:
    """The sockets of one role under their heading."""

    role: SocketRole
    sockets: int
    """Number of rows, also of those in closed groups."""
    by: Grouping
    part: Part

    @property
    def key(self) -> tuple[str, str]:
        """Identity of the heading's line."""
        return "section", self.role.name

    @property
    def count(self) -> int:
        """Number of lines, the heading included."""
        return 1 + self.part.count


@dataclass(frozen=True, slots=True, eq=False)
class ProcessSections:
    """A TableView of a process' sockets by role. Every row is in exactly one section; empty ones are left out."""

    interval: Interval
    sections: tuple[Section, ...]
    sort: Sort
    opened: frozenset[GroupKey]
    """Keys of the opened groups of all sections."""
    shown_columns: tuple[RowColumn, ...]

    @classmethod
    def make(  # noqa: PLR0913 - what is shown, and how it is shown
        cls,
        interval: Interval,
        chosen: Bools,
        opened: Set[GroupKey],
        sort: Sort,
        width: int,
        *,
        by: Grouping | None = None,
        former: ProcessSections | None = None,
    ) -> ProcessSections:
        """Part the chosen rows by role.

        Args:
            interval: What the rows are taken from.
            chosen: The process' rows: one entry per row of the interval's table.
            opened: Keys of the groups whose rows are shown too.
            sort: The order asked for, within each section.
            width: Cells of the pane; decides the columns.
            by: What connections are grouped by; None for what is usual in each section. Listeners keep theirs.
            former: The view whose order is to be kept; None to sort anew.
        """
        roles = socket_roles(interval)
        peers = Peers.of(interval, chosen)
        columns = tuple(_with_peers(shown, peers) for shown in columns_for(width))
        sections = []
        for role, own in _GROUPINGS.items():
            those = chosen & (roles == role)
            if not those.any():
                continue
            grouping = own if by is None or role is SocketRole.LISTENS else by
            before = _former_part(former, role)
            part: Part
            if grouping is Grouping.SOCKET:
                rows_before = before if isinstance(before, ConnectionsView) else None
                rows = ConnectionsView.make(interval, those, sort, width, former=rows_before)
                part = replace(rows, shown_columns=columns)
            else:
                groups = Groups.of(interval, those, grouping)
                kept = before if isinstance(before, GroupsView) else None
                view = GroupsView.make(groups, opened, sort, width, former=kept)
                rows = replace(view.rows, shown_columns=columns)
                part = replace(view, cells=_cells(role, groups, peers), rows=rows)
            sections.append(Section(role, int(np.count_nonzero(those)), grouping, part))
        return cls(interval, tuple(sections), sort, frozenset(opened), columns)

    @property
    def columns(self) -> Sequence[Column]:
        """The connections' columns, titled for groups as well."""
        titles = {"local": "endpoint", "process": "peer", "name": "peer"}
        columns = [group_column(shown.column) for shown in self.shown_columns]
        return [replace(column, title=titles.get(column.id, column.title)) for column in columns]

    @property
    def sort_column(self) -> str | None:
        """Id of the column that decides the order within the sections."""
        return self.sort.column

    @property
    def is_descending(self) -> bool:
        """Whether the largest stands first."""
        return self.sort.is_descending

    @property
    def count(self) -> int:
        """Number of lines: headings, groups, and rows."""
        return sum(section.count for section in self.sections)

    def is_heading_at(self, position: int) -> bool:
        """Tell whether the line at a position is a section's heading, which stands for no rows."""
        return self._at(position)[1] < 0

    def rows_at(self, position: int) -> Rows:
        """Give what a line stands for, as rows of the interval's table: one, a group's, or none for a heading."""
        section, within = self._at(position)
        if within < 0:
            return np.zeros(0, np.intp)
        part = section.part
        return part.rows_at(within) if isinstance(part, GroupsView) else part.order[within : within + 1]

    def key_at(self, position: int) -> Hashable:
        """Give the identity of the line at a position: of a heading, a GroupKey, or a cookie."""
        section, within = self._at(position)
        return section.key if within < 0 else section.part.key_at(within)

    def position_of(self, key: Hashable) -> int | None:
        """Find where a line stands now."""
        start = 0
        for section in self.sections:
            if key == section.key:
                return start
            within = section.part.position_of(key)
            if within is not None:
                return start + 1 + within
            start += section.count
        return None

    def group_key_of(self, key: Hashable) -> GroupKey | None:
        """Give the key of the group that a line belongs to; None for headings and rows outside of groups."""
        for section in self.sections:
            found = section.part.group_key_of(key) if isinstance(section.part, GroupsView) else None
            if found is not None:
                return found
        return None

    def toggled(self, key: Hashable) -> frozenset[GroupKey]:
        """Give what is open after the group of a line was opened or closed; a row's key means the group above it."""
        group = self.group_key_of(key)
        return self.opened if group is None else self.opened ^ {group}

    def marked(self) -> Rows:
        """Give the positions of the lines that are marked "!" or "~", ascending."""
        positions = [np.zeros(0, np.intp)]
        start = 0
        for section in self.sections:
            positions.append(start + 1 + section.part.marked())
            start += section.count
        return np.concatenate(positions)

    def lines(self, start: int, stop: int) -> list[Line]:
        """Make some lines."""
        made: list[Line] = []
        first = 0
        for section in self.sections:
            low, high = max(start - first, 0), min(stop - first, section.count)
            if low < high:
                made += [_heading(section, self.shown_columns)] if low == 0 else []
                made += section.part.lines(max(low - 1, 0), high - 1)
            first += section.count
        return made

    def _at(self, position: int) -> tuple[Section, int]:
        """Give the section of a position, and the position in its part; -1 for its heading."""
        for section in self.sections:
            if position < section.count:
                return section, position - 1
            position -= section.count
        raise IndexError(position)


def _with_peers(shown: RowColumn, peers: Peers) -> RowColumn:
    return replace(shown, cells=peers.cells) if shown.column.id in ("process", "name") else shown


def _cells(role: SocketRole, groups: Groups, peers: Peers) -> Mapping[str, GroupCell]:
    cells = {**GROUP_CELLS, "process": peers.group_cell, "name": peers.group_cell}
    if role is SocketRole.LISTENS:
        return {**cells, **ListeningCells.of(groups.interval, groups.rows).by_column}
    return cells


def _former_part(former: ProcessSections | None, role: SocketRole) -> Part | None:
    sections = former.sections if former is not None else ()
    return next((section.part for section in sections if section.role is role), None)


def _heading(section: Section, columns: Sequence[RowColumn]) -> Line:
    by = "endpoint" if section.role is SocketRole.LISTENS else section.by.value
    words = {
        "local": f"{_NAMES[section.role]} {section.sockets:,}",
        "remote": "" if section.by is Grouping.SOCKET else f"by {by}",
    }
    cells = []
    for column in (shown.column for shown in columns):
        text = words.get(column.id)
        cells.append(Cell("─" * column.width, Role.RULE) if not text else Cell(text, Role.HEADING))
    return Line(" ", tuple(cells), Role.HEADING)
