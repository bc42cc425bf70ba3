"""Filters: a line, its tree, and the rows of an interval that it chooses.

What is not known is never chosen, and `not` leaves it unknown (Kleene's logic). A search for text looks at the words
that are there and always has an answer.
"""

from __future__ import annotations

from functools import lru_cache, singledispatch

import numpy as np

from monitor.model.sample import DIRECTION_ACCEPTED, DIRECTION_DIALLED, DIRECTION_UNKNOWN, Interval
from monitor.model.socket_table import Bools
from monitor.presentation import filter_name_truth, filter_place_truth
from monitor.presentation.event_interval import EventInterval
from monitor.presentation.filter_description import describe
from monitor.presentation.filter_measures import measured
from monitor.presentation.filter_parser import parse
from monitor.presentation.filter_tree import (
    And,
    DirectionIs,
    Everything,
    FamilyIs,
    Filter,
    HasTrouble,
    IsAutobound,
    LeavesElsewhere,
    MarkIs,
    Not,
    NumberIs,
    Or,
    ProtocolIs,
    ReachIs,
    StateIn,
    StateIs,
    Text,
)
from monitor.presentation.filter_truth import Truth, known, known_where
from monitor.presentation.listener_cells import REACH_WORDS
from monitor.presentation.row_marks import is_in_trouble
from monitor.presentation.row_search import RowSearch
from monitor.reasoning.reach import LOOPBACK, reach_of

__all__ = ["Filter", "describe", "mask", "mask_in", "parse"]


def mask(tree: Filter, interval: Interval) -> Bools:
    """Choose the rows of `interval.table` that are known to fulfil the filter: one entry per row."""
    return mask_in(tree, _search(interval))


def mask_in(tree: Filter, rows: RowSearch) -> Bools:
    """Choose likewise among rows that are searched in a way of their own."""
    return _truth(tree, rows).is_true


# Every letter that is typed asks the same interval again, and so does every pane.
_search = lru_cache(maxsize=1)(RowSearch)


@singledispatch
def _truth(tree: Filter, _rows: RowSearch) -> Truth:
    raise TypeError(tree)


for _answer in (*filter_place_truth.ANSWERS, *filter_name_truth.ANSWERS):
    _truth.register(_answer)


@_truth.register
def _everything(_tree: Everything, rows: RowSearch) -> Truth:
    return known(np.ones(len(rows.table), np.bool_))


@_truth.register
def _and(tree: And, rows: RowSearch) -> Truth:
    is_true, is_false = np.ones(len(rows.table), np.bool_), np.zeros(len(rows.table), np.bool_)
    for part in tree.parts:
        answer = _truth(part, rows)
        is_true &= answer.is_true
        is_false |= answer.is_false
    return Truth(is_true, is_false)


@_truth.register
def _or(tree: Or, rows: RowSearch) -> Truth:
    opposite = _and(And(tuple(Not(part) for part in tree.parts)), rows)
    return Truth(opposite.is_false, opposite.is_true)


@_truth.register
def _not(tree: Not, rows: RowSearch) -> Truth:
    answer = _truth(tree.part, rows)
    return Truth(answer.is_false, answer.is_true)


@_truth.register
def _text(tree: Text, rows: RowSearch) -> Truth:
    return known(rows.rows_with(tree.needle))


@_truth.register
def _state_is(tree: StateIs, rows: RowSearch) -> Truth:
    return known(rows.rows_in_state(tree.name))


@_truth.register
def _state_in(tree: StateIn, rows: RowSearch) -> Truth:
    return known(rows.rows_in_states(tree.names))


@_truth.register
def _protocol_is(tree: ProtocolIs, rows: RowSearch) -> Truth:
    return known(rows.table.protocol == tree.protocol)


@_truth.register
def _family_is(tree: FamilyIs, rows: RowSearch) -> Truth:
    return known(rows.table.family == tree.family)


@_truth.register
def _number_is(tree: NumberIs, rows: RowSearch) -> Truth:
    return Truth(*measured(tree, rows.interval))


@_truth.register
def _mark_is(tree: MarkIs, rows: RowSearch) -> Truth:
    return known_where(rows.table.has_mark, (rows.table.mark & np.uint32(tree.mask)) == tree.mark)


@_truth.register
def _reach_is(tree: ReachIs, rows: RowSearch) -> Truth:
    table = rows.table
    waiting = np.flatnonzero(table.is_listener | table.is_udp_unconnected)
    reach = reach_of(table, waiting, rows.interval.sample.network.links)
    found = np.zeros(len(table), np.bool_)
    found[waiting[reach == REACH_WORDS.index(tree.reach.value)]] = True
    # What is bound to the loopback interface is reached from here alone, on whatever address.
    hangs_on_device = np.zeros(len(table), np.bool_)
    hangs_on_device[waiting[reach != LOOPBACK]] = True
    return known_where(table.knows_device | ~hangs_on_device, found)


@_truth.register
def _is_autobound(_tree: IsAutobound, rows: RowSearch) -> Truth:
    ports = rows.interval.sample.host_facts.port_range
    everywhere = np.ones(len(rows.table), np.bool_)
    if ports is None:
        return known_where(~everywhere, everywhere)
    return known((rows.table.local_port >= ports[0]) & (rows.table.local_port <= ports[1]))


@_truth.register
def _has_trouble(_tree: HasTrouble, rows: RowSearch) -> Truth:
    if isinstance(rows.interval, EventInterval):
        nowhere = np.zeros(len(rows.table), np.bool_)
        return known_where(nowhere, nowhere)
    return known(is_in_trouble(rows.interval))


@_truth.register
def _direction_is(tree: DirectionIs, rows: RowSearch) -> Truth:
    wanted = DIRECTION_ACCEPTED if tree.is_accepted else DIRECTION_DIALLED
    direction = rows.interval.direction
    return known_where(direction != DIRECTION_UNKNOWN, direction == wanted)


@_truth.register
def _leaves_elsewhere(_tree: LeavesElsewhere, rows: RowSearch) -> Truth:
    egress = rows.interval.egress
    if egress is None:
        return known_where(np.zeros(len(rows.table), np.bool_), np.zeros(len(rows.table), np.bool_))
    return known_where(egress.is_known, egress.is_elsewhere)
