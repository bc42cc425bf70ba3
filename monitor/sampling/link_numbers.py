"""LinkNumbers: new numbers for the interfaces of several namespaces, of which two may have the same index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from monitor.model.places import distinct
from monitor.model.route import Link
from monitor.model.sample import Interval

_IndexT = TypeVar("_IndexT", np.int32, np.uint32)


@dataclass(frozen=True, slots=True, eq=False)
class LinkNumbers:
    """The interfaces of one namespace, and those that its rows name beside them."""

    links: tuple[Link, ...]
    """With their new numbers."""
    indexes: npt.NDArray[np.int64]
    """Inside the namespace, ascending."""
    first: int
    """The new number of the first; the others follow."""

    def renumbered(self, column: npt.NDArray[_IndexT]) -> npt.NDArray[_IndexT]:
        """Exchange the indexes in a column; 0 for none and -1 for not known stay."""
        numbers = (self.first + np.searchsorted(self.indexes, column)).astype(column.dtype)
        return np.where(column.astype(np.int64) > 0, numbers, column)


def number_links(intervals: Sequence[Interval]) -> list[LinkNumbers]:
    """Number all interfaces from 1 on."""
    found: list[LinkNumbers] = []
    first = 1
    for interval in intervals:
        found.append(_numbered(interval, first))
        first += len(found[-1].indexes)
    return found


def _numbered(interval: Interval, first: int) -> LinkNumbers:
    known = {link.index: link for link in interval.sample.network.links}
    columns = (column.astype(np.int64) for column in (interval.table.device, interval.interface))
    indexes = distinct(np.concatenate([np.array([*known], np.int64), *columns]))
    indexes = indexes[indexes > 0]
    number_of = {index: number for number, index in enumerate(indexes.tolist(), first)}
    links = (known.get(index, _nameless(index)) for index in number_of)
    return LinkNumbers(
        tuple(replace(link, index=number_of[link.index], master=number_of.get(link.master, 0)) for link in links),
        indexes,
        first,
    )


def _nameless(index: int) -> Link:
    """Stand in for an interface that came after the list of them was read, under what such a one is called."""
    return Link(index, b"if%d" % index, is_up=False, has_carrier=False, mtu=0, is_loopback=False)
