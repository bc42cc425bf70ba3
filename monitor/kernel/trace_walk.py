"""The events of a trace page one after another, whatever stands between them. Pure.

Each begins with a word: its kind or length, and the nanoseconds since the one before (include/linux/ring_buffer.h).
"""

from __future__ import annotations

import sys

import numpy as np

from monitor.errors import WireError
from monitor.kernel.trace_format import WORD
from monitor.model.socket_table import U32, U64

_LONGEST_SHORT = 28
"""Words that an event may have for its type_len to say how many; the bytes of a longer one stand in its second word."""
_LONG, _PADDING, _TIME_EXTEND, _TIME_STAMP = 0, 29, 30, 31
# Bit fields begin at the lowest bit on little-endian machines, at the highest on the others.
KIND_SHIFT, DELTA_SHIFT = (0, 5) if sys.byteorder == "little" else (27, 0)
KIND_MASK, DELTA_MASK = 0x1F, 0x7FF_FFFF
_DELTA_BITS = 27
_LATEST = 1 << 63
"""Nanoseconds: three centuries."""


def walk_page(words: U32, time: int, length: int) -> tuple[U64, U32]:
    """Read the events of a page that have so many words, or more.

    Args:
        words: All that the page holds, without its header.
        time: Nanoseconds of the trace clock from which the page counts.
        length: Words to give of each event.

    Returns:
        Their times, in nanoseconds, and their words, shape (events, words of that length).

    Raises:
        WireError: an event breaks the page's bounds.
    """
    return _Walk(words, time, length).events()


class _Walk:
    """A walk through one page, and where it found events so far."""

    def __init__(self, words: U32, time: int, length: int) -> None:
        self._words = words
        self._scalars = words.data
        self._time = time
        self._length = length
        self._times: list[int] = []
        self._begins: list[int] = []

    def events(self) -> tuple[U64, U32]:
        at = 0
        while at < len(self._words):
            head: int = self._scalars[at]
            kind, delta = head >> KIND_SHIFT & KIND_MASK, head >> DELTA_SHIFT & DELTA_MASK
            if kind == _PADDING and delta == 0:
                # Nothing follows on this page.
                break
            if _LONG < kind <= _LONGEST_SHORT:
                at = self._take(delta, at + 1, at + 1 + kind)
            else:
                at = self._take_long(at, kind, delta)
        places = np.array(self._begins, np.intp)[:, np.newaxis] + np.arange(self._length)
        return np.array(self._times, np.uint64), self._words[places]

    def _take_long(self, at: int, kind: int, delta: int) -> int:
        """Read what has a second word: a time, a discarded event or a long one; gives the word behind it."""
        if at + 1 >= len(self._words):
            raise WireError("a trace page ends inside an event")
        second: int = self._scalars[at + 1]
        if kind == _TIME_EXTEND:
            self._time += second << _DELTA_BITS | delta
            return at + 2
        if kind == _TIME_STAMP:
            # 59 bits; nanoseconds since boot need more after 18 years.
            self._time = second << _DELTA_BITS | delta
            return at + 2
        if second < WORD or second % WORD:
            raise WireError(f"an event of a trace page has {second} bytes")
        # The second word counts its own bytes as well.
        end = at + 1 + second // WORD
        return self._take(delta, at + 2 if kind == _LONG else end, end)

    def _take(self, delta: int, begin: int, end: int) -> int:
        """Keep an event where it is long enough; gives the word behind it."""
        self._time += delta
        if end > len(self._words) or self._time >= _LATEST:
            raise WireError("an event is out of the bounds of its trace page")
        if end - begin >= self._length:
            self._times.append(self._time)
            self._begins.append(begin)
        return end
