"""Joins the intervals of several network namespaces into one, whose rows are ordered and shown together.

What was worked out about a row inside its namespace is taken over, so nothing is joined by address across namespaces.
What holds for one namespace alone is left out: addresses, routes, findings, the counters of host and interval.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from functools import reduce
from itertools import accumulate
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from monitor.model.egress import Egress
from monitor.model.host_facts import HostFacts
from monitor.model.namespace import Namespace
from monitor.model.owner_table import OwnerTable
from monitor.model.row_namespaces import RowNamespaces
from monitor.model.sample import ROW_COLUMNS, Interval, Network, Sample
from monitor.model.socket_table import COLUMN_TYPES, PAIR_FOR_COOKIE, U32, U64, Bools, Rows, SocketTable
from monitor.sampling.link_numbers import KnownNumbers, LinkNumbers, number_links

_AnyT = TypeVar("_AnyT", bound=np.generic)

_SPREADING = 0x9E3779B97F4A7C15
"""2^64 divided by the golden ratio: inodes that follow one another become far apart."""
_POINTING = frozenset({"owner_first", "owner_end", "listener", "interface"})
"""Columns of an interval whose numbers mean another thing after the join."""
_LINKS_OF_EGRESS = frozenset({"was", "leaving", "redialled_by", "opened_by"})
"""Columns of Egress that hold interfaces."""


@dataclass(frozen=True, slots=True, eq=False)
class JoinedInterval:
    """One interval for all namespaces, and where the rows of each have gone."""

    interval: Interval
    """Its interfaces have numbers of its own, since those of two namespaces may be the same."""
    rows: tuple[Rows, ...]
    """For each part, where its rows stand in the whole."""

    numbers: tuple[LinkNumbers, ...]
    """For each part, the new numbers of its interfaces."""

    def egress(self, parts: Sequence[Interval]) -> Egress | None:
        """Join how the rows of the parts stand to the routes of each; None where one was not judged."""
        judged = [part.egress for part in parts if part.egress is not None]
        if len(judged) < len(self.rows):
            return None
        joined: dict[str, Any] = {}
        for column in fields(Egress):
            columns = [getattr(one, column.name) for one in judged]
            if column.name in _LINKS_OF_EGRESS:
                columns = [links.renumbered(one) for links, one in zip(self.numbers, columns, strict=True)]
            joined[column.name] = _spread(self.rows, columns)
        return Egress(**joined)

    def spread(self, chosen: Iterable[Bools]) -> Bools:
        """Make one mask of masks of the parts."""
        return _spread(self.rows, chosen)


def join(parts: Sequence[tuple[Namespace, Interval]], known: KnownNumbers | None = None) -> JoinedInterval:
    """Join one or more; the first lends what is the machine's: host, user, rights, owners, groups, times.

    Args:
        parts: Each with its namespace.
        known: The numbers of interfaces that stay from one join to the next; added to.
    """
    intervals = [interval for _, interval in parts]
    first = intervals[0]
    rows = _places(intervals)
    numbers = number_links(parts, known)
    owners = reduce(_with_owners_of, intervals, first.sample.owners)
    owner_first, owner_end = owners.ranges(_spread(rows, map(_held, intervals)))
    table = _joined_table(intervals, rows, numbers)
    taken: dict[str, Any] = {
        name: _spread(rows, (getattr(interval, name) for interval in intervals))
        for name in ROW_COLUMNS
        if name not in _POINTING
    }
    whole = replace(
        first,
        sample=_joined_sample(intervals, table, owners, numbers),
        table=table,
        owners=owners,
        owner_first=owner_first,
        owner_end=owner_end,
        listener=_spread(rows, map(_moved_listeners, intervals, rows)),
        interface=_spread(
            rows, (links.renumbered(one.interface) for one, links in zip(intervals, numbers, strict=True))
        ),
        counters=(),
        egress=None,
        findings=(),
        namespaces=RowNamespaces.of([namespace for namespace, _ in parts], rows),
        parts=tuple(intervals),
        **taken,
    )
    return JoinedInterval(whole, rows, tuple(numbers))


def _places(intervals: Sequence[Interval]) -> tuple[Rows, ...]:
    """Put what samples hold first, part by part, and after it what is only carried."""
    listed = [len(interval.sample.table) for interval in intervals]
    carried = [len(interval.table) - count for interval, count in zip(intervals, listed, strict=True)]
    return tuple(
        np.concatenate([np.arange(first, first + count), np.arange(later, later + more)])
        for first, count, later, more in zip(
            accumulate(listed, initial=0), listed, accumulate(carried, initial=sum(listed)), carried, strict=False
        )
    )


def _spread(rows: Sequence[Rows], columns: Iterable[npt.NDArray[_AnyT]]) -> npt.NDArray[_AnyT]:
    """Put one column of each part where its rows are in the whole."""
    whole = np.concatenate(list(columns))
    spread = np.empty_like(whole)
    spread[np.concatenate(rows)] = whole
    return spread


def _joined_table(intervals: Sequence[Interval], rows: Sequence[Rows], numbers: Sequence[LinkNumbers]) -> SocketTable:
    networks = _spread(rows, (interval.table.network for interval in intervals))
    joined = replace(SocketTable.zeros(len(networks)), networks=networks)
    for name in COLUMN_TYPES:
        for interval, theirs in zip(intervals, rows, strict=True):
            getattr(joined, name)[theirs] = getattr(interval.table, name)
    joined.cookie[:] = _spread(rows, (_told_apart(one.table.cookie, one.table.namespace) for one in intervals))
    for interval, theirs, links in zip(intervals, rows, numbers, strict=True):
        joined.device[theirs] = links.renumbered(interval.table.device)
    return joined


def _told_apart(cookies: U64, namespace: int) -> U64:
    """Make what stands in for a cookie differ from that of the same pair in another namespace.

    The kernel counts cookies, and inodes of sockets, in one series for the whole machine; pairs it does not.
    """
    mixed = np.uint64(namespace * _SPREADING % PAIR_FOR_COOKIE)
    return np.where(cookies >> np.uint64(62) == PAIR_FOR_COOKIE >> 62, cookies ^ mixed, cookies)


def _joined_sample(
    intervals: Sequence[Interval], table: SocketTable, owners: OwnerTable, numbers: Sequence[LinkNumbers]
) -> Sample:
    samples = [interval.sample for interval in intervals]
    counts = [sample.time_wait for sample in samples]
    listed = sum(len(sample.table) for sample in samples)
    return replace(
        samples[0],
        # Ages are counted from here, and none may be below zero.
        boot_time=max(sample.boot_time for sample in samples),
        cost_s=sum(sample.cost_s for sample in samples),
        table=table if listed == len(table) else table.take(np.arange(listed)),
        owners=owners,
        has_udp=all(sample.has_udp for sample in samples),
        time_wait=None if None in counts else sum(count or 0 for count in counts),
        closed_cookies=np.concatenate(
            [_told_apart(sample.closed_cookies, sample.table.namespace) for sample in samples]
        ),
        network=Network(
            # Not the largest: it would stand still while that of another namespace grows.
            sum(sample.network.generation for sample in samples),
            tuple(link for links in numbers for link in links.links),
            routing_generation=sum(sample.network.routing_generation for sample in samples),
        ),
        notices=(),
        text_protocols=tuple(sorted({number for sample in samples for number in sample.text_protocols})),
        host_facts=HostFacts(),
    )


def _with_owners_of(owners: OwnerTable, interval: Interval) -> OwnerTable:
    """Add those that only carried rows had."""
    if interval.owners is interval.sample.owners:
        return owners
    return owners.with_former(interval.owners, interval.table.inode)


def _held(interval: Interval) -> U32:
    """Give for each row the inode by which its owners are known, its own or its listener's; 0 for none."""
    held = np.zeros(len(interval.table), np.uint32)
    is_owned = interval.owner_end > interval.owner_first
    held[is_owned] = interval.owners.inode[interval.owner_first[is_owned]]
    return held


def _moved_listeners(interval: Interval, rows: Rows) -> Rows:
    has_one = interval.listener >= 0
    moved = np.full(len(rows), -1, np.intp)
    moved[has_one] = rows[interval.listener[has_one]]
    return moved
