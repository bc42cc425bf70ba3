"""What must be asked to judge every connection's way, each question once however many connections put it.

An accepted connection did not choose its local address: its route is asked with that address as source. Who dialled
got the address from the route, or bound it: asked likewise, and unbound as well. An address that no interface has may
still be this host's by a route (AnyIP): then it is asked for itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.model.egress import NOT_KNOWN, Egress
from monitor.model.sample import DIRECTION_DIALLED, Interval
from monitor.model.socket_table import U64, Bools, Rows
from monitor.model.tcp import PROTOCOL_TCP
from monitor.model.ways import WAY_QUESTION, Records, words_of
from monitor.reasoning.interfaces import NO_INTERFACE
from monitor.reasoning.sharing import is_open

_FACTOR = np.uint64(0x9E37_79B9_7F4A_7C15)
_SHIFT = np.uint64(29)
_LINK_LOCAL_BITS, _LINK_LOCAL_SHIFT = np.uint64(0xFE80 >> 6), np.uint64(54)


@dataclass(frozen=True, slots=True, eq=False)
class QuestionNumbers:
    """Which questions each row puts: their numbers, -1 for none."""

    bound: Rows
    """With the row's own address as source."""
    unbound: Rows
    """As if it were dialled today."""
    held: Rows
    """Whether the row's own address is local though no interface has it."""

    @classmethod
    def none(cls, rows: int) -> QuestionNumbers:
        """Make those of rows that put no question."""
        return cls(*(np.full(rows, -1) for _ in range(3)))

    @property
    def columns(self) -> tuple[Rows, Rows, Rows]:
        """The fields in their order."""
        return self.bound, self.unbound, self.held

    def take(self, rows: Rows) -> QuestionNumbers:
        """Give some rows, in that order."""
        return QuestionNumbers(*(column[rows] for column in self.columns))

    def with_rows(self, rows: Rows, others: QuestionNumbers) -> QuestionNumbers:
        """Exchange some rows for others, given in the same order."""
        columns = [column.copy() for column in self.columns]
        for column, other in zip(columns, others.columns, strict=True):
            column[rows] = other
        return QuestionNumbers(*columns)

    def renumbered(self, numbers: Rows) -> QuestionNumbers:
        """Give each question, by its number, another one."""
        with_none = np.append(numbers, -1)
        return QuestionNumbers(*(with_none[column] for column in self.columns))

    def are_any_of(self, is_meant: Bools) -> Bools:
        """Tell which rows put a question that is meant, by its number."""
        with_none = np.append(is_meant, np.False_)
        meant: Bools = with_none[self.bound] | with_none[self.unbound] | with_none[self.held]
        return meant

    def are_put(self, questions: int) -> Bools:
        """Tell which of so many questions any row puts."""
        put = np.zeros(questions + 1, np.bool_)
        for column in self.columns:
            put[column] = True
        return put[:-1]


@dataclass(frozen=True, slots=True, eq=False)
class EgressQuestions:
    """The different questions of some rows, and which of them each row puts."""

    records: Records
    """WAY_QUESTION."""
    keys: U64
    """A number for each record, the same in every interval; two records rarely share one."""
    numbers: QuestionNumbers
    """Into the records."""


def egress_questions(interval: Interval, former: Egress) -> EgressQuestions:
    """Put the questions about all rows that send something; none before the rules were read.

    Args:
        interval: the rows.
        former: what was known of these very rows before.
    """
    table, rows = interval.table, np.flatnonzero(_sends(interval))
    own = _records(interval, former, rows)
    is_dialled = interval.direction[rows] == DIRECTION_DIALLED
    open_ones = own[is_dialled].copy()
    open_ones["source_high"] = open_ones["source_low"] = open_ones["source_port"] = 0
    is_unlisted = interval.interface[rows] == NO_INTERFACE
    held = np.zeros(np.count_nonzero(is_unlisted), WAY_QUESTION)
    held["remote_high"], held["remote_low"] = own["source_high"][is_unlisted], own["source_low"][is_unlisted]
    held["protocol"] = PROTOCOL_TCP
    first, number, keys = _distinct(everything := np.concatenate((own, open_ones, held)))
    bound, unbound, is_held = np.split(number, (len(own), len(own) + len(open_ones)))
    return EgressQuestions(
        everything[first],
        keys,
        QuestionNumbers(
            _spread(len(table), rows, bound),
            _spread(len(table), rows[is_dialled], unbound),
            _spread(len(table), rows[is_unlisted], is_held),
        ),
    )


def hides_selector(interval: Interval) -> Bools:
    """Rows of which a rule may look at something that could not be read."""
    table, selectors = interval.table, interval.sample.network.rule_selectors
    is_ownerless = (table.inode == 0) & (table.uid == 0)
    # To set a mark takes CAP_NET_ADMIN, which sockets of other users than root hardly ever had.
    may_be_marked = ~table.has_mark & (table.uid == 0)
    hidden: Bools = (selectors.mark & may_be_marked) | (selectors.uid & is_ownerless) | np.bool_(selectors.tos)
    return hidden


def _sends(interval: Interval) -> Bools:
    table = interval.table
    # Without its interface a link-local address names no place; such sockets are bound to one (tcp_v6_connect).
    is_placed = (table.device != 0) | ((table.remote_high >> _LINK_LOCAL_SHIFT) != _LINK_LOCAL_BITS)
    sends: Bools = table.is_pair & is_open(interval) & is_placed & np.bool_(interval.sample.network.has_rules)
    return sends


def _records(interval: Interval, former: Egress, rows: Rows) -> Records:
    table, selectors = interval.table, interval.sample.network.rule_selectors
    asked = np.zeros(len(rows), WAY_QUESTION)
    for side, name in (("remote", "remote"), ("source", "local")):
        for part in ("high", "low"):
            asked[f"{side}_{part}"] = getattr(table, f"{name}_{part}")[rows]
    asked["device"] = table.device[rows]
    was = former_way(interval, former)[rows]
    asked["owner"] = np.where(was > 0, was, 0)
    asked["protocol"] = table.protocol[rows] if selectors.protocol or selectors.ports else PROTOCOL_TCP
    if selectors.ports:
        asked["source_port"], asked["remote_port"] = table.local_port[rows], table.remote_port[rows]
    if selectors.mark:
        asked["mark"] = table.mark[rows]
    if selectors.uid:
        asked["uid"] = table.uid[rows]
    return asked


def former_way(interval: Interval, former: Egress) -> Rows:
    """Give the interface by which each row left when it was opened, where that was seen; else its own."""
    return np.where(former.opened_by != NOT_KNOWN, former.opened_by, interval.interface).astype(np.intp)


def _distinct(records: Records) -> tuple[Rows, Rows, U64]:
    """Give the first of equal records, for each record the number of its like, and a key for each number."""
    words = words_of(records)
    keys = np.zeros(len(records), np.uint64)
    for word in words.T:
        keys = (keys ^ word) * _FACTOR
        keys ^= keys >> _SHIFT
    found, first, number = np.unique(keys, return_index=True, return_inverse=True)
    if not np.array_equal(words[first][number], words):
        # Two different records met in one key: sort the records themselves, and give up their keys.
        _, first, number = np.unique(words, axis=0, return_index=True, return_inverse=True)
        found = keys[first]
    return first, number.reshape(-1), found


def _spread(size: int, rows: Rows, numbers: Rows) -> Rows:
    spread = np.full(size, -1, np.intp)
    spread[rows] = numbers
    return spread
