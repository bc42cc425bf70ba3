"""Which sockets take what is sent to a multicast group: asked of the sockets themselves where that is permitted.

A socket takes a group that it has joined, unless it filters the source; and any other that somebody on the host has
joined, unless IP_MULTICAST_ALL is off. Of a socket that may not be asked the list of sockets tells that option, for
IPv4 groups, and nothing tells what it has joined.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import struct
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from ipaddress import IPv4Address

import numpy as np

from monitor.kernel.inet_diag import read_layout
from monitor.kernel.inet_diag_question import SOCK_DIAG_BY_FAMILY, family_list
from monitor.kernel.netlink import NETLINK_SOCK_DIAG, NetlinkSocket
from monitor.kernel.netlink_messages import HEADER, Messages
from monitor.kernel.socket_options import duplicated, held_process
from monitor.model.bind_facts import SocketHolder
from monitor.model.endpoint import Address
from monitor.model.receiver import Membership
from monitor.model.tcp import ALL_STATES, PROTOCOL_UDP

_LIST = "list UDP sockets"
_IP_MULTICAST_ALL, _IPV6_MULTICAST_ALL, _MCAST_MSFILTER = 49, 29, 48
"""include/uapi/linux/in.h and in6.h; the socket module names none of them."""
_MCAST_EXCLUDE = 0
_FILTER = struct.Struct("@I4x128sII")
"""struct group_filter: interface, group, mode, number of sources; the sources follow, 128 bytes each."""
_STORAGE = 128
_MOST_SOURCES = 64
_INET_DIAG_SOCKOPT = 22
_MC_ALL = 1 << 6
"""Bit of struct inet_diag_sockopt (include/uapi/linux/inet_diag.h)."""
_LOCAL_PORT_AT = HEADER.itemsize + 4
_COOKIE_AT = HEADER.itemsize + 44
_LEAST = HEADER.itemsize + 72


@dataclass(frozen=True, slots=True)
class GroupDatagram:
    """What was sent to a group, as far as a socket's filters mind it."""

    group: Address
    source: Address | None
    """None for anybody."""
    device: int
    """Index of the interface by which it came."""


def read_memberships(datagram: GroupDatagram, holders: Sequence[SocketHolder]) -> dict[int, Membership]:
    """Tell of each socket whether it takes the datagram, by cookie; what can't be known is left out.

    Raises:
        KernelError, WireError: sockets that may not be asked could not be listed either.
    """
    found: dict[int, Membership] = {}
    for holder in holders:
        asked = _asked(datagram, holder) if holder.pid else None
        if asked is not None:
            found[holder.cookie] = asked
    unknown = [holder for holder in holders if holder.cookie not in found]
    if unknown and isinstance(datagram.group, IPv4Address):
        takes_all = _takes_foreign_groups(unknown[0].port)
        for holder in unknown:
            if holder.cookie in takes_all:
                is_open = takes_all[holder.cookie]
                found[holder.cookie] = Membership.TAKES if is_open else Membership.IF_JOINED
    return found


def _asked(datagram: GroupDatagram, holder: SocketHolder) -> Membership | None:
    try:
        with held_process(holder.pid, holder.start_time) as pidfd, duplicated(pidfd, holder) as held:
            return None if held is None else _membership(held, datagram)
    except OSError:
        return None


def _membership(held: socket.socket, datagram: GroupDatagram) -> Membership:
    joined = _joined(held, datagram)
    if joined is not None:
        return joined
    is_ipv4 = isinstance(datagram.group, IPv4Address)
    level, option = (socket.IPPROTO_IP, _IP_MULTICAST_ALL) if is_ipv4 else (socket.IPPROTO_IPV6, _IPV6_MULTICAST_ALL)
    return Membership.TAKES if held.getsockopt(level, option) else Membership.REFUSES


