"""LinkNumbers: new numbers for the interfaces of several namespaces, of which two may have the same index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from monitor.model.namespace import Namespace
from monitor.model.places import distinct
from monitor.model.route import Link
from monitor.model.sample import Interval

_NOT_KNOWN = -1
_IndexT = TypeVar("_IndexT", np.int32, np.uint32)


@dataclass(frozen=True, slots=True, eq=False)
class LinkNumbers:
    """The interfaces of one namespace, and those that its rows name beside them."""

    links: tuple[Link, ...]
    """With their new numbers."""
    indexes: npt.NDArray[np.int64]
    """Inside the namespace, ascending."""
    numbers: npt.NDArray[np.int64]
    """The new number of each."""

    def renumbered(self, column: npt.NDArray[_IndexT]) -> npt.NDArray[_IndexT]:
        """Exchange the indexes in a column; 0 for none and -1 for not known stay, as which one that is not there goes.

        A route may leave by an interface that came after the list of them was read.
        """
        wanted = column.astype(np.int64)
        if not len(self.indexes):
            return np.where(wanted > 0, _NOT_KNOWN, wanted).astype(column.dtype)
        places = np.searchsorted(self.indexes, wanted).clip(max=len(self.indexes) - 1)
        numbers = np.where(self.indexes[places] == wanted, self.numbers[places], _NOT_KNOWN)
        return np.where(wanted > 0, numbers, wanted).astype(column.dtype)


KnownNumbers = dict[tuple[int, int], int]
"""The new numbers that were given before, by namespace and index; an interface keeps its number while this lives."""


def number_links(parts: Sequence[tuple[Namespace, Interval]], known: KnownNumbers | None = None) -> list[LinkNumbers]:
    """Number all interfaces from 1 on, but for those that are known; these are added to."""
    numbers = {} if known is None else known
    return [_numbered(namespace.number, interval, numbers) for namespace, interval in parts]


def _numbered(namespace: int, interval: Interval, numbers: KnownNumbers) -> LinkNumbers:
    links = {link.index: link for link in interval.sample.network.links}
    columns = (column.astype(np.int64) for column in (interval.table.device, interval.interface))
    indexes = distinct(np.concatenate([np.array([*links], np.int64), *columns]))
    indexes = indexes[indexes > 0]
    number_of = {index: numbers.setdefault((namespace, index), len(numbers) + 1) for index in indexes.tolist()}
    named = (links.get(index, _nameless(index)) for index in number_of)
    return LinkNumbers(
        tuple(replace(link, index=number_of[link.index], master=number_of.get(link.master, 0)) for link in named),
        indexes,
        np.array([*number_of.values()], np.int64),
    )


def _nameless(index: int) -> Link:
    """Stand in for an interface that came after the list of them was read, under what such a one is called."""
    return Link(index, b"if%d" % index, is_up=False, has_carrier=False, mtu=0, is_loopback=False)
