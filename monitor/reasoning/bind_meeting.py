"""Which sockets an attempt meets: on its port, in its VRF, with a device and an address that overlap with its own.

The overlap of addresses is that of inet_rcv_saddr_equal(), wildcards included; of devices, of buckets and of ports that
of inet_bind_conflict() and udp_lib_lport_inuse().
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from monitor.model.bind import BindAttempt, Meeting
from monitor.model.bind_facts import BindFacts, SocketOptions
from monitor.model.endpoint import MAPPED_IPV4
from monitor.model.socket_table import U8, U32, V6ONLY_UNKNOWN, Bools, Rows, SocketTable
from monitor.model.tcp import PROTOCOL_TCP, TcpState
from monitor.reasoning.bind_place import Place, parts_by_vrf, vrf_of
from monitor.reasoning.columns import is_ipv4


@dataclass(frozen=True, slots=True, eq=False)
class Met:
    """The sockets that an attempt meets, in the order of the table, which is that of the kernel's lists."""

    rows: Rows
    is_certain: Bools
    """False where it is not visible whether an IPv6 socket is v6only, which here decides."""


def met_sockets(table: SocketTable, attempt: BindAttempt, facts: BindFacts) -> Met:
    """Find the sockets that an attempt meets; with port 0 those on any port of the range."""
    place = Place.of(attempt, facts)
    rows = _on_port(table, attempt, facts)
    rows = rows[_shares_device(table.device[rows], place.device)]
    if parts_by_vrf(attempt.protocol, facts):
        rows = rows[[vrf_of(device, facts) == place.vrf for device in table.device[rows].tolist()]]
    met, is_certain = _overlaps(table, rows, place, facts.options)
    return Met(rows[met], is_certain[met])


def meeting_of(table: SocketTable, row: int, attempt: BindAttempt, facts: BindFacts) -> Meeting:
    """Say how the addresses of an attempt and of a socket that it meets overlap."""
    place = Place.of(attempt, facts)
    high, low = int(table.local_high[row]), int(table.local_low[row])
    theirs_is_ipv4 = high == 0 and low >> 32 == MAPPED_IPV4 >> 32
    theirs_is_wildcard = high == 0 and low in (0, MAPPED_IPV4)
    if theirs_is_ipv4 == place.is_ipv4_address:
        if (high, low) == (place.high, place.low):
            return Meeting.SAME
        return Meeting.THEIRS_IS_WILDCARD if theirs_is_wildcard else Meeting.OURS_IS_WILDCARD
    if theirs_is_ipv4:
        return Meeting.OURS_IS_DUAL
    return Meeting.THEIRS_IS_DUAL if theirs_is_wildcard else Meeting.IPV6_CONNECTION


def is_on_port(table: SocketTable, attempt: BindAttempt, facts: BindFacts) -> Bools:
    """Tell which rows are of the attempt's protocol and port, or with port 0 on any that may be chosen."""
    is_there: Bools = table.protocol == attempt.protocol
    if attempt.endpoint.port:
        is_there &= table.local_port == attempt.endpoint.port
    else:
        is_there &= (table.local_port >= facts.range_first) & (table.local_port <= facts.range_last)
    return is_there


def _on_port(table: SocketTable, attempt: BindAttempt, facts: BindFacts) -> Rows:
    is_there = is_on_port(table, attempt, facts)
    if attempt.protocol == PROTOCOL_TCP:
        # A handshake that is not finished is an entry of its listener and holds no port.
        is_request = np.isin(table.state, (TcpState.SYN_RECEIVED, TcpState.NEW_SYN_RECEIVED)) & (table.inode == 0)
        is_there &= ~is_request
    return np.flatnonzero(is_there)


def _shares_device(theirs: U32, ours: int) -> Bools:
    shares: Bools = (theirs == 0) | (theirs == ours) if ours else np.ones(len(theirs), np.bool_)
    return shares


def _overlaps(
    table: SocketTable, rows: Rows, place: Place, options: Mapping[int, SocketOptions]
) -> tuple[Bools, Bools]:
    """Tell which rows' addresses overlap with the place's, and of which that is certain."""
    high, low = table.local_high[rows], table.local_low[rows]
    theirs_is_ipv4 = is_ipv4(high, low)
    equal: Bools = (high == place.high) & (low == place.low)
    theirs_is_ipv6_wildcard: Bools = (high == 0) & (low == 0)
    theirs_is_ipv4_wildcard: Bools = (high == 0) & (low == MAPPED_IPV4)
    if not place.is_ipv4_address:
        if not place.is_ipv6_wildcard:
            return equal | theirs_is_ipv6_wildcard, np.ones(len(rows), np.bool_)
        return ~theirs_is_ipv4 | (not place.v6only), np.ones(len(rows), np.bool_)
    met = equal | theirs_is_ipv4_wildcard | theirs_is_ipv6_wildcard
    if place.is_ipv4_wildcard:
        met |= theirs_is_ipv4
        if place.family == socket.AF_INET:
            # The kernel gives an IPv6 socket that is connected 127.0.0.6 for IPv4, which 0.0.0.0 then meets.
            met |= ~theirs_is_ipv4
    v6only = _v6only(table, rows, options)
    met &= theirs_is_ipv4 | (v6only != 1)
    return met, theirs_is_ipv4 | (v6only != V6ONLY_UNKNOWN)


def _v6only(table: SocketTable, rows: Rows, options: Mapping[int, SocketOptions]) -> U8:
    """Give each row's IPV6_V6ONLY, from its options where the table does not hold it."""
    v6only = table.v6only[rows].copy()
    for place in np.flatnonzero((v6only == V6ONLY_UNKNOWN) & (table.family[rows] == socket.AF_INET6)).tolist():
        known = options.get(int(table.cookie[rows[place]]))
        if known is not None:
            v6only[place] = known.v6only
    return v6only
