"""Links and addresses by plain netlink, for the first sample and for commands that end at once.

The same answers as rtnetlink.py's, which needs pyroute2: importing that costs longer than a whole sample.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from ipaddress import ip_address

from monitor.errors import WireError
from monitor.kernel.netlink import NetlinkSocket
from monitor.kernel.network_flags import address_with, link_with
from monitor.model.route import InterfaceAddress, Link
from monitor.model.sample import Network

_NETLINK_ROUTE = 0
_RTM_NEWLINK, _RTM_GETLINK = 16, 18
_RTM_NEWADDR, _RTM_GETADDR = 20, 22

_NETLINK_HEADER_BYTES = 16
_IFINFO = struct.Struct("=BxHiII")
"""struct ifinfomsg: family, type, index, flags, changed flags."""
_IFADDR = struct.Struct("=BBBBI")
"""struct ifaddrmsg: family, prefix length, flags, scope, index."""
_ATTRIBUTE = struct.Struct("=HH")
_ATTRIBUTE_TYPE_MASK = 0x3FFF
_U32 = struct.Struct("=I")

_IFLA_IFNAME, _IFLA_MTU, _IFLA_MASTER = 3, 4, 10
_IFA_ADDRESS, _IFA_LOCAL, _IFA_FLAGS = 1, 2, 8

FIRST_GENERATION = 1
"""Of what is read here; rtnetlink.py counts on from it."""


def read_network() -> Network:
    """Read all links and addresses of this network namespace, as FIRST_GENERATION.

    Raises:
        KernelError: the kernel refuses, or a sandbox has no netlink.
        WireError: the answer breaks its contract.
    """
    netlink = NetlinkSocket.open(_NETLINK_ROUTE, "list interfaces")
    try:
        request = bytes(_IFINFO.size)
        links = tuple(
            _link(data) for data in _messages(netlink, _RTM_GETLINK, request, "list interfaces", _RTM_NEWLINK)
        )
        request = bytes(_IFADDR.size)
        answers = _messages(netlink, _RTM_GETADDR, request, "list addresses", _RTM_NEWADDR)
        addresses = tuple(address for data in answers if (address := _address(data)) is not None)
        return Network(FIRST_GENERATION, links, addresses)
    finally:
        netlink.close()


def _messages(netlink: NetlinkSocket, kind: int, request: bytes, operation: str, answer: int) -> Iterator[memoryview]:
    for batch in netlink.dump(kind, request, operation, answer=answer):
        for offset, length in zip(batch.offsets.tolist(), batch.lengths.tolist(), strict=True):
            yield memoryview(batch.data[offset + _NETLINK_HEADER_BYTES : offset + length].tobytes())


def _link(data: memoryview) -> Link:
    _, _, index, flags, _ = _unpack(_IFINFO, data)
    attributes = _attributes(data[_IFINFO.size :])
    return link_with(
        flags,
        index=index,
        name=attributes.get(_IFLA_IFNAME, b"").rstrip(b"\0"),
        mtu=_number(attributes.get(_IFLA_MTU)),
        master=_number(attributes.get(_IFLA_MASTER)),
    )


def _address(data: memoryview) -> InterfaceAddress | None:
    family, prefix_length, short_flags, scope, index = _unpack(_IFADDR, data)
    attributes = _attributes(data[_IFADDR.size :])
    # On a point-to-point link IFA_ADDRESS is the other end; IPv6 has no IFA_LOCAL there without a peer.
    packed = attributes.get(_IFA_LOCAL) or attributes.get(_IFA_ADDRESS)
    if packed is None or family not in {socket.AF_INET, socket.AF_INET6} or len(packed) not in {4, 16}:
        return None
    flags = _number(attributes[_IFA_FLAGS]) if _IFA_FLAGS in attributes else short_flags
    return address_with(flags, link=index, address=ip_address(packed), prefix_length=prefix_length, scope=scope)


def _attributes(data: memoryview) -> dict[int, bytes]:
    """Read the attributes of a message; of one that stands twice the last counts."""
    found: dict[int, bytes] = {}
    while len(data) >= _ATTRIBUTE.size:
        length, kind = _ATTRIBUTE.unpack_from(data)
        if length < _ATTRIBUTE.size or length > len(data):
            raise WireError(f"a netlink attribute of {length} bytes stands where {len(data)} are left")
        found[kind & _ATTRIBUTE_TYPE_MASK] = bytes(data[_ATTRIBUTE.size : length])
        data = data[(length + 3) & ~3 :]
    return found


def _unpack(layout: struct.Struct, data: memoryview) -> tuple[int, ...]:
    if len(data) < layout.size:
        raise WireError(f"a netlink message of {len(data)} bytes has no room for its structure")
    return layout.unpack_from(data)


def _number(data: bytes | None) -> int:
    return _U32.unpack(data)[0] if data is not None and len(data) == _U32.size else 0
