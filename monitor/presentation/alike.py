"""What makes other rows like the chosen ones, as a condition of the filter that a user could have typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ipaddress import IPv4Address, ip_network

import numpy as np

from monitor.errors import InputError
from monitor.model.endpoint import Endpoint
from monitor.model.sample import DIRECTION_DIALLED, Interval
from monitor.model.socket_table import Rows
from monitor.presentation.filter_tree import (
    AddressIn,
    And,
    EndpointIs,
    Everything,
    Filter,
    GroupIs,
    InterfaceIs,
    Name,
    Not,
    Or,
    PidIs,
    PortIs,
    Side,
    StateIs,
    UserIs,
)
from monitor.presentation.group_keys import Grouping, key_columns
from monitor.presentation.row_search import RowSearch, text_of
from monitor.presentation.row_text import UNKNOWN, RowTexts
from monitor.presentation.selection import REASON_WORDS
from monitor.presentation.unit_words import group_of, why_no_unit
from monitor.reasoning.interfaces import NO_INTERFACE

_MAX_PROCESSES = 16
"""Owners of one socket that a filter line names."""

Likeness = Callable[[RowTexts, Rows], Filter]
"""Makes the condition that some rows, at least one, share; InputError says in one sentence why there is none."""


def joined(former: Filter, condition: Filter) -> Filter:
    """Ask for both; what is asked for already is not asked twice."""
    if former == Everything():
        return condition
    parts = former.parts if isinstance(former, And) else (former,)
    return former if condition in parts else And((*parts, condition))


def condition_like(interval: Interval, rows: Rows, letter: str) -> Filter:
    """Make the condition of a letter; upper case asks for all rows but those.

    Args:
        interval: What the rows are taken from.
        rows: The row at the cursor, all rows of its group, or none.
        letter: Of TRAITS or STATES, in either case.

    Raises:
        InputError: the rows have no such value, or not the same; one sentence.
    """
    lower = letter.lower()
    if lower in STATES:
        condition: Filter = StateIs(STATES[lower])
    elif len(rows):
        condition = TRAITS[lower][1](RowTexts(interval), rows)
    else:
        raise InputError("there is no socket at the cursor")
    return Not(condition) if letter.isupper() else condition


def _process(texts: RowTexts, rows: Rows) -> Filter:
    _same(texts.interval, rows, Grouping.PROCESS, "belong to different processes")
    row = int(rows[0])
    pids = sorted({owner.process.pid for owner in texts.owners(row)})
    if not pids:
        raise InputError(REASON_WORDS[str(texts.owner_reason(row))])
    if len(pids) > _MAX_PROCESSES:
        raise InputError(f"{len(pids)} processes hold it, too many for one line; / and proc NAME finds them by name")
    conditions = tuple(PidIs(pid) for pid in pids)
    return conditions[0] if len(conditions) == 1 else Or(conditions)


def _remote_address(texts: RowTexts, rows: Rows) -> Filter:
    _have_remotes(texts.interval, rows)
    _same(texts.interval, rows, Grouping.REMOTE_ADDRESS, "have different remote addresses")
    return _at_address(texts, rows, Side.REMOTE)


def _remote_port(texts: RowTexts, rows: Rows) -> Filter:
    table = texts.interval.table
    _have_remotes(texts.interval, rows)
    if len(np.unique(table.remote_port[rows])) > 1:
        raise InputError(f"the {len(rows):,} rows of this group have different remote ports")
    port = int(table.remote_port[rows[0]])
    if not port:
        raise InputError("port 0 names no port")
    return PortIs(port, Side.REMOTE)


def _local(texts: RowTexts, rows: Rows) -> Filter:
    """A dialled connection has its local port to itself: rows like it have its address."""
    interval, table = texts.interval, texts.interval.table
    addresses = np.unique(np.stack((table.local_high[rows], table.local_low[rows])), axis=1)
    if addresses.shape[1] > 1:
        raise InputError(f"the {len(rows):,} rows of this group have different local addresses")
    ports = np.unique(table.local_port[rows])
    if len(ports) > 1 or not int(ports[0]) or bool((interval.direction[rows] == DIRECTION_DIALLED).any()):
        return _at_address(texts, rows, Side.LOCAL)
    return _at_address(texts, rows, Side.LOCAL, int(ports[0]))


def _interface(texts: RowTexts, rows: Rows) -> Filter:
    _same(texts.interval, rows, Grouping.INTERFACE, "belong to different interfaces")
    if int(texts.interval.interface[rows[0]]) == NO_INTERFACE:
        raise InputError("it belongs to no interface: it is bound to none, and its local address is no interface's")
    return _on_interface(texts.interval, int(rows[0]))


def _user(texts: RowTexts, rows: Rows) -> Filter:
    if not bool(RowSearch(texts.interval).has_user[rows].all()):
        which = "it, which" if len(rows) == 1 else f"some of these {len(rows):,} rows, which"
        raise InputError(f"the kernel keeps no user for {which} no process has")
    _same(texts.interval, rows, Grouping.USER, "were made by different users")
    uid = int(texts.interval.table.uid[rows[0]])
    return UserIs(texts.interval.sample.users.get(uid, str(uid)))


def _unit(texts: RowTexts, rows: Rows) -> Filter:
    interval, row = texts.interval, int(rows[0])
    _same(interval, rows, Grouping.UNIT, "were made in different units or containers")
    group = group_of(interval, row)
    if group is None or texts.unit(row) == UNKNOWN:
        raise InputError(why_no_unit(interval, row))
    if group.container is not None:
        return GroupIs(Name.CONTAINER, text_of(group.container_name or group.container.id))
    if group.unit is None:
        raise InputError("it was made in a control group that is neither a unit's nor a container's")
    return GroupIs(Name.UNIT, text_of(group.unit))


def _same(interval: Interval, rows: Rows, by: Grouping, difference: str) -> None:
    for column in key_columns(interval, rows, by):
        if bool((column != column[0]).any()):
            raise InputError(f"the {len(rows):,} rows of this group {difference}")


def _have_remotes(interval: Interval, rows: Rows) -> None:
    if not bool(interval.table.is_pair[rows].all()):
        raise InputError("it has no remote endpoint" if len(rows) == 1 else "not all of them have a remote endpoint")


def _at_address(texts: RowTexts, rows: Rows, side: Side, port: int = 0) -> Filter:
    """Name one side's address or endpoint; a link-local one of IPv6 belongs to its interface."""
    interval, row = texts.interval, int(rows[0])
    endpoint = interval.table.local(row) if side is Side.LOCAL else interval.table.remote(row)
    address = endpoint.on_the_wire.address
    found: Filter = EndpointIs(Endpoint(address, port), side) if port else AddressIn(ip_network(address), side)
    if isinstance(address, IPv4Address) or not address.is_link_local:
        return found
    _same(interval, rows, Grouping.INTERFACE, "belong to different interfaces")
    return And((found, _on_interface(interval, row)))


def _on_interface(interval: Interval, row: int) -> Filter:
    index = int(interval.interface[row])
    for link in interval.sample.network.links:
        if link.index == index:
            return InterfaceIs(text_of(link.name))
    raise InputError("its interface is not known yet")


TRAITS: Mapping[str, tuple[str, Likeness]] = {
    "p": ("process", _process),
    "r": ("remote", _remote_address),
    "o": ("remote port", _remote_port),
    "l": ("local", _local),
    "v": ("via", _interface),
    "u": ("user", _user),
    "g": ("unit or container", _unit),
}
"""By letter: the word for what is taken from the rows, and what takes it."""
STATES: Mapping[str, str] = {"e": "ESTAB", "s": "SYN-SENT", "n": "SYN-RECV", "c": "CLOSE-WAIT", "w": "TIME-WAIT"}
"""By letter: states that are asked for whatever the rows are in."""
