"""How the kernel lays out trace pages and the event of a TCP change of state, as it describes them itself. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from monitor.errors import WireError
from monitor.model.socket_table import U8

_FIELD = re.compile(
    rb"field:\s*[^;\n]*?(?P<name>\w+)(?:\[\d+\])?;\s*offset:(?P<offset>\d{1,6});\s*size:(?P<size>\d{1,6});", re.ASCII
)
_ID = re.compile(rb"^ID:\s*(\d{1,9})$", re.ASCII | re.MULTILINE)
WORD = 4
"""Bytes that everything in a page is aligned to, at least."""
_MOST_BYTES = 1 << 16
_MOST_PAGE_BYTES = 1 << 22
"""Far beyond any event and any sub-buffer."""


@dataclass(frozen=True, slots=True)
class Field:
    """Where a field stands in its structure, in bytes."""

    offset: int
    size: int

    @property
    def end(self) -> int:
        """Byte after the field."""
        return self.offset + self.size

    def column(self, structures: U8) -> npt.NDArray[np.unsignedinteger]:
        """View the field, a whole number, in each row of bytes."""
        return structures[:, self.offset : self.end].view(f"u{self.size}")[:, 0]


@dataclass(frozen=True, slots=True)
class PageFormat:
    """struct buffer_data_page, a sub-buffer as trace_pipe_raw gives it."""

    timestamp: Field
    """Nanoseconds of the page's first event."""
    commit: Field
    """Bytes of events, and flags."""
    data: Field
    """Room for the events."""

    @classmethod
    def parse(cls, text: bytes) -> PageFormat:
        """Read events/header_page.

        Raises:
            WireError: a field is missing or makes no sense.
        """
        fields = _fields(text)
        try:
            page = cls(fields[b"timestamp"], fields[b"commit"], fields[b"data"])
        except KeyError as missing:
            raise WireError(f"a trace page has no {missing}") from None
        if page.timestamp.size != np.uint64().itemsize or page.commit.size not in {4, 8}:
            raise WireError("a trace page counts in other sizes than expected")
        if page.data.end > _MOST_PAGE_BYTES or max(page.timestamp.end, page.commit.end) > page.data.offset:
            raise WireError("a trace page has its parts in another order or size than expected")
        if page.data.offset % WORD or page.data.size % WORD:
            raise WireError("a trace page does not consist of whole words")
        return page


@dataclass(frozen=True, slots=True)
class EventFormat:
    """The event sock:inet_sock_set_state."""

    number: int
    """What its records have as common_type."""
    record: np.dtype[np.void]
    """The fields that are read, at their offsets; itemsize is that of the whole event in words."""

    @property
    def words(self) -> int:
        """Words of an event."""
        return self.record.itemsize // WORD

    @classmethod
    def parse(cls, text: bytes) -> EventFormat:
        """Read the event's own format file.

        Raises:
            WireError: a field is missing or has another size than expected.
        """
        number = _ID.search(text)
        if number is None:
            raise WireError("a trace event has no number")
        fields = _fields(text)
        size = -(-max((field.end for field in fields.values()), default=0) // WORD) * WORD
        if size > _MOST_BYTES:
            raise WireError(f"a trace event has {size} bytes")
        names, types, offsets = [], [], []
        for name, sizes in _EVENT_TYPES.items():
            field = fields.get(name.encode())
            if field is None or field.size not in sizes:
                raise WireError(f"the trace event has no {name} as expected")
            names.append(name)
            types.append(sizes[field.size])
            offsets.append(field.offset)
        record: np.dtype[np.void] = np.dtype({"names": names, "formats": types, "offsets": offsets, "itemsize": size})
        return cls(int(number[1]), record)


def _fields(text: bytes) -> dict[bytes, Field]:
    return {match["name"]: Field(int(match["offset"]), int(match["size"])) for match in _FIELD.finditer(text)}


_ADDRESS = (">u8", (2,))
_EVENT_TYPES: dict[str, dict[int, object]] = {
    "common_type": {2: "u2"},
    "common_flags": {1: "u1"},
    "common_pid": {4: "i4"},
    # Pointers of four bytes are those of a 32-bit kernel.
    "skaddr": {4: "u4", 8: "u8"},
    "oldstate": {4: "i4"},
    "newstate": {4: "i4"},
    "sport": {2: "u2"},
    "dport": {2: "u2"},
    "family": {2: "u2"},
    "saddr_v6": {16: _ADDRESS},
    "daddr_v6": {16: _ADDRESS},
}
"""By field: the numpy type for each size that it may have. IPv4 stands in the IPv6 fields in its mapped form."""
