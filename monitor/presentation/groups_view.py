"""Groups as a table: a line for each, and beneath the opened ones their rows.

▸  ▾ 79       198.51.100.20:5432    → 41 ESTAB 38 CLOSE-WAIT  a group, opened
     ESTAB    192.0.2.10:41022      → 198.51.100.20:5432      its rows, in the columns of the connections
   ▸ 1        198.51.100.40:5044    → 1 ESTAB
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

import numpy as np

from monitor.model.sample import F64, Interval
from monitor.model.socket_table import Rows
from monitor.presentation.column_choice import NO_CHOICE, ColumnChoice
from monitor.presentation.connections_view import ConnectionsView
from monitor.presentation.group_cells import GROUP_CELLS, NUMBERS, GroupCell
from monitor.presentation.group_keys import Grouping
from monitor.presentation.groups import GroupKey, Groups
from monitor.presentation.row_columns import RowColumn
from monitor.presentation.sorting import Keys, Sort, keep_order, order_rows
from monitor.presentation.view import Cell, Column, Line, Role
from monitor.reasoning.columns import group_rows

_TITLE_WORDS = {Grouping.REMOTE_ADDRESS: "remote", Grouping.REMOTE_ENDPOINT: "endpoint"}
_OPEN, _CLOSED = "▾", "▸"


@dataclass(frozen=True, slots=True)
class GroupFace:
    """How groups stand above the rows of a table."""

    rows: type[ConnectionsView]
    """Makes the rows."""
    columns: Callable[[Sequence[Column], Grouping], list[Column]]
    """Gives the columns of the rows as they stand above groups as well."""
    cells: Mapping[str, GroupCell]
    """By column: what a group says there."""
    keys: Mapping[str, Callable[[Groups], Keys]]
    """By sortable column: what groups are sorted by."""
    own_keys: Callable[[Groups], Keys]
    """Likewise where no column was asked for."""
    needed: tuple[str, ...]
    """Columns in which a group says what it is."""


@dataclass(frozen=True, slots=True, eq=False)
class GroupsView:
    """A TableView of groups. The key of a group is its GroupKey, that of a row its cookie."""

    groups: Groups
    order: Rows
    """Groups from top to bottom."""
    heads: Rows
    """Position of each group's line, in the order of `order`; ascending."""
    rows: ConnectionsView
    """The rows of the opened groups, from top to bottom."""
    opened: frozenset[GroupKey]
    """Keys of the opened groups, also of those that have no rows now."""
    face: GroupFace
    cells: Mapping[str, GroupCell]
    """By column: what a group says there."""
    _made: dict[int, tuple[Cell, ...]] = field(default_factory=dict, init=False)

    @classmethod
    def make(  # noqa: PLR0913 - as a table of rows is made, and what stands above them
        cls,
        groups: Groups,
        opened: Set[GroupKey],
        sort: Sort,
        width: int,
        *,
        former: GroupsView | None = None,
        face: GroupFace | None = None,
        choice: ColumnChoice = NO_CHOICE,
    ) -> GroupsView:
        """Order the groups, and the rows within the opened ones.

        Args:
            groups: What is shown.
            opened: Keys of the groups whose rows are shown too; keys of groups that are not there do no harm.
            sort: The order asked for, of groups and of the rows in them.
            width: Cells of the pane; decides the columns.
            former: The view whose order is to be kept; None to sort anew.
            face: How the groups stand above their rows; None for connections.
            choice: The columns asked for; those in which a group says what it is stand there all the same.
        """
        face = face or CONNECTION_GROUPS
        order = _ordered(groups, sort, former, face)
        is_open = np.zeros(len(groups), np.bool_)
        for key in opened:
            entry = groups.entry_of(key)
            if entry is not None:
                is_open[entry] = True
        chosen = (groups.group_of_row >= 0) & is_open[groups.group_of_row] if len(groups) else groups.group_of_row >= 0
        kept = former.rows if former is not None else None
        rows = face.rows.make(groups.interval, chosen, sort, width, former=kept, choice=choice.including(face.needed))
        place = np.empty(len(groups), np.intp)
        place[order] = np.arange(len(groups))
        by_group = np.argsort(place[groups.group_of_row[rows.order]], kind="stable")
        beneath = np.where(is_open, groups.counts, 0)[order]
        heads = np.arange(len(groups)) + np.cumsum(beneath) - beneath
        rows = replace(rows, order=rows.order[by_group])
        return cls(groups, order, heads, rows, frozenset(opened), face, face.cells)

    @property
    def interval(self) -> Interval:
        """What the rows are taken from."""
        return self.groups.interval

    @property
    def columns(self) -> Sequence[Column]:
        """The rows' columns, titled for groups as well."""
        return self.face.columns(self.rows.columns, self.groups.by)

    @property
    def sort_column(self) -> str | None:
        """Id of the column that decides the order."""
        return self.rows.sort.column

    @property
    def is_descending(self) -> bool:
        """Whether the largest stands first."""
        return self.rows.sort.is_descending

    @property
    def count(self) -> int:
        """Number of lines: groups, and rows of opened ones."""
        return len(self.order) + self.rows.count

    def group_at(self, position: int) -> int:
        """Give the number of the group that stands at a position, or to which the row there belongs."""
        return int(self.order[self._place_at(position)])

    def rows_at(self, position: int) -> Rows:
        """Give what a line stands for, as rows of the interval's table: all of a group, or one."""
        row = self._row_position(position)
        return self.groups.members(self.group_at(position)) if row is None else self.rows.order[row : row + 1]

    def is_group_at(self, position: int) -> bool:
        """Tell whether the line at a position is a group's and not a row's."""
        return self._row_position(position) is None

    def key_at(self, position: int) -> GroupKey | int:
        """Give the identity of the line at a position."""
        row = self._row_position(position)
        return self.groups.key(self.group_at(position)) if row is None else self.rows.key_at(row)

    def group_key_of(self, key: Hashable) -> GroupKey | None:
        """Give the key of the group that a line belongs to, its own for a group; None where it is not chosen."""
        if not isinstance(key, int):
            entry = self.groups.entry_of(key)
        else:
            row = self.interval.table.row_of_cookie(key)
            entry = None if row is None else int(self.groups.group_of_row[row])
        return None if entry is None or entry < 0 else self.groups.key(entry)

    def position_of(self, key: Hashable) -> int | None:
        """Find where a group or a row stands now; None also for a row of a closed group."""
        if isinstance(key, int):
            row = self.rows.position_of(key)
            if row is None:
                return None
            entry = int(self.groups.group_of_row[self.rows.order[row]])
            return row + 1 + int(np.flatnonzero(self.order == entry)[0])
        entry_found = self.groups.entry_of(key)
        if entry_found is None:
            return None
        return int(self.heads[np.flatnonzero(self.order == entry_found)[0]])

    def toggled(self, key: Hashable) -> frozenset[GroupKey]:
        """Give what is open after the group of a line was opened or closed; a row's key means the group above it."""
        group = self.group_key_of(key)
        return self.opened if group is None else self.opened ^ {group}

    def marked(self) -> Rows:
        """Give the positions of the rows that are marked "!" or "~", ascending; groups carry no mark."""
        beneath = np.delete(np.arange(self.count), self.heads)
        return beneath[self.rows.marked()]

    def lines(self, start: int, stop: int) -> list[Line]:
        """Make the lines of some groups and rows."""
        start, stop = max(start, 0), min(stop, self.count)
        first, last = np.searchsorted(self.heads, (start, stop)).tolist()
        place_of = dict(zip(self.heads[first:last].tolist(), range(first, last), strict=True))
        self._make(self.order[first:last].tolist())
        beneath = iter(self.rows.lines(start - first, stop - last))
        return [
            self._group_line(place_of[position]) if position in place_of else next(beneath)
            for position in range(start, stop)
        ]

    def _place_at(self, position: int) -> int:
        return int(np.searchsorted(self.heads, position, side="right")) - 1

    def _row_position(self, position: int) -> int | None:
        """Give the position among the shown rows; None for a group's line."""
        place = self._place_at(position)
        return None if int(self.heads[place]) == position else position - place - 1

    def _group_line(self, place: int) -> Line:
        after = int(self.heads[place + 1]) if place + 1 < len(self.heads) else self.count
        sign = _OPEN if after > int(self.heads[place]) + 1 else _CLOSED
        first, *others = self._made[int(self.order[place])]
        return Line(" ", (first._replace(text=f"{sign} {first.text}"), *others))

    def _make(self, entries: Sequence[int]) -> None:
        """Make the cells of groups, once: they are asked for with every move of the cursor."""
        new = [entry for entry in entries if entry not in self._made]
        groups = self.groups.only(np.array(new, np.intp))
        for number, entry in enumerate(new):
            self._made[entry] = tuple(self._cell(shown, groups, number) for shown in self.rows.shown_columns)

    def _cell(self, shown: RowColumn, groups: Groups, entry: int) -> Cell:
        make = self.cells.get(shown.column.id)
        return Cell("", Role.DIM) if make is None else make(groups, self.rows.texts, entry)


