"""The wire: length-prefixed, versioned, bounded frames over two file descriptors.

    magic "4t"   version u8   reserved u8   head length u32   body length u32   head (msgpack)   body (raw columns)

Numbers are big-endian. A frame is written whole or not at all by one writer; a reader checks magic, version and both
lengths first, and takes memory for what has come, never for what a length promises.
"""

from __future__ import annotations

import os
import select
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.errors import SourceError, WireError

WIRE_VERSION = 2
MAX_HEAD = 32 << 20
MAX_BODY = 128 << 20
"""About 900,000 rows."""

_PIECE_BYTES = 1 << 16
"""What is asked for at once: as much as a pipe usually holds; larger pieces are no faster."""
_PREFIX = struct.Struct(">2sBxII")
_MAGIC = b"4t"


@dataclass(frozen=True, slots=True)
class Frame:
    """One message as it came: packed head and raw body."""

    head: memoryview
    body: memoryview


def write_frame(fd: int, head: bytes, body: Sequence[memoryview | bytes] = ()) -> None:
    """Write one frame, waiting for the reader as long as it takes.

    Raises:
        SourceError: nobody reads any more.
        WireError: the message is larger than a reader accepts.
    """
    size = sum(memoryview(part).nbytes for part in body)
    if len(head) > MAX_HEAD or size > MAX_BODY:
        raise WireError(f"a frame of {len(head) + size:,} bytes is too large")
    try:
        for part in (_PREFIX.pack(_MAGIC, WIRE_VERSION, len(head), size) + head, *body):
            rest = memoryview(part).cast("B")
            while rest:
                rest = rest[os.write(fd, rest) :]
    except OSError as error:
        raise SourceError(f"the other end has gone: {os.strerror(error.errno or 0)}") from None


def read_frame(fd: int, timeout_s: float | None = None) -> Frame | None:
    """Read one frame; None at the end of the stream between two frames.

    Raises:
        WireError: the bytes are no frame of this version, or too large.
        SourceError: the stream ended inside a frame, or nothing came for `timeout_s` seconds.
    """
    prefix = _read(fd, _PREFIX.size, timeout_s)
    if prefix is None:
        return None
    magic, version, head_size, body_size = _PREFIX.unpack(prefix)
    if magic != _MAGIC:
        raise WireError("the stream holds no frames of fourtuple")
    if version != WIRE_VERSION:
        raise WireError(f"the stream is of version {version}, this program reads version {WIRE_VERSION}")
    if head_size > MAX_HEAD or body_size > MAX_BODY:
        raise WireError(f"a frame of {head_size + body_size:,} bytes is too large")
    data = _read(fd, head_size + body_size, timeout_s)
    if data is None:
        raise SourceError("the stream ended inside a frame")
    return Frame(data[:head_size], data[head_size:])


def _read(fd: int, size: int, timeout_s: float | None) -> memoryview | None:
    """Read exactly `size` bytes into memory of their own; None where the stream ends before the first."""
    data = bytearray()
    deadline = None if timeout_s is None else time.monotonic() + timeout_s
    while len(data) < size:
        if deadline is not None:
            ready, _, _ = select.select([fd], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise SourceError(f"nothing came for {timeout_s:.0f} s")
        try:
            piece = os.read(fd, min(size - len(data), _PIECE_BYTES))
        except OSError as error:
            raise SourceError(f"the stream broke: {os.strerror(error.errno or 0)}") from None
        if not piece and not data:
            return None
        if not piece:
            raise SourceError("the stream ended inside a frame")
        data += piece
    return memoryview(data)
