"""Which endpoints have given characters in their text, found without writing the texts.

    192 . 0 . 2 . 10 : 443          [ 2001 : db8 : ∅ : 7 ] ∅ : 443

A text is fields with separators between them, and so is what is looked for. A field has no separator in it, so the
searched pieces must meet the fields one by one: the first one the end of a field, the last one the start of one. Which
of the 65,536 values of a field do so is decided once, and looked up for every row.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt

from monitor.model.socket_table import U8, U16, U64, Bools, Rows

CHARACTERS = frozenset("0123456789abcdef.:[]")
"""What the text of an endpoint can consist of."""

_Texts = npt.NDArray[np.bytes_]
_Test = Callable[[_Texts, bytes], Bools]
"""Which of some texts meet a piece of what is looked for."""

_SEPARATOR = re.compile(r"[.:\[\]]")
_HEXTETS = 8
_VALUES = 1 << 16
_FFFF = 0xFFFF


@dataclass(frozen=True, slots=True, eq=False)
class _Field:
    """The same place in the texts of many endpoints."""

    is_hexadecimal: bool
    values: U8 | U16


_Fields = tuple[_Field | None, ...]
"""None where nothing stands between two separators, or before the first one."""


@dataclass(frozen=True, slots=True, eq=False)
class _Shape:
    """Endpoints whose texts have the same separators, and their fields."""

    rows: Rows
    separators: str
    fields: _Fields
    """One more than separators."""


class EndpointSearch:
    """One side of all rows of a table, prepared to be searched."""

    def __init__(self, high: U64, low: U64, port: U16, family: U8) -> None:
        """Part the endpoints by the shape of their texts. All arrays have one entry per row."""
        self._count = len(port)
        is_ipv4 = family == socket.AF_INET
        ipv4, ipv6 = np.flatnonzero(is_ipv4), np.flatnonzero(~is_ipv4)
        self._shapes = [
            _Shape(ipv4, "...:", (*_octets(low[ipv4]), _Field(is_hexadecimal=False, values=port[ipv4]))),
            *_shapes_of_ipv6(ipv6, high, low, port),
        ]

    def containing(self, needle: str) -> Bools:
        """Find the rows whose text, as Endpoint writes it without a zone, has the needle in it; lower case only."""
        found = np.zeros(self._count, np.bool_)
        pieces = _SEPARATOR.split(needle)
        separators = "".join(_SEPARATOR.findall(needle))
        for shape in self._shapes:
            meeting = np.zeros(len(shape.rows), np.bool_)
            for start in range(len(shape.fields) - len(separators)):
                if shape.separators.startswith(separators, start):
                    meeting |= _meet(shape.fields[start : start + len(pieces)], pieces, len(meeting))
            found[shape.rows] = meeting
        return found


def _meet(fields: _Fields, pieces: Sequence[str], count: int) -> Bools:
    """Tell for which of as many endpoints every field meets its piece."""
    met = np.ones(count, np.bool_)
    for field, piece, test in zip(fields, pieces, _tests(len(pieces)), strict=True):
        if field is None:
            met &= bool(test(np.array([b""]), piece.encode())[0])
        else:
            met &= _answers(test, piece, is_hexadecimal=field.is_hexadecimal).take(field.values)
    return met


def _tests(pieces: int) -> Sequence[_Test]:
    if pieces == 1:
        return (_contains,)
    return (np.strings.endswith, *[np.equal] * (pieces - 2), np.strings.startswith)


def _contains(texts: _Texts, piece: bytes) -> Bools:
    found: Bools = np.strings.find(texts, piece) >= 0
    return found


# Both sides have the same fields several times over.
@lru_cache(maxsize=32)
def _answers(test: _Test, piece: str, *, is_hexadecimal: bool) -> Bools:
    """Give for each value of a field whether its text meets the piece."""
    answers = test(_texts(is_hexadecimal=is_hexadecimal), piece.encode())
    answers.flags.writeable = False
    return answers


@cache
def _texts(*, is_hexadecimal: bool) -> _Texts:
    """Write every value that a field can have."""
    return np.array([f"{value:x}" if is_hexadecimal else str(value) for value in range(_VALUES)], np.bytes_)


def _octets(low: U64) -> list[_Field]:
    octets = low.astype("<u8", copy=False).view(np.uint8).reshape(-1, 8)
    return [_Field(is_hexadecimal=False, values=octets[:, place]) for place in (3, 2, 1, 0)]


def _shapes_of_ipv6(rows: Rows, high: U64, low: U64, port: U16) -> Iterator[_Shape]:
    """Part IPv6 endpoints by which hextets are 0, and by 0xffff in the sixth: nothing else decides the shape."""
    packed = np.column_stack((high[rows], low[rows])).astype(">u8")
    hextets = packed.view(">u2").astype(np.uint16).reshape(-1, _HEXTETS)
    kind = np.packbits(hextets == 0, axis=1)[:, 0].astype(np.uint16)
    kind |= (hextets[:, 5] == _FFFF).astype(np.uint16) << np.uint16(_HEXTETS)
    for number in np.flatnonzero(np.bincount(kind)).tolist():
        places = np.flatnonzero(kind == number)
        # What inet_ntop makes of one of them says where "::" and dots stand in all of them.
        text = socket.inet_ntop(socket.AF_INET6, packed[places[0]].tobytes())
        fields = _fields_of_ipv6(text, hextets[places], low[rows[places]])
        separators = f"[{''.join(_SEPARATOR.findall(text))}]:"
        last = _Field(is_hexadecimal=False, values=port[rows[places]])
        yield _Shape(rows[places], separators, (None, *fields, None, last))


def _fields_of_ipv6(text: str, hextets: npt.NDArray[np.uint16], low: U64) -> _Fields:
    """Give the fields of addresses whose texts look like this one."""
    every: list[_Field | None] = [_Field(is_hexadecimal=True, values=hextets[:, place]) for place in range(_HEXTETS)]
    if "." in text:
        every[-2:] = _octets(low)
    before, gap, after = text.partition("::")
    if not gap:
        return tuple(every)
    leading = every[: len(_SEPARATOR.split(before))] if before else [None]
    trailing = every[-len(_SEPARATOR.split(after)) :] if after else [None]
    return (*leading, None, *trailing)
