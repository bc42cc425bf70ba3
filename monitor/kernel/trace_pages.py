"""Trace pages as bytes into events with their times. Pure.

A page is a header and then events, each of which begins with a word: its kind or length, and the nanoseconds since the
one before (include/linux/ring_buffer.h). Events of one length come in runs, which are measured and read as a whole.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np

from monitor.errors import WireError
from monitor.kernel.trace_format import PageFormat
from monitor.model.socket_table import U8, U32, U64

_WORD = 4
_LONG, _LONGEST_SHORT, _PADDING, _TIME_EXTEND, _TIME_STAMP = 0, 28, 29, 30, 31
"""type_len: up to 28 the words of an event; the bytes of a long one stand in its second word."""
# Bit fields begin at the lowest bit on little-endian machines, at the highest on the others.
_KIND_SHIFT, _DELTA_SHIFT = (0, 5) if sys.byteorder == "little" else (27, 0)
_KIND_MASK, _DELTA_MASK, _DELTA_BITS = 0x1F, 0x7FF_FFFF, 27
_COMMIT_MASK = (1 << 30) - 1
"""Without RB_MISSED_EVENTS and RB_MISSED_STORED (kernel/trace/ring_buffer.c): counters tell how many were missed."""
_LATEST = 1 << 63
"""Nanoseconds: three centuries."""


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """Events of one page, in their order."""

    times: U64
    """Nanoseconds of the trace clock."""
    bodies: U8
    """The first bytes of each; shape (events, bytes asked for)."""


def decode_page(page: U8, layout: PageFormat, length: int) -> Events:
    """Read the events of a page that have at least so many bytes; nothing in the answer refers to the page.

    Raises:
        WireError: the page, or an event in it, breaks its bounds.
    """
    if len(page) < layout.data.offset:
        raise WireError("a trace page is shorter than its header")
    header = page[: layout.data.offset].tobytes()
    time = int.from_bytes(header[layout.timestamp.offset : layout.timestamp.end], sys.byteorder)
    commit = int.from_bytes(header[layout.commit.offset : layout.commit.end], sys.byteorder) & _COMMIT_MASK
    if commit % _WORD or commit > min(len(page) - layout.data.offset, layout.data.size):
        raise WireError(f"a trace page of {len(page)} bytes is said to hold {commit}")
    words = np.frombuffer(page[layout.data.offset : layout.data.offset + commit].tobytes(), np.uint32)
    return _Walk(words, time, length).events()


class _Walk:
    """A walk through the words of one page, and what it found so far."""

    def __init__(self, words: U32, time: int, length: int) -> None:
        self._words = words
        self._time = time
        self._length = length
        self._times: list[U64] = []
        self._bodies: list[U8] = []

    def events(self) -> Events:
        at = 0
        while at < len(self._words):
            head = int(self._words[at])
            kind, delta = head >> _KIND_SHIFT & _KIND_MASK, head >> _DELTA_SHIFT & _DELTA_MASK
            if _LONG < kind <= _LONGEST_SHORT:
                at = self._take_run(at, kind)
            elif kind == _PADDING and delta == 0:
                # Nothing follows on this page.
                break
            else:
                at = self._take_one(at, kind, delta)
        return Events(
            np.concatenate([np.empty(0, np.uint64), *self._times]),
            np.concatenate([np.empty((0, self._length), np.uint8), *self._bodies]),
        )

    def _take_run(self, at: int, kind: int) -> int:
        """Read all events of one length that follow one another; gives the word behind them."""
        step = 1 + kind
        heads = self._words[at : len(self._words) - kind : step]
        if not len(heads):
            raise WireError("an event runs past the end of its trace page")
        differs = (heads >> _KIND_SHIFT & _KIND_MASK) != kind
        count = int(differs.argmax()) if differs.any() else len(heads)
        end = at + count * step
        deltas = heads[:count] >> _DELTA_SHIFT & _DELTA_MASK
        self._append(deltas.cumsum(dtype=np.uint64), self._words[at:end].reshape(count, step)[:, 1:])
        return end

    def _take_one(self, at: int, kind: int, delta: int) -> int:
        """Read what has a second word: a time, a discarded event or a long one; gives the word behind it."""
        if at + 1 >= len(self._words):
            raise WireError("a trace page ends inside an event")
        second = int(self._words[at + 1])
        if kind == _TIME_EXTEND:
            self._time += second << _DELTA_BITS | delta
            return at + 2
        if kind == _TIME_STAMP:
            # 59 bits; nanoseconds since boot need more after 18 years.
            self._time = second << _DELTA_BITS | delta
            return at + 2
        # The second word counts its own bytes as well.
        end = at + 1 + second // _WORD
        if second < _WORD or second % _WORD or end > len(self._words):
            raise WireError(f"an event of {second} bytes runs past the end of its trace page")
        body = self._words[at + 2 : end].reshape(1, -1) if kind == _LONG else np.empty((1, 0), np.uint32)
        self._append(np.array([delta], np.uint64), body)
        return end

    def _append(self, elapsed: U64, bodies: U32) -> None:
        """Keep events so long after the present time, where they are long enough; the last one's time is present."""
        if self._time > _LATEST:
            raise WireError("the times of a trace page are out of range")
        times = elapsed + np.uint64(self._time)
        self._time = int(times[-1])
        if bodies.shape[1] * _WORD >= self._length:
            self._times.append(times)
            self._bodies.append(np.ascontiguousarray(bodies).view(np.uint8)[:, : self._length])
