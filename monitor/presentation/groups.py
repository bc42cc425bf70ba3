"""Rows of an interval in groups: how many there are of each, and what they come to together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from monitor.model.sample import F64, Interval
from monitor.model.socket_table import U32, U64, Bools, Rows, SocketTable
from monitor.presentation.connection_columns import idle_seconds
from monitor.presentation.group_keys import Grouping, KeyColumns, key_columns, state_codes, user_marks
from monitor.presentation.sort_words import order_by
from monitor.presentation.sorting import TROUBLE_RANKS, where_known
from monitor.reasoning.columns import group_rows
from monitor.reasoning.holders import Holders

GroupKey = tuple[str | int, ...]
"""("group", the Grouping, and the values that its rows share): the same in every interval."""


@dataclass(frozen=True, eq=False)
class Groups:
    """Groups of the chosen rows; every row is in exactly one. What is summed is computed when first asked for."""

    interval: Interval
    by: Grouping
    rows: Rows
    """The chosen rows of the interval's table, ascending."""
    group: Rows
    """For each of `rows` the number of its group."""
    columns: KeyColumns
    """What names each group, an entry per group; see group_keys."""

    @classmethod
    def of(cls, interval: Interval, chosen: Bools, by: Grouping) -> Groups:
        """Group the chosen rows.

        Args:
            interval: What the rows are taken from.
            chosen: One entry per row of the interval's table.
            by: What the rows of a group share.
        """
        rows = np.flatnonzero(chosen)
        columns = key_columns(interval, rows, by)
        first, group = group_rows(columns)
        return cls(interval, by, rows, group, tuple(column[first] for column in columns))

    def __len__(self) -> int:
        return len(self.columns[0])

    def key(self, entry: int) -> GroupKey:
        """Give the identity of a group."""
        return ("group", self.by.value, *(int(column[entry]) for column in self.columns))

    def entry_of(self, key: object) -> int | None:
        """Find the group of a key; None where it has no rows now or was made by another grouping."""
        kind = ("group", self.by.value)
        if not isinstance(key, tuple) or key[:2] != kind or len(key) != len(kind) + len(self.columns):
            return None
        is_it = np.ones(len(self), np.bool_)
        for column, value in zip(self.columns, key[len(kind) :], strict=True):
            is_it &= column == np.uint64(value)
        hits = np.flatnonzero(is_it)
        return int(hits[0]) if len(hits) else None

    @cached_property
    def first_pid(self) -> U32:
        """For each row of the interval's table its first process; 0 where none is known."""
        return Holders.of(self.interval).first_pid()

    @cached_property
    def user_mark(self) -> U64:
        """For each row of the interval's table its user id and 1; 0 where the kernel keeps none."""
        return user_marks(self.interval, np.arange(len(self.interval.table)))

    @cached_property
    def group_of_row(self) -> Rows:
        """For each row of the interval's table the number of its group; -1 for rows that were not chosen."""
        group = np.full(len(self.interval.table), -1, np.intp)
        group[self.rows] = self.group
        return group

    def members(self, entry: int) -> Rows:
        """Give a group's rows of the interval's table, ascending."""
        return self._by_group[self._starts[entry] : self._starts[entry + 1]]

    def first_row(self, entry: int) -> int:
        """Give a group's first row, which has whatever they all share."""
        return int(self._by_group[self._starts[entry]])

    @cached_property
    def counts(self) -> npt.NDArray[np.intp]:
        """Number of rows of each group, closed ones that are still shown included."""
        return np.bincount(self.group, minlength=len(self))

    @cached_property
    def receive_rate(self) -> F64:
        """Bytes per second received, summed over the rows that have a rate; NaN where none has."""
        return self._sum(self.interval.receive_rate)

    @cached_property
    def send_rate(self) -> F64:
        """Bytes per second acknowledged by the peers, likewise."""
        return self._sum(self.interval.send_rate)

    @cached_property
    def recv_q(self) -> F64:
        """Bytes that programs have not read; NaN where a group has listeners only, whose queues are other things."""
        return self._sum(_queue(self.interval.table, self.interval.table.recv_q))

    @cached_property
    def send_q(self) -> F64:
        """Bytes that peers have not acknowledged, likewise."""
        return self._sum(_queue(self.interval.table, self.interval.table.send_q))

    @cached_property
    def retransmit_share(self) -> F64:
        """Segments sent again of all that were sent, since the connections opened: 0 to 1; NaN where unknown."""
        table = self.interval.table
        is_known = table.knows("segs_out") & table.is_pair
        sent = self._sum(where_known(table.segs_out, is_known))
        return self._sum(where_known(table.total_retrans, is_known)) / np.maximum(sent, 1)

    @cached_property
    def worst_rtt_us(self) -> F64:
        """The longest round trip time among a group's rows; NaN where none is known."""
        table = self.interval.table
        is_known = table.knows("rtt_us") & table.is_pair & (table.rtt_us > 0)
        return self._reduced(np.fmax, where_known(table.rtt_us, is_known))

    @cached_property
    def idle_s(self) -> F64:
        """Seconds since data last passed on any of a group's rows; NaN where unknown."""
        return self._reduced(np.fmin, idle_seconds(self.interval, np.arange(len(self.interval.table))))

    @cached_property
    def trouble_rank(self) -> npt.NDArray[np.uint8]:
        """How far up the worst state of a group stands that something is wrong with; 0 is the worst of all."""
        return self._reduced(np.minimum, TROUBLE_RANKS[self.interval.table.state])

    def state_counts(self, entry: int) -> dict[tuple[int, int], int]:
        """Count a group's living rows by (protocol, state); states of one name count as one."""
        members = self.members(entry)
        counts = np.bincount(self._state_codes[members[np.isnan(self.interval.closed_at[members])]])
        codes = np.flatnonzero(counts)
        return {divmod(code, 256): count for code, count in zip(codes.tolist(), counts[codes].tolist(), strict=True)}

    def closed_count(self, entry: int) -> int:
        """Count a group's rows that are closed and still shown for a moment."""
        return int(np.count_nonzero(~np.isnan(self.interval.closed_at[self.members(entry)])))

    def different(self, codes: npt.NDArray[np.generic], entry: int) -> int:
        """Count how many different ones of some numbers, one for each row of the table, a group's rows have."""
        values = codes[self.members(entry)]
        return 1 if bool((values == values[0]).all()) else len(np.unique(values))

    @cached_property
    def _state_codes(self) -> npt.NDArray[np.int64]:
        return state_codes(self.interval, np.arange(len(self.interval.table))).astype(np.int64)

    @cached_property
    def _by_group(self) -> Rows:
        return self.rows[order_by([(self.group, False), (self.rows, False)])]

    @cached_property
    def _starts(self) -> Rows:
        return np.concatenate(([0], np.cumsum(self.counts)))

    def _sum(self, values: npt.NDArray[np.floating[Any]]) -> F64:
        """Sum the known values, one for each row of the table, over each group; NaN where none is known."""
        sums = self._reduced(np.add, np.nan_to_num(values.astype(np.float64)))
        return np.where(self._reduced(np.logical_and, np.isnan(values)), np.nan, sums)

    def _reduced(self, ufunc: np.ufunc, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Join the values of each group by a function of two; of fmin and fmax NaN is NaN where all are."""
        if not len(self):
            return values[:0]
        reduced: npt.NDArray[Any] = ufunc.reduceat(values[self._by_group], self._starts[:-1])
        return reduced


def _queue(table: SocketTable, waiting: U32) -> F64:
    # A listener has its accept queue and backlog in these fields.
    return where_known(waiting, ~table.is_listener)
