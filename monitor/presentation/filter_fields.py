"""The fields of the filter line: what reads their values, and how they are explained and completed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from monitor.errors import InputError
from monitor.presentation.filter_numbers import read_number
from monitor.presentation.filter_operators import Operator
from monitor.presentation.filter_places import FAMILIES, compare_ports, read_place_at
from monitor.presentation.filter_states import STATE_SETS, STATES, read_states, states_filter
from monitor.presentation.filter_tree import (
    DeviceIs,
    FamilyIs,
    Filter,
    GroupIs,
    InterfaceIs,
    MarkIs,
    Name,
    NameMatches,
    NamespaceIs,
    Number,
    PidIs,
    ProcessContains,
    ProtocolIs,
    Reach,
    ReachIs,
    Side,
    UserIs,
)
from monitor.presentation.nearest_names import nearest
from monitor.presentation.option_words import PROTOCOLS
from monitor.presentation.safe_text import safe_text

_MAX_PID = 1 << 22
"""PID_MAX_LIMIT of include/linux/threads.h."""
_WORD32 = 0xFFFF_FFFF
_MARK = re.compile(r"(?P<mark>0x[0-9a-f]{1,8}|[0-9]{1,10})(?:/(?P<mask>0x[0-9a-f]{1,8}|[0-9]{1,10}))?", re.IGNORECASE)
WILDCARDS = frozenset("*?")
"""Signs that make a pattern of an unquoted value."""

_CGROUP_MOUNTS = ("/sys/fs/cgroup", "/unified")
"""Where cgroup v2 is mounted: at the first, or beside cgroup v1 at the second below it."""

Reader = Callable[[Operator, str], Filter]
"""Reads a value that is not empty; raises InputError with a sentence where it cannot be, or cannot be asked so."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field."""

    read: Reader
    example: str
    """A line that may be typed."""
    help: str
    """What it asks for."""
    values: tuple[str, ...] = ()
    """All values, where they are few; they complete a word."""
    name: Name | None = None
    """What a pattern in its place is held against; None where there are no patterns."""

    def condition(self, operator: Operator, value: str, *, is_quoted: bool) -> Filter:
        """Read a value; a quoted one is no pattern unless one is asked for."""
        if self.name is not None:
            positive = operator.positive
            has_wildcards = not WILDCARDS.isdisjoint(value)
            if positive is Operator.LIKE:
                return operator.of(NameMatches(self.name, value if has_wildcards else f"*{value}*"))
            if positive is Operator.EQUAL and has_wildcards and not is_quoted:
                return operator.of(NameMatches(self.name, value))
        return self.read(operator, value)


def _equal(read: Callable[[str], Filter]) -> Reader:
    """Make a reader for what can be asked for and for its opposite."""

    def reader(operator: Operator, text: str) -> Filter:
        if operator.positive is not Operator.EQUAL:
            raise InputError(f'"{operator.value}" cannot be asked of this field; = and != can')
        return operator.of(read(text))

    return reader


def _read_pid(text: str) -> PidIs:
    if not re.fullmatch("[0-9]{1,7}", text) or not 1 <= int(text) <= _MAX_PID:
        raise InputError(f'"{safe_text(text, 60)}" is no process id; write 1 to {_MAX_PID}')
    return PidIs(int(text))


def _read_protocol(text: str) -> ProtocolIs:
    protocol = PROTOCOLS.get(text.lower())
    if protocol is None:
        raise InputError(f'no protocol is called "{safe_text(text, 60)}"; write tcp or udp')
    return ProtocolIs(protocol)


def _read_state(text: str) -> Filter:
    return states_filter(read_states(text))


def _read_reach(text: str) -> ReachIs:
    try:
        return ReachIs(Reach(text.lower()))
    except ValueError:
        words = [reach.value for reach in Reach]
        raise InputError(f'no reach is called "{safe_text(text, 60)}"; {nearest(text.lower(), words)}') from None


def _read_mark(text: str) -> MarkIs:
    written = _MARK.fullmatch(text)
    mark, mask = (_word(written[part] or hex(_WORD32)) for part in ("mark", "mask")) if written else (-1, -1)
    if not 0 <= mark <= _WORD32 or not 0 <= mask <= _WORD32:
        raise InputError(f'"{safe_text(text, 60)}" is no mark; write 7, 0x7 or 0x1/0xff')
    return MarkIs(mark, mask)


def _word(text: str) -> int:
    return int(text, 16 if text[:2].lower() == "0x" else 10)


def _read_family(text: str) -> FamilyIs:
    family = FAMILIES.get(text.lower())
    if family is None:
        raise InputError(f'no family is called "{safe_text(text, 60)}"; write inet or inet6')
    return FamilyIs(family)


def _read_cgroup(text: str) -> GroupIs:
    path = text
    for mounted in _CGROUP_MOUNTS:
        path = path.removeprefix(mounted) if f"{path}/".startswith(f"{mounted}/") else path
    return GroupIs(Name.CGROUP, f"/{path.strip('/')}")


