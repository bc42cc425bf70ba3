"""BTF: the running kernel's own description of its structures, as far as a BPF program needs it. Pure.

The format is fixed by Documentation/bpf/btf.rst: a header, types of varying length one after another, and names. A
type's number is its place in that row, so that all before it have to be passed.
"""

from __future__ import annotations

import struct
from collections.abc import Collection
from dataclasses import dataclass

from monitor.errors import WireError

_MAGIC = 0xEB9F
_HEADER = struct.Struct("=HBBIIIII")
_HEADER_WORDS = 3
"""Words of struct btf_type: name, info, and size or type."""
_FIXED_WORDS = {1: 1, 3: 3, 14: 1, 17: 1}
"""By BTF_KIND: further words of INT, ARRAY, VAR and DECL_TAG."""
_MEMBER_WORDS = {4: 3, 5: 3, 6: 2, 13: 2, 15: 3, 19: 3}
"""By BTF_KIND: words of each member of STRUCT, UNION, ENUM, FUNC_PROTO, DATASEC and ENUM64."""
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
    def parse(cls, data: bytes, structures: Collection[str], functions: Collection[str]) -> Btf:
        """Pick what is named out of /sys/kernel/btf/vmlinux; what the kernel does not have is left out.

        Raises:
            WireError: this is not BTF in this machine's byte order, or a type breaks its bounds.
        """
        try:
            return cls._parse(data, structures, functions)
        except (struct.error, IndexError, ValueError, TypeError):
            raise WireError("the kernel's description of its structures (BTF) cannot be understood") from None

    @classmethod
    def _parse(cls, data: bytes, structures: Collection[str], functions: Collection[str]) -> Btf:
        magic, _, _, length, types, types_length, names, names_length = _HEADER.unpack_from(data)
        if magic != _MAGIC:
            raise ValueError(magic)
        first_name = length + names
        names_text = data[first_name : first_name + names_length]
        wanted = {_place(names_text, name): name for name in {*structures, *functions}}
        wanted.pop(0, None)
        words = memoryview(data)[length + types : length + types + types_length].cast("I")
        made = cls({}, {})
        for number, at in _named(words, wanted):
            name, kind = wanted[words[at]], words[at + 1] >> 24 & 31
            if kind == _STRUCT and name in structures:
                made.offsets.update({(name, field): offset for field, offset in _fields(words, at, names_text)})
            elif kind == _FUNCTION and name in functions:
                made.functions[name] = number
        return made


class _Lengths(dict[int, int]):
    """Words of a type by its info word."""

    def __missing__(self, info: int) -> int:
        kind, members = info >> 24 & 31, info & 0xFFFF
        length = self[info] = _HEADER_WORDS + _FIXED_WORDS.get(kind, 0) + _MEMBER_WORDS.get(kind, 0) * members
        return length


def _place(names: bytes, name: str) -> int:
    """Give where a name stands among all; 0, the place of the empty one, where it does not."""
    return names.find(b"\0" + name.encode() + b"\0") + 1


def _named(words: memoryview, wanted: Collection[int]) -> list[tuple[int, int]]:
    """Find the types with these names: (number, first word) of each."""
    # Over a hundred thousand types are passed here while the first sample waits: nothing is done twice.
    lengths, end, found = _Lengths(), len(words), []
    at, number = 0, 1
    while at < end:
        if words[at] in wanted:
            found.append((number, at))
        at += lengths[words[at + 1]]
        number += 1
    return found


def _fields(words: memoryview, at: int, names: bytes) -> list[tuple[str, int]]:
    """List the fields of a structure that lie on whole bytes."""
    has_bit_fields, members = words[at + 1] >> 31, words[at + 1] & 0xFFFF
    fields = []
    for member in range(at + _HEADER_WORDS, at + _HEADER_WORDS * (members + 1), _HEADER_WORDS):
        place, bits = words[member], words[member + 2]
        bits = bits & 0xFFFFFF if has_bit_fields else bits
        if place and bits % _BITS == 0:
            fields.append((names[place : names.index(b"\0", place)].decode(), bits // _BITS))
    return fields
