"""Filters: a line, its tree, and the rows of an interval that it chooses.

Three answers, not two: a row fulfils a condition, does not, or it is not known. What is not known is never chosen, and
`not` leaves it unknown (Kleene's logic). A search for text looks at the words that are there and always has an answer.
"""

from __future__ import annotations

import fnmatch
import re
import socket
from collections.abc import Callable
from functools import lru_cache, singledispatch
from typing import NamedTuple

import numpy as np

from monitor.model.endpoint import address_words
from monitor.model.sample import DIRECTION_ACCEPTED, DIRECTION_DIALLED, DIRECTION_UNKNOWN, Interval
from monitor.model.socket_table import Bools, SocketTable
from monitor.presentation.event_interval import EventInterval
from monitor.presentation.filter_description import describe
from monitor.presentation.filter_measures import measured
from monitor.presentation.filter_parser import parse
from monitor.presentation.filter_tree import (
    AddressIn,
    And,
    DeviceIs,
    DirectionIs,
    EndpointIs,
    Everything,
    FamilyIs,
    Filter,
    GroupIs,
    HasTrouble,
    InterfaceIs,
    IsAutobound,
    LeavesElsewhere,
    MarkIs,
    Name,
    NameMatches,
    Not,
    NumberIs,
    Or,
    PidIs,
    PortIn,
    PortIs,
    ProcessContains,
    ProtocolIs,
    ReachIs,
    Side,
    StateIn,
    StateIs,
    Text,
    UserIs,
)
from monitor.presentation.listener_cells import REACH_WORDS
from monitor.presentation.row_marks import is_in_trouble
from monitor.presentation.row_search import RowSearch, text_of
from monitor.presentation.unit_names import names_in
from monitor.reasoning.address_ranges import is_in
from monitor.reasoning.interfaces import NO_INTERFACE
from monitor.reasoning.reach import reach_of

__all__ = ["Filter", "describe", "mask", "mask_in", "parse"]

_IPV4 = 4


def mask(tree: Filter, interval: Interval) -> Bools:
    """Choose the rows of `interval.table` that are known to fulfil the filter: one entry per row."""
    return mask_in(tree, _search(interval))


def mask_in(tree: Filter, rows: RowSearch) -> Bools:
    """Choose likewise among rows that are searched in a way of their own."""
    return _truth(tree, rows).is_true


# Every letter that is typed asks the same interval again, and so does every pane.
_search = lru_cache(maxsize=1)(RowSearch)


class _Truth(NamedTuple):
    """The answers for all rows; where both are false it is not known."""

    is_true: Bools
    is_false: Bools


def _known(is_true: Bools) -> _Truth:
    return _Truth(is_true, ~is_true)


def _known_where(known: Bools, is_true: Bools) -> _Truth:
    return _Truth(is_true & known, ~is_true & known)


@singledispatch
def _truth(tree: Filter, _rows: RowSearch) -> _Truth:
    raise TypeError(tree)


@_truth.register
def _everything(_tree: Everything, rows: RowSearch) -> _Truth:
    return _known(np.ones(len(rows.table), np.bool_))


@_truth.register
def _and(tree: And, rows: RowSearch) -> _Truth:
    is_true, is_false = np.ones(len(rows.table), np.bool_), np.zeros(len(rows.table), np.bool_)
    for part in tree.parts:
        answer = _truth(part, rows)
        is_true &= answer.is_true
        is_false |= answer.is_false
    return _Truth(is_true, is_false)


@_truth.register
def _or(tree: Or, rows: RowSearch) -> _Truth:
    opposite = _and(And(tuple(Not(part) for part in tree.parts)), rows)
    return _Truth(opposite.is_false, opposite.is_true)


@_truth.register
def _not(tree: Not, rows: RowSearch) -> _Truth:
    answer = _truth(tree.part, rows)
    return _Truth(answer.is_false, answer.is_true)


@_truth.register
def _text(tree: Text, rows: RowSearch) -> _Truth:
    return _known(rows.rows_with(tree.needle))


@_truth.register
def _state_is(tree: StateIs, rows: RowSearch) -> _Truth:
    return _known(rows.rows_in_state(tree.name))