def _place(side: Side) -> Reader:
    return _equal(partial(read_place_at, side))


_TIMES = "compared with =, !=, <, <=, >, >= and a unit: us, ms, s, m, h, d"
_AMOUNTS = "compared likewise with K, M, G, T or Ki, Mi …"
_STATE_WORDS = tuple(dict.fromkeys((*STATES, *STATE_SETS)))

FIELDS: dict[str, Field] = {
    "state": Field(_equal(_read_state), "state established", "a state, or connected, bucket, big …", _STATE_WORDS),
    "proto": Field(_equal(_read_protocol), "proto udp", "tcp or udp", tuple(PROTOCOLS)),
    "family": Field(_equal(_read_family), "family inet6", "inet or inet6", tuple(FAMILIES)),
    "src": Field(_place(Side.LOCAL), "src 10/8", "address, network, address:port or :port of the local end"),
    "dst": Field(_place(Side.PEER), "dst [::1]:80", "the same of the remote end"),
    "sport": Field(partial(compare_ports, Side.LOCAL), "sport gt :1024", "local port, compared; or a range"),
    "dport": Field(partial(compare_ports, Side.PEER), "dport = :443", "remote port, likewise"),
    "local": Field(_place(Side.LOCAL), "local :8080", "as src"),
    "remote": Field(_place(Side.REMOTE), "remote 198.51.100.0/24", "as dst, of sockets that have a remote end"),
    "port": Field(partial(compare_ports, Side.EITHER), "port 8000-8999", "port of either end, by number or service"),
    "pid": Field(_equal(_read_pid), "pid 812", "held by this process"),
    "proc": Field(_equal(ProcessContains), "proc ~ node*", "held by a process of this name", name=Name.PROCESS),
    "process": Field(_equal(ProcessContains), "process nginx", "as proc", name=Name.PROCESS),
    "user": Field(_equal(UserIs), "user www-data", "made by this user, by name or number", name=Name.USER),
    "iface": Field(_equal(InterfaceIs), "iface wg0", "of this interface", name=Name.INTERFACE),
    "interface": Field(_equal(InterfaceIs), "interface wg0", "as iface", name=Name.INTERFACE),
    "via": Field(_equal(InterfaceIs), "via wg0", "as iface", name=Name.INTERFACE),
    "cgroup": Field(
        _equal(_read_cgroup), "cgroup = /system.slice/nginx.service", "made in this control group", name=Name.CGROUP
    ),
    "unit": Field(_equal(partial(GroupIs, Name.UNIT)), "unit nginx.service", "made in this unit", name=Name.UNIT),
    "container": Field(
        _equal(partial(GroupIs, Name.CONTAINER)),
        "container web",
        "made in this container, by name, pod or id",
        name=Name.CONTAINER,
    ),
    "slice": Field(
        _equal(partial(GroupIs, Name.SLICE)), "slice system.slice", "made in this slice or below it", name=Name.SLICE
    ),
    "image": Field(
        _equal(partial(GroupIs, Name.IMAGE)), "image postgres*", "made in a container of this image", name=Name.IMAGE
    ),
    "dev": Field(_equal(DeviceIs), "dev = eth0", "bound to this interface", name=Name.DEVICE),
    "netns": Field(
        _equal(NamespaceIs), "netns blue", "in this network namespace, by a name of it or its inode", name=Name.NETNS
    ),
    "fwmark": Field(_equal(_read_mark), "fwmark = 0x1/0xff", "SO_MARK, under a mask"),
    "reach": Field(
        _equal(_read_reach), "reach all", "listeners reached from lo, net or all", tuple(reach.value for reach in Reach)
    ),
    "rtt": Field(partial(read_number, Number.RTT), "rtt > 50ms", f"round trip time, {_TIMES}"),
    "idle": Field(partial(read_number, Number.IDLE), "idle > 1h", "time since the last data, compared likewise"),
    "age": Field(partial(read_number, Number.AGE), "age < 10s", "time since the opening, compared likewise"),
    "retrans": Field(partial(read_number, Number.RETRANSMITS), "retrans > 0", "segments sent again"),
    "rate": Field(partial(read_number, Number.RATE), "rate > 1M", f"bytes per second both ways, {_AMOUNTS}"),
    "down": Field(partial(read_number, Number.RECEIVED), "down > 1M", "bytes per second received"),
    "up": Field(partial(read_number, Number.SENT), "up > 1M", "bytes per second acknowledged by the peer"),
    "rcvq": Field(partial(read_number, Number.RECV_Q), "rcvq > 0", "bytes that the program has not read"),
    "sndq": Field(partial(read_number, Number.SEND_Q), "sndq > 64K", "bytes that the peer has not acknowledged"),
}
"""By name."""
