"""Columns as what changed in them since they last crossed. Both ends remember what crossed.

Most sockets are where they were, and most of their numbers are what they were. A table crosses as runs of rows that
followed one another before, and then each column as nothing, as the rows that differ, or whole, whichever is least.

    runs       (place of the first row in the table before, number of rows), two u32 each; NEW for rows that are new
    a column   nothing, where no row differs
               the rows that differ, u32 each, and their values
               WHOLE: all values
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from monitor.errors import WireError
from monitor.model.places import find_places
from monitor.model.socket_table import U64, Rows
from monitor.sampling.frame_body import FrameBody, number_type
from monitor.sampling.messages import WHOLE, ColumnBytes

Columns = Mapping[str, npt.NDArray[np.generic]]
NEW = 0xFFFF_FFFF
"""In place of a row's former place."""
MOST_ROWS = 1 << 20
"""More than a frame of whole columns could hold."""
_U32 = np.dtype("<u4")


@dataclass(frozen=True, slots=True)
class ColumnChanges:
    """A table ready to cross."""

    runs: int
    """0 where every row is where it was, or every column is whole."""
    columns: list[ColumnBytes]
    parts: list[npt.NDArray[np.generic]]
    """The body, in order; arrays without gaps."""


@dataclass(slots=True)
class ColumnSender:
    """The sending end for the tables of one kind."""

    _former: Columns = field(default_factory=dict)
    _keys: U64 = field(default_factory=lambda: np.zeros(0, np.uint64))

    def encode(self, columns: Columns, keys: U64) -> ColumnChanges:
        """Say how a table differs from the one before.

        Args:
            columns: by name; the same names each time, all of one length. Not to be written to any more.
            keys: a number for each row that names it in every table.
        """
        places = find_places(self._keys, keys)
        runs = _runs(places, len(self._keys))
        former = self._former or {name: values[:0] for name, values in columns.items()}
        self._former, self._keys = columns, keys
        if not len(keys) or 2 * len(runs) > len(keys):
            whole = [ColumnBytes(name, values.dtype.str) for name, values in columns.items()]
            return ColumnChanges(0, whole, [np.ascontiguousarray(values) for values in columns.values()])
        heads: list[ColumnBytes] = []
        parts: list[npt.NDArray[np.generic]] = [runs.astype(_U32).ravel()]
        for name, values in columns.items():
            changed = np.flatnonzero(values != _carried(former[name], places, is_moved=len(runs) > 0))
            is_whole = len(changed) * (_U32.itemsize + values.itemsize) >= values.nbytes > 0
            heads.append(ColumnBytes(name, values.dtype.str, WHOLE if is_whole else len(changed)))
            parts += [np.ascontiguousarray(values)] if is_whole else [changed.astype(_U32), values[changed]]
        return ColumnChanges(len(runs), heads, parts)


@dataclass(slots=True)
class ColumnReceiver:
    """The receiving end for the tables of one kind, whose columns have these types."""

    types: Mapping[str, np.dtype[np.generic]]
    _former: Columns = field(default_factory=dict)
    _rows: int = 0

    def decode(
        self, rows: int, runs: int, heads: Sequence[ColumnBytes], body: FrameBody
    ) -> dict[str, npt.NDArray[Any]]:
        """Make the columns; one in which nothing changed is the very array of the table before.

        Raises:
            WireError: the body does not hold what the heads say, or a column is missing or of another type.
        """
        if not 0 <= rows <= MOST_ROWS:
            raise WireError(f"a frame of {rows:,} rows")
        places = _places(body.take(_U32, 2 * runs).reshape(-1, 2), rows, self._rows) if runs else None
        found: dict[str, npt.NDArray[Any]] = {}
        for head in heads:
            dtype, expected = number_type(head), self.types.get(head.name)
            if expected not in (None, dtype):
                raise WireError(f"column {head.name[:40]!r} of a frame has the type {dtype}")
            # One that this program does not know is read all the same: the next one stands behind it.
            former = self._former.get(head.name, np.zeros(self._rows, dtype))
            values = _column(head.changed, former, rows, places, body)
            if expected is not None:
                found[head.name] = values
        missing = [name for name in self.types if name not in found]
        if missing:
            raise WireError(f"a frame lacks the column {missing[0]}")
        self._former, self._rows = found, rows
        return found


def _column(number: int, former: npt.NDArray[Any], rows: int, places: Rows | None, body: FrameBody) -> npt.NDArray[Any]:
    """Read a column, of which so many rows or all crossed."""
    if number == WHOLE:
        # A copy: one column that stays must not keep the whole frame.
        return body.take(former.dtype, rows).copy()
    changed, values = body.take(_U32, number), body.take(former.dtype, number)
    if (changed >= rows).any() or (places is None and len(former) != rows):
        raise WireError("a frame changes rows that are not there")
    carried = former if places is None else _carried(former, places, is_moved=True)
    if not len(changed):
        return carried
    carried = carried.copy() if carried is former else carried
    carried[changed] = values
    return carried


def _carried(former: npt.NDArray[Any], places: Rows, *, is_moved: bool) -> npt.NDArray[Any]:
    """Bring a column into the order of the newer rows, 0 for new ones."""
    if not is_moved:
        return former
    carried = former.take(places, mode="clip") if len(former) else np.zeros(len(places), former.dtype)
    carried[places < 0] = 0
    return carried


def _runs(places: Rows, former_rows: int) -> npt.NDArray[np.int64]:
    """Give (place, length) of each run; none where every row is where it was."""
    if len(places) == former_rows and np.array_equal(places, np.arange(former_rows)):
        return np.zeros((0, 2), np.int64)
    is_next = np.where(places[:-1] < 0, places[1:] < 0, places[1:] == places[:-1] + 1)
    firsts = np.append(np.zeros(min(1, len(places)), np.intp), np.flatnonzero(~is_next) + 1)
    lengths = np.diff(firsts, append=len(places))
    return np.stack([np.where(places[firsts] < 0, NEW, places[firsts]), lengths], axis=1)


def _places(runs: npt.NDArray[np.uint32], rows: int, former_rows: int) -> Rows:
    """Give each row's former place; -1 for a new one."""
    firsts, lengths = runs[:, 0].astype(np.int64), runs[:, 1].astype(np.int64)
    is_new = firsts == NEW
    if lengths.sum() != rows or (firsts + lengths > former_rows)[~is_new].any():
        raise WireError("the rows in a frame are not those that its head says")
    within = np.arange(rows) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return np.where(np.repeat(is_new, lengths), -1, np.repeat(firsts, lengths) + within)
