"""Netlink messages in a buffer: where each one begins and how long it is, proven before anybody reads inside. Pure.

A dump is mostly one message length repeated, so the walk steps through the first few of a run and measures the rest of
it in one comparison. Every buffer begins at a message and is cut to whole 32-bit words (NLMSG_ALIGN).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from monitor.errors import WireError
from monitor.model.socket_table import U8, U32, Bools, Rows

Records = npt.NDArray[np.void]
"""An array of equal structures."""

WORD = 4
"""Bytes that every message and attribute is aligned to."""

HEADER = np.dtype([("length", "u4"), ("type", "u2"), ("flags", "u2"), ("sequence", "u4"), ("port", "u4")])
"""struct nlmsghdr (include/uapi/linux/netlink.h), in the host's byte order; port is nlmsg_pid."""

_LONG_RUN = 16
"""Messages of one length in a row from which on the run is measured rather than walked."""
_FIRST_BLOCK = 64
"""Messages compared at first when a run is measured; each further block is four times as long."""


@dataclass(frozen=True, slots=True, eq=False)
class Messages:
    """Messages lying in one buffer, each known to end inside it. The next receive overwrites them."""

    data: U8
    """The buffer, whose start is aligned to a word."""
    offsets: Rows
    """Byte at which each message's header begins; ascending multiples of WORD."""
    headers: Records
    """A copy of the headers, as HEADER; no length is less than that."""

    def __len__(self) -> int:
        return len(self.offsets)

    @property
    def lengths(self) -> U32:
        """Bytes of each message, header included."""
        lengths: U32 = self.headers["length"]
        return lengths

    def take(self, which: Bools | Rows | slice) -> Messages:
        """Give the messages of a mask, of positions in that order, or of a slice."""
        return Messages(self.data, self.offsets[which], self.headers[which])

    def records(self, length: int) -> U8:
        """Copy the first bytes of each message together; no message is shorter."""
        return _records(self.data, self.offsets, length).view(np.uint8)


def aligned(size: int) -> int:
    """Give the bytes that something of that size takes up before the next begins (NLMSG_ALIGN, NLA_ALIGN)."""
    return -(-size // WORD) * WORD


def find_messages(data: U8) -> Messages:
    """Walk a buffer of whole words from message to message.

    Raises:
        WireError: a message is shorter than its header or runs past the end.
    """
    words = data.view(np.uint32)
    offsets = _starts(words) * WORD
    return Messages(data, offsets, _records(data, offsets, HEADER.itemsize).view(HEADER))


def _starts(words: U32) -> Rows:
    """Number of the word at which each message begins."""
    scalars = words.data
    pieces: list[Rows] = []
    walked: list[int] = []
    at, last_length, alike = 0, 0, 0
    while at < len(words):
        length: int = scalars[at]
        step = aligned(length) // WORD
        if length < HEADER.itemsize or at + step > len(words):
            raise WireError(f"a netlink message of {length} bytes stands where {(len(words) - at) * WORD} are left")
        walked.append(at)
        at += step
        alike = alike + 1 if length == last_length else 0
        last_length = length
        if alike == _LONG_RUN:
            stop = at + _run_length(words[at:], length, step) * step
            pieces += [np.array(walked, np.intp), np.arange(at, stop, step, dtype=np.intp)]
            walked.clear()
            at, alike = stop, 0
    return np.concatenate([*pieces, np.array(walked, np.intp)])


def _run_length(words: U32, length: int, step: int) -> int:
    """Count the whole messages of one length that follow one another from the first word on."""
    lengths = words[: len(words) // step * step : step]
    begin, block = 0, _FIRST_BLOCK
    while begin < len(lengths):
        differs = lengths[begin : begin + block] != length
        if differs.any():
            return begin + int(differs.argmax())
        begin, block = begin + block, block * 4
    return len(lengths)


def _records(data: U8, offsets: Rows, length: int) -> Records:
    """Copy some bytes from each offset, a multiple of WORD; all lie inside the buffer."""
    if not len(offsets):
        return np.empty(0, (np.void, length))
    # Windows that overlap, one at each word: taking from them copies whole structures by number.
    windows = np.ndarray(((len(data) - length) // WORD + 1,), (np.void, length), data, strides=(WORD,))
    return windows[offsets // WORD]