@_truth.register
def _state_in(tree: StateIn, rows: RowSearch) -> _Truth:
    return _known(rows.rows_in_states(tree.names))


@_truth.register
def _protocol_is(tree: ProtocolIs, rows: RowSearch) -> _Truth:
    return _known(rows.table.protocol == tree.protocol)


@_truth.register
def _family_is(tree: FamilyIs, rows: RowSearch) -> _Truth:
    return _known(rows.table.family == tree.family)


@_truth.register
def _port_is(tree: PortIs, rows: RowSearch) -> _Truth:
    table = rows.table
    return _known(_at_side(tree.side, table.local_port == tree.port, table.remote_port == tree.port, table))


@_truth.register
def _port_in(tree: PortIn, rows: RowSearch) -> _Truth:
    table = rows.table
    local = (table.local_port >= tree.first) & (table.local_port <= tree.last)
    remote = (table.remote_port >= tree.first) & (table.remote_port <= tree.last)
    return _known(_at_side(tree.side, local, remote, table))


@_truth.register
def _address_in(tree: AddressIn, rows: RowSearch) -> _Truth:
    table, network = rows.table, tree.network
    local = is_in(network, table.local_high, table.local_low)
    remote = is_in(network, table.remote_high, table.remote_low)
    return _known(_at_side(tree.side, local, remote, table) & _has_family(network.version, table))


@_truth.register
def _endpoint_is(tree: EndpointIs, rows: RowSearch) -> _Truth:
    table, endpoint = rows.table, tree.endpoint
    high, low = map(np.uint64, address_words(endpoint.address))
    local = (table.local_high == high) & (table.local_low == low) & (table.local_port == endpoint.port)
    remote = (table.remote_high == high) & (table.remote_low == low) & (table.remote_port == endpoint.port)
    found = _at_side(tree.side, local, remote, table) & _has_family(endpoint.address.version, table)
    if endpoint.zone is not None:
        found &= np.isin(table.device, rows.interfaces(lambda name: name == endpoint.zone))
    return _known(found)


@_truth.register
def _pid_is(tree: PidIs, rows: RowSearch) -> _Truth:
    return _known_where(rows.is_ownership_known, rows.rows_of_processes(lambda process: process.pid == tree.pid))


@_truth.register
def _process_contains(tree: ProcessContains, rows: RowSearch) -> _Truth:
    needle = tree.needle.casefold()
    found = rows.rows_of_processes(lambda process: needle in text_of(process.name).casefold())
    return _known_where(rows.is_ownership_known, found)


@_truth.register
def _user_is(tree: UserIs, rows: RowSearch) -> _Truth:
    return _known_where(rows.has_user, rows.rows_of_users(lambda uid, name: tree.name in (name, str(uid))))


@_truth.register
def _interface_is(tree: InterfaceIs, rows: RowSearch) -> _Truth:
    return _belonging(rows, lambda name: name == tree.name)


@_truth.register
def _device_is(tree: DeviceIs, rows: RowSearch) -> _Truth:
    device = rows.table.device
    if tree.name.isdecimal():
        return _known(device == int(tree.name))
    return _bound(rows, lambda name: name == tree.name)


@_truth.register
def _name_matches(tree: NameMatches, rows: RowSearch) -> _Truth:
    matches = _pattern(tree.pattern)
    match tree.name:
        case Name.PROCESS:
            found = rows.rows_of_processes(lambda process: matches(text_of(process.name)))
            return _known_where(rows.is_ownership_known, found)
        case Name.USER:
            found = rows.rows_of_users(lambda uid, name: matches(str(uid)) or (name is not None and matches(name)))
            return _known_where(rows.has_user, found)
        case Name.INTERFACE:
            return _belonging(rows, matches)
        case Name.DEVICE:
            return _bound(rows, matches)
        case _:
            return _grouped(rows, tree.name, matches)


@_truth.register
def _group_is(tree: GroupIs, rows: RowSearch) -> _Truth:
    return _grouped(rows, tree.name, lambda name: name == tree.value)


@_truth.register
def _number_is(tree: NumberIs, rows: RowSearch) -> _Truth:
    return _Truth(*measured(tree, rows.interval))


