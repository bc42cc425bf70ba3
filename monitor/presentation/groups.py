"""Rows of an interval in groups: how many there are of each, and what they come to together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from monitor.model.sample import F64, Interval
from monitor.model.socket_table import U32, Bools, Rows
from monitor.presentation.connection_cells import idle_seconds
from monitor.presentation.connection_totals import acknowledged_totals, received_totals
from monitor.presentation.group_keys import Grouping, KeyColumns, RowCodes, key_columns, state_codes
from monitor.presentation.sort_words import order_by
from monitor.presentation.sorting import TROUBLE_RANKS, where_known
from monitor.reasoning.columns import group_rows, sum_known

GroupKey = tuple[str | int, ...]
"""("group", the Grouping, and the values that its rows share): the same in every interval."""


@dataclass(frozen=True, eq=False)
class Groups:
    """Groups of the chosen rows; every row is in exactly one. What is summed is computed when first asked for."""

    interval: Interval
    by: Grouping
    rows: Rows
    """The chosen rows of the interval's table; those of one group ascending."""
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

    def only(self, entries: Rows) -> Groups:
        """Give some groups by themselves, numbered from 0 in this order: what they come to costs what they hold."""
        counts = self.counts[entries]
        group = np.repeat(np.arange(len(entries)), counts)
        place = np.arange(len(group)) + np.repeat(self._starts[entries] - np.cumsum(counts) + counts, counts)
        return Groups(self.interval, self.by, self._by_group[place], group, tuple(key[entries] for key in self.columns))

    @cached_property
    def receive_rate(self) -> F64:
        """Bytes per second received, summed over the rows that have a rate; NaN where none has."""
        return self._sum(self.interval.receive_rate[self.rows].astype(np.float64))

    @cached_property
    def send_rate(self) -> F64:
        """Bytes per second acknowledged by the peers, likewise."""
        return self._sum(self.interval.send_rate[self.rows].astype(np.float64))

    @cached_property
    def received_total(self) -> F64:
        """Payload received since the connections opened; NaN where that is known of none."""
        return self._sum(received_totals(self.interval, self.rows))

    @cached_property
    def acknowledged_total(self) -> F64:
        """Payload acknowledged by the peers, likewise."""
        return self._sum(acknowledged_totals(self.interval, self.rows))

    @cached_property
    def recv_q(self) -> F64:
        """Bytes that programs have not read; NaN where a group has listeners only, whose queues are other things."""
        return self._sum(self._queue(self.interval.table.recv_q))

    @cached_property
    def send_q(self) -> F64:
        """Bytes that peers have not acknowledged, likewise."""
        return self._sum(self._queue(self.interval.table.send_q))

    @cached_property
    def retransmit_share(self) -> F64:
        """Segments sent again of all that were sent, since the connections opened: 0 to 1; NaN where unknown."""
        table, rows = self.interval.table, self.rows
        is_known = (table.knows("segs_out") & table.is_pair)[rows]
        resent = self._sum(where_known(table.total_retrans[rows], is_known))
        return resent / np.maximum(self._sum(where_known(table.segs_out[rows], is_known)), 1)

    @cached_property
    def worst_rtt_us(self) -> F64:
        """The longest round trip time among a group's rows; NaN where none is known."""
        table, rows = self.interval.table, self.rows
        rtt = table.rtt_us[rows]
        return self._joined(np.fmax, where_known(rtt, (table.knows("rtt_us") & table.is_pair)[rows] & (rtt > 0)))

    @cached_property
    def idle_s(self) -> F64:
        """Seconds since data last passed on any of a group's rows; NaN where unknown."""
        return self._joined(np.fmin, idle_seconds(self.interval, self.rows))

    @cached_property
    def trouble_rank(self) -> npt.NDArray[np.uint8]:
        """How far up the worst state of a group stands that something is wrong with; 0 is the worst of all."""
        return self._joined(np.minimum, TROUBLE_RANKS[self.interval.table.state[self.rows]])

    def state_counts(self, entry: int) -> dict[tuple[int, int], int]:
        """Count a group's living rows by (protocol, state); states of one name count as one."""
        members = self.members(entry)
        living = members[np.isnan(self.interval.closed_at[members])]
        counts = np.bincount(state_codes(self.interval, living).astype(np.int64))
        codes = np.flatnonzero(counts)
        return {divmod(code, 256): count for code, count in zip(codes.tolist(), counts[codes].tolist(), strict=True)}

    def closed_count(self, entry: int) -> int:
        """Count a group's rows that are closed and still shown for a moment."""
        return int(np.count_nonzero(~np.isnan(self.interval.closed_at[self.members(entry)])))

    def different(self, codes: RowCodes, entry: int) -> int:
        """Count how many different numbers a group's rows have."""
        values = codes(self.interval, self.members(entry))
        return 1 if bool((values == values[0]).all()) else len(np.unique(values))

    @cached_property
    def _order(self) -> Rows:
        """Positions in `rows`, group after group."""
        return order_by([(self.group, False), (self.rows, False)])

    @cached_property
    def _by_group(self) -> Rows:
        return self.rows[self._order]

    @cached_property
    def _starts(self) -> Rows:
        return np.concatenate(([0], np.cumsum(self.counts)))

    def _queue(self, waiting: U32) -> F64:
        # A listener has its accept queue and backlog in these fields.
        return where_known(waiting[self.rows], ~self.interval.table.is_listener[self.rows])

    def _sum(self, values: F64) -> F64:
        return sum_known(self.group, values, len(self))

    def _joined(self, ufunc: np.ufunc, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Join the values of each group by a function of two; no group is empty."""
        joined: npt.NDArray[Any] = ufunc.reduceat(values[self._order], self._starts[:-1]) if len(values) else values
        return joined
