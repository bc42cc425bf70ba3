"""Route questions and answers as bytes, by the thousand: WAY_QUESTION records to RTM_GETROUTE, replies to WAY. Pure."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from monitor.errors import WireError
from monitor.kernel.netlink import NLM_F_REQUEST, NLMSG_ERROR
from monitor.kernel.netlink_messages import HEADER, WORD, Messages
from monitor.kernel.route_types import REFUSALS, ROUTE_TYPES
from monitor.kernel.rtnetlink_list import next_hops
from monitor.kernel.rtnetlink_numbers import (
    RTA_DPORT,
    RTA_DST,
    RTA_IP_PROTO,
    RTA_MARK,
    RTA_MULTIPATH,
    RTA_OIF,
    RTA_PREFSRC,
    RTA_SPORT,
    RTA_SRC,
    RTA_UID,
    RTM_F_LOOKUP_TABLE,
    RTM_GETROUTE,
    RTM_NEWROUTE,
    RTNH_F_DEAD,
)
from monitor.model.endpoint import MAPPED_IPV4
from monitor.model.socket_table import U32, Bools, Rows
from monitor.model.ways import WAY, Records

_ROUTE = np.dtype(
    [(name, "u1") for name in ("family", "to", "from", "tos", "table", "protocol", "scope", "type")] + [("flags", "u4")]
)
"""struct rtmsg (include/uapi/linux/rtnetlink.h)."""
_ATTRIBUTES = HEADER.itemsize + _ROUTE.itemsize
_ATTRIBUTE_TYPE_MASK = 0x3FFF
_MOST_ATTRIBUTES = 64
_ADDRESS_BYTES: dict[int, int] = {socket.AF_INET: 4, socket.AF_INET6: 16}
_REFUSAL_OF_TYPE = np.zeros(256, np.uint16)
for _number, _name in ROUTE_TYPES.items():
    _REFUSAL_OF_TYPE[_number] = REFUSALS.get(_name, 0)


def _attribute(name: str, kind: int, value: str, size: int) -> tuple[list[tuple[str, str]], tuple[str, int, int]]:
    return [(f"{name}_length", "u2"), (f"{name}_kind", "u2"), (name, value)], (name, kind, size + WORD)


def _request(family: int) -> tuple[np.dtype[np.void], list[tuple[str, int, int]]]:
    """Lay out a question: its type, and of each attribute the name, number and length."""
    size = _ADDRESS_BYTES[family]
    parts = [
        _attribute("remote", RTA_DST, f"V{size}", size),
        _attribute("source", RTA_SRC, f"V{size}", size),
        _attribute("device", RTA_OIF, "u4", 4),
        _attribute("mark", RTA_MARK, "u4", 4),
        _attribute("uid", RTA_UID, "u4", 4),
        # Shorter values than a word are padded to one.
        _attribute("protocol", RTA_IP_PROTO, "<u4", 1),
        _attribute("source_port", RTA_SPORT, ">u2", 2),
        _attribute("remote_port", RTA_DPORT, ">u2", 2),
    ]
    fields: list[tuple[str, object]] = [("header", HEADER), ("route", _ROUTE)]
    for described, (name, _, length) in parts:
        fields += described
        if length == WORD + 2:
            fields.append((f"{name}_pad", "V2"))
    return np.dtype(fields), [attribute for _, attribute in parts]


_REQUESTS = {family: _request(family) for family in _ADDRESS_BYTES}
_Found = tuple[Rows, Rows, Rows, Rows]
"""The attribute at one place of many messages: its number, where its value begins, its length, and whose it is."""


def requests_of(questions: Records, family: int, *, flags: int = 0) -> Records:
    """Make the messages for questions of one family, their sequence numbers still open."""
    dtype, attributes = _REQUESTS[family]
    messages = np.zeros(len(questions), dtype)
    messages["header"]["length"] = dtype.itemsize
    messages["header"]["type"] = RTM_GETROUTE
    messages["header"]["flags"] = NLM_F_REQUEST
    bits = _ADDRESS_BYTES[family] * 8
    messages["route"]["family"] = family
    messages["route"]["to"] = bits
    messages["route"]["from"] = np.where(_is_bound(questions), bits, 0)
    messages["route"]["flags"] = RTM_F_LOOKUP_TABLE | flags
    for name, kind, length in attributes:
        messages[f"{name}_length"] = length
        messages[f"{name}_kind"] = kind
        if name in {"remote", "source"}:
            packed = _packed(questions, name, family)
            messages[name] = packed
        else:
            messages[name] = questions[name]
    return messages


def ways_of(messages: Messages, questions: Records, family: int) -> Records:
    """Read the answers to questions of one family, in their order; `has_owner_hop` stays False.

    Raises:
        WireError: an answer is neither a route nor an error, or breaks its bounds.
    """
    ways = np.zeros(len(messages), WAY)
    kinds, walk = messages.headers["type"], _Walk.of(messages)
    is_error, is_route = kinds == NLMSG_ERROR, kinds == RTM_NEWROUTE
    if len(messages) != len(questions) or not (is_error | is_route).all():
        raise WireError("a netlink answer to another question than for a route")
    ways["errno"][is_error] = -walk.words[walk.begin[is_error] // WORD + HEADER.itemsize // WORD].view(np.int32)
    rows = np.flatnonzero(is_route)
    types = messages.data[walk.begin[rows] + HEADER.itemsize + 7]
    ways["type"][rows] = types
    # IPv6 answers with the route that refuses, IPv4 with its errno.
    ways["errno"][rows] = _REFUSAL_OF_TYPE[types]
    for found in walk.attributes(rows):
        _take(ways, walk.words, found, family)
    ways["type"][ways["errno"] != 0] = 0
    is_bound = _is_bound(questions)
    for name in ("source_high", "source_low"):
        ways[name] = np.where(is_bound, questions[name], ways[name])
    return ways


def next_hops_of(messages: Messages) -> list[frozenset[int]]:
    """Give for each answer that tells the matching route the interfaces of its living next hops."""
    found: list[frozenset[int]] = [frozenset()] * len(messages)
    walk = _Walk.of(messages)
    known: dict[bytes, frozenset[int]] = {}
    rows = np.flatnonzero(messages.headers["type"] == RTM_NEWROUTE)
    for attribute, at, length, hit in walk.attributes(rows):
        is_list = attribute == RTA_MULTIPATH
        for row, begin, size in zip(hit[is_list].tolist(), at[is_list].tolist(), length[is_list].tolist(), strict=True):
            value = messages.data[begin : begin + size].tobytes()
            if value not in known:
                known[value] = frozenset(output for flags, output, _ in next_hops(value) if not flags & RTNH_F_DEAD)
            found[row] = known[value]
    return found


def _take(ways: Records, words: U32, found: _Found, family: int) -> None:
    """Put the values that stand at one place of the messages into their ways."""
    attribute, at, length, hit = found
    is_device = (attribute == RTA_OIF) & (length == WORD)
    ways["device"][hit[is_device]] = words[at[is_device] // WORD]
    is_source = (attribute == RTA_PREFSRC) & (length == _ADDRESS_BYTES[family])
    rows, first = hit[is_source], at[is_source] // WORD
    swapped = [words[first + place].byteswap().astype(np.uint64) for place in range(_ADDRESS_BYTES[family] // WORD)]
    if family == socket.AF_INET:
        ways["source_low"][rows] = swapped[0] | np.uint64(MAPPED_IPV4)
        return
    ways["source_high"][rows] = swapped[0] << np.uint64(32) | swapped[1]
    ways["source_low"][rows] = swapped[2] << np.uint64(32) | swapped[3]


@dataclass(frozen=True, slots=True, eq=False)
class _Walk:
    """Goes through the attributes of many messages in step."""

    words: U32
    begin: Rows
    end: Rows

    @classmethod
    def of(cls, messages: Messages) -> _Walk:
        return cls(messages.data.view(np.uint32), messages.offsets, messages.offsets + messages.lengths)

    def attributes(self, rows: Rows) -> Iterator[_Found]:
        """Give the first attribute of each of the messages, the second of each that has one, and so on.

        Raises:
            WireError: an attribute breaks its bounds, or there are too many.
        """
        at = self.begin[rows] + _ATTRIBUTES
        if (at > self.end[rows]).any():
            raise WireError("a netlink answer is too short for a route")
        for _ in range(_MOST_ATTRIBUTES):
            has_more = at + WORD <= self.end[rows]
            rows, at = rows[has_more], at[has_more]
            if not len(rows):
                return
            heads = self.words[at // WORD].astype(np.intp)
            lengths = heads & 0xFFFF
            if ((lengths < WORD) | (at + lengths > self.end[rows])).any():
                raise WireError("a netlink attribute of a route breaks its bounds")
            yield heads >> 16 & _ATTRIBUTE_TYPE_MASK, at + WORD, lengths - WORD, rows
            at = at + (lengths + WORD - 1) // WORD * WORD
        raise WireError(f"a netlink answer with more than {_MOST_ATTRIBUTES} attributes")


def _is_bound(questions: Records) -> Bools:
    bound: Bools = (questions["source_high"] != 0) | (questions["source_low"] != 0)
    return bound


def _packed(questions: Records, name: str, family: int) -> Records:
    """Give the addresses as they stand in a packet."""
    low = questions[f"{name}_low"]
    if family == socket.AF_INET:
        return low.astype(">u4").view("V4")
    both = np.empty((len(questions), 2), ">u8")
    both[:, 0], both[:, 1] = questions[f"{name}_high"], low
    return both.view("V16")[:, 0]
