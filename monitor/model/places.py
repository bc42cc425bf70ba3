"""Where numbers stand in a column: every comparison of two tables by identity begins here."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from monitor.model.socket_table import U64, Rows

Numbers = npt.NDArray[np.unsignedinteger]
"""Cookies, inodes, pids: unsigned numbers of any width."""

_NumberT = TypeVar("_NumberT", bound=np.integer)

_SPREAD = np.uint64(0x9E37_79B9_7F4A_7C15)
"""Odd; the upper bits of its product with a counter are spread evenly (Fibonacci hashing)."""
_SLOTS_PER_NUMBER = 4


def find_places(known: Numbers, wanted: Numbers) -> Rows:
    """Find each wanted number among the known ones: a position in `known`, -1 where it is missing.

    Of a number that is known twice any of its positions. A table of slots costs a tenth of sorting and searching;
    what shares a slot is sorted and searched.
    """
    if len(known) == len(wanted) and np.array_equal(known, wanted):
        return np.arange(len(wanted))
    if not len(known):
        return np.full(len(wanted), -1)
    slot_bits = (_SLOTS_PER_NUMBER * len(known)).bit_length()
    positions = np.arange(len(known), dtype=np.int32)
    slots = np.zeros(1 << slot_bits, np.int32)
    slots_of_known = _slots(known, slot_bits)
    slots[slots_of_known] = positions
    found = slots[_slots(wanted, slot_bits)].astype(np.intp)
    lost = np.flatnonzero(known[found] != wanted)
    if len(lost):
        displaced = np.flatnonzero(slots[slots_of_known] != positions)
        found[lost] = _search(known, displaced, wanted[lost])
    return found


def distinct(numbers: npt.NDArray[_NumberT]) -> npt.NDArray[_NumberT]:
    """Sort and leave out repetitions, without the 15 ms of imports of the first np.unique()."""
    ordered = np.sort(numbers)
    is_first = np.ones(len(ordered), np.bool_)
    is_first[1:] = ordered[1:] != ordered[:-1]
    return ordered[is_first]


def _slots(numbers: Numbers, slot_bits: int) -> U64:
    slots: U64 = (numbers * _SPREAD) >> np.uint64(64 - slot_bits)
    return slots


def _search(known: Numbers, rows: Rows, wanted: Numbers) -> Rows:
    """Find numbers in some rows of a column by sorting these."""
    if not len(rows):
        return np.full(len(wanted), -1)
    rows = rows[np.argsort(known[rows])]
    at = np.searchsorted(known[rows], wanted)
    at[at == len(rows)] = 0
    return np.where(known[rows[at]] == wanted, rows[at], -1)