def group_column(column: Column) -> Column:
    """Give a column of the connections as it stands above groups: titled for both, sortable where groups can be."""
    if column.id == "state":
        return replace(column, title="sockets", descending_first=True)
    if column.id == "remote":
        column = replace(column, title="states / remote")
    return replace(column, is_sortable=column.id == "local" or column.id in NUMBERS)


def group_word(by: Grouping) -> str:
    """Say in a column's title what groups share."""
    return _TITLE_WORDS.get(by, by.value)


def _connection_columns(columns: Sequence[Column], by: Grouping) -> list[Column]:
    title = f"{group_word(by)} / local"
    above = map(group_column, columns)
    return [replace(column, title=title) if column.id == "local" else column for column in above]


def _busiest(groups: Groups) -> Keys:
    busy = np.nan_to_num(groups.receive_rate) + np.nan_to_num(groups.send_rate)
    return -busy, groups.trouble_rank, -groups.counts, *groups.columns


def by_number(number: Callable[[Groups], F64]) -> Callable[[Groups], Keys]:
    """Sort groups by a number, equal ones by what they share."""
    return lambda groups: (number(groups), *groups.columns)


def _ordered(groups: Groups, sort: Sort, former: GroupsView | None, face: GroupFace) -> Rows:
    make = face.keys.get(sort.column) if sort.column is not None else None
    keys, is_descending = (face.own_keys(groups), False) if make is None else (make(groups), sort.is_descending)
    numbers = np.arange(len(groups), dtype=np.uint64)

    def order_of(some: Rows) -> Rows:
        return order_rows(tuple(key[some] for key in keys), numbers[some], is_descending=is_descending)

    if former is None or former.groups.by is not groups.by:
        return order_rows(keys, numbers, is_descending=is_descending)
    both = [np.concatenate([old, new]) for old, new in zip(former.groups.columns, groups.columns, strict=True)]
    identity = group_rows(tuple(both))[1].astype(np.uint64)
    known = len(former.groups)
    return keep_order(identity[:known][former.order], identity[known:], order_of)


CONNECTION_GROUPS: GroupFace = GroupFace(
    ConnectionsView,
    _connection_columns,
    GROUP_CELLS,
    {
        "local": lambda groups: groups.columns,
        "state": lambda groups: (groups.counts, *groups.columns),
        **{column: by_number(number) for column, number in NUMBERS.items()},
    },
    _busiest,
    ("state", "local", "direction", "remote"),
)
"""Groups of connections."""
