"""BTF: the running kernel's own description of its structures, as far as a BPF program needs it. Pure.

The format is fixed by Documentation/bpf/btf.rst: a header, types of varying length one after another, and names. A
type's number is its place in that row, so that all before it have to be passed.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from mmap import mmap

import numpy as np
import numpy.typing as npt

from monitor.errors import WireError
from monitor.model.socket_table import U32

_MAGIC = 0xEB9F
_HEADER = struct.Struct("=HBBIIIII")
_WORD = 4
_HEADER_WORDS = 3
"""Words of struct btf_type: name, info, and size or type."""
_KIND_BIT, _KINDS = 24, 32
"""Where an info word has the type's kind, which is never 0."""
_WORDS = np.full(_KINDS, _HEADER_WORDS, np.int32)
"""By BTF_KIND: words of a type without its members."""
_WORDS[[1, 3, 14, 17]] += [1, 3, 1, 1]  # INT, ARRAY, VAR and DECL_TAG
_MEMBER_WORDS = np.zeros(_KINDS, np.int32)
"""By BTF_KIND: words of each member."""
_MEMBER_WORDS[[4, 5, 6, 13, 15, 19]] = [3, 3, 2, 2, 3, 3]  # STRUCT, UNION, ENUM, FUNC_PROTO, DATASEC and ENUM64
_STRUCT, _FUNCTION = 4, 12
_BITS = 8


@dataclass(frozen=True, slots=True)
class Btf:
    """Some structures and functions of a kernel."""

    offsets: dict[tuple[str, str], int]
    """By structure and field: bytes from its beginning. Fields of nested unnamed structures are not among them."""
    functions: dict[str, int]
    """By name: the type's number, by which bpf(2) knows the function."""

    @classmethod
    def parse(cls, data: bytes | mmap, structures: Collection[str], functions: Collection[str]) -> Btf:
        """Pick what is named out of /sys/kernel/btf/vmlinux; what the kernel does not have is left out.

        Raises:
            WireError: this is not BTF in this machine's byte order, or a type breaks its bounds.
        """
        try:
            return cls._parse(data, structures, functions)
        except (struct.error, IndexError, ValueError, TypeError):
            raise WireError("the kernel's description of its structures (BTF) cannot be understood") from None

    @classmethod
    def _parse(cls, data: bytes | mmap, structures: Collection[str], functions: Collection[str]) -> Btf:
        magic, _, _, length, types, types_length, names, names_length = _HEADER.unpack_from(data)
        if magic != _MAGIC:
            raise ValueError(magic)
        text = data[length + names : length + names + names_length]
        words = np.frombuffer(data, np.uint32, types_length // _WORD, length + types)
        firsts = _firsts(words)
        made = cls({}, {})
        for name, place in _named(words[firsts], text, {*structures, *functions}):
            at = int(firsts[place])
            kind = int(words[at + 1]) >> _KIND_BIT & _KINDS - 1
            if kind == _STRUCT and name in structures:
                made.offsets.update({(name, field): offset for field, offset in _fields(words[at:], text)})
            elif kind == _FUNCTION and name in functions:
                made.functions[name] = place + 1
        return made


def _firsts(words: U32) -> npt.NDArray[np.int32]:
    """Find the first word of each type, in order.

    Raises:
        ValueError: a type does not end where the next one begins.
    """
    # Over a hundred thousand types are passed here while the first sample waits. Hardly another word is as large as an
    # info word: most are followed by that of the next type, and only where another word comes first is a type skipped.
    # Narrow numbers, since most of the time goes to memory that is new.
    large: npt.NDArray[np.int32] = np.append(
        np.flatnonzero(words >= 1 << _KIND_BIT).astype(np.int32), np.int32(len(words) + 1)
    )
    infos = words[large[:-1]]
    kinds = (infos >> _KIND_BIT).astype(np.uint8) & np.uint8(_KINDS - 1)
    nexts = large[:-1] + _WORDS[kinds] + _MEMBER_WORDS[kinds] * (infos & 0xFFFF).astype(np.int32)
    is_info = np.ones(len(infos), np.bool_)
    skips = np.flatnonzero(large[1:] != nexts)
    end = 0
    for place, following in zip(skips.tolist(), np.searchsorted(large, nexts[skips]).tolist(), strict=True):
        if place >= end:
            end = following
            is_info[place + 1 : end] = False
    begun = large[:-1][is_info]
    ends = nexts[is_info]
    if not np.array_equal(begun[:1], [1]) or not np.array_equal(begun[1:], ends[:-1]) or ends[-1] != large[-1]:
        raise ValueError("types that do not follow one another")
    return begun - 1


def _named(names: U32, text: bytes, wanted: Collection[str]) -> Iterator[tuple[str, int]]:
    """Find all types that have one of these names, as name and place among all."""
    for name in wanted:
        # The empty name stands at 0, and types without a name have it: what is not found is not that one.
        if place := text.find(b"\0" + name.encode() + b"\0") + 1:
            for found in np.flatnonzero(names == place).tolist():
                yield name, found


def _fields(words: U32, names: bytes) -> list[tuple[str, int]]:
    """List the fields of the structure that these words begin with, as far as they lie on whole bytes."""
    info = int(words[1])
    has_bit_fields, end = info >> 31, _HEADER_WORDS * ((info & 0xFFFF) + 1)
    fields = []
    for place, _, bits in words[_HEADER_WORDS:end].reshape(-1, _HEADER_WORDS).tolist():
        offset = bits & 0xFFFFFF if has_bit_fields else bits
        if place and offset % _BITS == 0:
            fields.append((names[place : names.index(b"\0", place)].decode(), offset // _BITS))
    return fields