@_truth.register
def _mark_is(tree: MarkIs, rows: RowSearch) -> _Truth:
    return _known_where(rows.table.has_mark, (rows.table.mark & np.uint32(tree.mask)) == tree.mark)


@_truth.register
def _reach_is(tree: ReachIs, rows: RowSearch) -> _Truth:
    table = rows.table
    waiting = np.flatnonzero(table.is_listener | table.is_udp_unconnected)
    reach = reach_of(table, waiting, rows.interval.sample.network.links)
    found = np.zeros(len(table), np.bool_)
    found[waiting[reach == REACH_WORDS.index(tree.reach.value)]] = True
    return _known(found)


@_truth.register
def _is_autobound(_tree: IsAutobound, rows: RowSearch) -> _Truth:
    ports = rows.interval.sample.host_facts.port_range
    everywhere = np.ones(len(rows.table), np.bool_)
    if ports is None:
        return _known_where(~everywhere, everywhere)
    return _known((rows.table.local_port >= ports[0]) & (rows.table.local_port <= ports[1]))


@_truth.register
def _has_trouble(_tree: HasTrouble, rows: RowSearch) -> _Truth:
    if isinstance(rows.interval, EventInterval):
        nowhere = np.zeros(len(rows.table), np.bool_)
        return _known_where(nowhere, nowhere)
    return _known(is_in_trouble(rows.interval))


@_truth.register
def _direction_is(tree: DirectionIs, rows: RowSearch) -> _Truth:
    wanted = DIRECTION_ACCEPTED if tree.is_accepted else DIRECTION_DIALLED
    direction = rows.interval.direction
    return _known_where(direction != DIRECTION_UNKNOWN, direction == wanted)


def _belonging(rows: RowSearch, test: Callable[[str], bool]) -> _Truth:
    """Choose rows of interfaces whose names pass a test; of an interface without a name nothing is known."""
    interface = rows.interval.interface
    is_named = np.isin(interface, [NO_INTERFACE, *rows.interfaces(lambda _: True)])
    return _known_where(is_named, np.isin(interface, rows.interfaces(test)))


def _bound(rows: RowSearch, test: Callable[[str], bool]) -> _Truth:
    """Choose rows that are bound to an interface whose name passes a test; likewise."""
    device = rows.table.device
    is_named = (device == 0) | np.isin(device, rows.interfaces(lambda _: True))
    return _known_where(is_named, np.isin(device, rows.interfaces(test)))


def _grouped(rows: RowSearch, name: Name, test: Callable[[str], bool]) -> _Truth:
    """Choose rows of control groups of which some name passes a test; of a group out of sight nothing is known."""
    return _known_where(
        rows.rows_of_groups(lambda _: True),
        rows.rows_of_groups(lambda group: any(test(text_of(known)) for known in names_in(group, name))),
    )


def _pattern(pattern: str) -> Callable[[str], bool]:
    # A bracket is one: only * and ? are wildcards here.
    matches = re.compile(fnmatch.translate(pattern.casefold().replace("[", "[[]"))).match
    return lambda text: matches(text.casefold()) is not None


def _at_side(side: Side, local: Bools, remote: Bools, table: SocketTable) -> Bools:
    """Join what is true of the endpoints of each side; a row without a remote endpoint has zeros there."""
    if side is Side.LOCAL:
        return local
    if side is Side.PEER:
        return remote
    return remote & table.is_pair if side is Side.REMOTE else local | (remote & table.is_pair)


@_truth.register
def _leaves_elsewhere(_tree: LeavesElsewhere, rows: RowSearch) -> _Truth:
    egress = rows.interval.egress
    if egress is None:
        return _known_where(np.zeros(len(rows.table), np.bool_), np.zeros(len(rows.table), np.bool_))
    return _known_where(egress.is_known, egress.is_elsewhere)


def _has_family(version: int, table: SocketTable) -> Bools:
    """Choose the rows whose addresses may match: IPv6 ones only on IPv6 sockets, IPv4 ones on both."""
    found: Bools = (table.family == socket.AF_INET6) | (version == _IPV4)
    return found
