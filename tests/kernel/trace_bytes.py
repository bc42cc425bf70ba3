"""Trace pages as bytes, built event by event."""

from __future__ import annotations

import struct
import sys
from collections.abc import Sequence

import numpy as np

from monitor.kernel.trace_format import Field, PageFormat
from monitor.model.socket_table import U8

PAGE_BYTES = 4096
LAYOUT = PageFormat(Field(0, 8), Field(8, 8), Field(16, PAGE_BYTES - 16))
PADDING, TIME_EXTEND, TIME_STAMP = 29, 30, 31
MISSED_EVENTS, MISSED_STORED = 1 << 31, 1 << 30


def head(kind: int, delta: int) -> bytes:
    """Make the word that an event begins with."""
    return struct.pack("=I", kind | delta << 5 if sys.byteorder == "little" else kind << 27 | delta)


def event(delta: int, *words: int) -> bytes:
    """Make an event of up to 28 words, so many nanoseconds after the one before."""
    return head(len(words), delta) + struct.pack(f"={len(words)}I", *words)


def long_event(delta: int, *words: int) -> bytes:
    """Make an event whose length stands in its second word."""
    return head(0, delta) + struct.pack(f"=I{len(words)}I", 4 + 4 * len(words), *words)


def discarded(delta: int, words: int) -> bytes:
    """Make what is left of an event of so many words that was taken back."""
    return head(PADDING, delta) + struct.pack("=I", 4 * words) + bytes(4 * (words - 1))


def elapsed(nanoseconds: int) -> bytes:
    """Make a record that only says how much time has gone by."""
    return head(TIME_EXTEND, nanoseconds & 0x7FF_FFFF) + struct.pack("=I", nanoseconds >> 27)


def absolute(nanoseconds: int) -> bytes:
    """Make a record that only says what time it is."""
    return head(TIME_STAMP, nanoseconds & 0x7FF_FFFF) + struct.pack("=I", nanoseconds >> 27)


def page(time: int, *parts: bytes, commit: int | None = None, flags: int = 0) -> bytes:
    """Make a page; commit is its length as the header says it, where that is to be another."""
    data = b"".join(parts)
    header = struct.pack("=QQ", time, (len(data) if commit is None else commit) | flags)
    return (header + data).ljust(PAGE_BYTES, b"\0")


def pages(*wanted: bytes) -> U8:
    """Lay pages out as they are read."""
    return rows(wanted, PAGE_BYTES)


def rows(wanted: Sequence[bytes], length: int) -> U8:
    """Lay pages of any length out likewise."""
    return np.frombuffer(bytearray(b"".join(wanted)), np.uint8).reshape(len(wanted), length)
