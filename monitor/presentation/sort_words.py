"""Sort keys packed into 64-bit words: a few words sort in a fraction of the time that as many keys take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from monitor.model.socket_table import U64, Rows

Key = npt.NDArray[Any]
"""One number per row: whole ones, truth values, or floats of which NaN are unknown."""

_WORD_BITS = 64
_ALL_BITS = (1 << _WORD_BITS) - 1


def order_by(keys: Iterable[tuple[Key, bool]]) -> Rows:
    """Sort positions by keys of equal length, at least one.

    Args:
        keys: Each with whether the largest stands first, the most deciding key first. Unknown numbers stand last in
            both directions. The order of rows that are equal in all keys is any.
    """
    return _order(_words(keys))


def _order(words: Sequence[_Word]) -> Rows:
    """Sort positions by the first word, and those that it leaves equal by the others."""
    first, *others = words
    order = _order_of_one(first)
    if not others:
        return order
    ordered = first.ranks[order]
    is_new = np.ones(len(order), np.bool_)
    is_new[1:] = ordered[1:] != ordered[:-1]
    is_tied = ~is_new
    is_tied[:-1] |= ~is_new[1:]
    places = np.flatnonzero(is_tied)
    if len(places):
        rows = order[places]
        tie = np.cumsum(is_new[places])
        # Among fewer rows fewer bits tell a key's values apart, so that more keys may share a word.
        fewer = _words([(tie, False), *((word.ranks[rows], False) for word in others)])
        # lexsort takes the most deciding key last.
        by_all = _order(fewer) if len(fewer) < len(words) else np.lexsort([word.ranks for word in reversed(fewer)])
        order[places] = rows[by_all]
    return order


class _Word(NamedTuple):
    """Numbers from 0 on, one per row."""

    ranks: U64
    bits: int
    """How many bits the largest may have."""


def _order_of_one(word: _Word) -> Rows:
    """Sort positions; where there is room they are sorted inside the numbers, which is several times faster."""
    place_bits = (len(word.ranks) - 1).bit_length()
    if word.bits + place_bits > _WORD_BITS:
        return np.argsort(word.ranks)
    both = (word.ranks << np.uint64(place_bits)) | np.arange(len(word.ranks), dtype=np.uint64)
    both.sort()
    return (both & np.uint64((1 << place_bits) - 1)).astype(np.intp)


def _words(keys: Iterable[tuple[Key, bool]]) -> list[_Word]:
    """Put keys side by side, as many into a word as there is room for beside a position: the first are the highest."""
    words: list[_Word] = []
    for key, is_descending in keys:
        ranks, bits = _ranks(key, is_descending=is_descending)
        room = _WORD_BITS - (len(key) - 1).bit_length() - words[-1].bits if words else -1
        if bits > room:
            words.append(_Word(ranks, bits))
        elif bits:
            words[-1] = _Word((words[-1].ranks << np.uint64(bits)) | ranks, words[-1].bits + bits)
    return words


def _ranks(key: Key, *, is_descending: bool) -> _Word:
    """Give numbers that order as a key does."""
    is_unknown = np.isnan(key) if key.dtype.kind == "f" else np.zeros(0, np.bool_)
    numbers = _whole(key)
    known = numbers[~is_unknown] if is_unknown.any() else numbers
    if not len(known):
        return _Word(np.zeros(len(key), np.uint64), 0)
    low, high = int(known.min()), int(known.max())
    # Differences are right in 64 bits also where the numbers are negative: they wrap around.
    ranks = numbers.astype(np.uint64)
    ranks = np.uint64(high & _ALL_BITS) - ranks if is_descending else ranks - np.uint64(low & _ALL_BITS)
    last = high - low
    if len(known) < len(key):
        last += 1
        ranks[is_unknown] = last
    return _Word(ranks, last.bit_length())


def _whole(key: Key) -> npt.NDArray[np.integer[Any]]:
    """Give whole numbers that order as floats do: they themselves where they are whole, else their bits."""
    if key.dtype.kind != "f":
        return key.astype(np.uint8) if key.dtype.kind == "b" else key
    with np.errstate(invalid="ignore"):
        numbers = key.astype(np.int64)
    if bool(((numbers == key) | np.isnan(key)).all()):
        return numbers
    # IEEE 754: as integers with a sign, positive floats order as they do and negative ones the other way round.
    bits: npt.NDArray[np.signedinteger[Any]] = (key + key.dtype.type(0)).view(f"i{key.dtype.itemsize}")
    return np.where(bits < 0, bits ^ bits.dtype.type(np.iinfo(bits.dtype).max), bits)