def _joined(held: socket.socket, datagram: GroupDatagram) -> Membership | None:
    """Tell what the socket's own membership makes of the datagram; None where it has not joined."""
    # An IPv6 membership counts on whatever interface it was made (inet6_mc_check), an IPv4 one on its own.
    is_ipv4 = isinstance(datagram.group, IPv4Address)
    devices = [datagram.device] if is_ipv4 else [index for index, _ in socket.if_nameindex()]
    for device in devices:
        answer = _filter(held, datagram.group, device)
        if answer is None:
            continue
        mode, sources = answer
        is_listed = datagram.source is not None and datagram.source.packed in sources
        return Membership.TAKES if is_listed != (mode == _MCAST_EXCLUDE) else Membership.REFUSES
    return None


def _filter(held: socket.socket, group: Address, device: int) -> tuple[int, list[bytes]] | None:
    """Read a membership's source filter: its mode and sources; None where there is no such membership."""
    level = socket.IPPROTO_IP if isinstance(group, IPv4Address) else socket.IPPROTO_IPV6
    buffer = ctypes.create_string_buffer(_FILTER.size + _MOST_SOURCES * _STORAGE)
    _FILTER.pack_into(buffer, 0, device, _storage(group), 0, _MOST_SOURCES)
    size = ctypes.c_uint32(len(buffer))
    library = ctypes.CDLL(None, use_errno=True)
    # socket.getsockopt() passes nothing in, and here the kernel wants to know which membership.
    if library.getsockopt(held.fileno(), level, _MCAST_MSFILTER, buffer, ctypes.byref(size)) != 0:
        number = ctypes.get_errno()
        if number == errno.EADDRNOTAVAIL:
            return None
        raise OSError(number, os.strerror(number))
    _, _, mode, count = _FILTER.unpack_from(buffer, 0)
    begins = range(_FILTER.size, _FILTER.size + min(count, _MOST_SOURCES) * _STORAGE, _STORAGE)
    return mode, [_address_bytes(buffer.raw[begin : begin + _STORAGE], group) for begin in begins]


def _storage(address: Address) -> bytes:
    """Give struct sockaddr_storage; its address begins after family and port, of IPv6 after the flow label too."""
    if isinstance(address, IPv4Address):
        return struct.pack("=H2x4s", socket.AF_INET, address.packed).ljust(_STORAGE, b"\0")
    return struct.pack("=H6x16s", socket.AF_INET6, address.packed).ljust(_STORAGE, b"\0")


def _address_bytes(storage: bytes, like: Address) -> bytes:
    return storage[4:8] if isinstance(like, IPv4Address) else storage[8:24]


def _takes_foreign_groups(port: int) -> dict[int, bool]:
    """List by cookie whether IP_MULTICAST_ALL is on for the UDP sockets of a port."""
    found: dict[int, bool] = {}
    with closing(NetlinkSocket.open(NETLINK_SOCK_DIAG, _LIST)) as kernel:
        for family in (socket.AF_INET, socket.AF_INET6):
            question = family_list(family, PROTOCOL_UDP, ALL_STATES)
            for messages in kernel.dump(SOCK_DIAG_BY_FAMILY, question, _LIST):
                for message in _on_port(messages, port):
                    layout = read_layout(message)
                    offset, length = layout.values.get(_INET_DIAG_SOCKOPT, (0, 0))
                    if length and not layout.is_broken:
                        cookie = int.from_bytes(message[_COOKIE_AT : _COOKIE_AT + 8], sys.byteorder)
                        found[cookie] = bool(message[offset] & _MC_ALL)
    return found


def _on_port(messages: Messages, port: int) -> list[bytes]:
    whole = messages.take(messages.lengths >= _LEAST)
    if not len(whole):
        return []
    heads = whole.records(_LEAST).reshape(len(whole), _LEAST)
    ports = np.ascontiguousarray(heads[:, _LOCAL_PORT_AT : _LOCAL_PORT_AT + 2]).view(">u2")[:, 0]
    return [
        whole.take(np.array([row])).records(int(whole.lengths[row])).tobytes()
        for row in np.flatnonzero(ports == port).tolist()
    ]
