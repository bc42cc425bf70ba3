"""Conntrack: what the packet filter keeps of one pair (ctnetlink), and so what network address translation makes of it.

The kernel finds an entry by the tuple of either direction. The answer to packets from A to B goes from S to D: so what
left as A to B goes on as D to S.
"""

from __future__ import annotations

import errno
import socket
import struct
from ipaddress import ip_address

from monitor.errors import KernelError, WireError
from monitor.kernel.net_settings import NetSettings
from monitor.kernel.netlink import NetlinkSocket
from monitor.kernel.netlink_messages import HEADER, Messages
from monitor.kernel.rtnetlink_list import attribute, attributes
from monitor.model.endpoint import Address, Endpoint
from monitor.model.sockets import SocketId
from monitor.model.tracking import Tracking, TrackingState

_NETLINK_NETFILTER = 12
_CT_NEW, _CT_GET = 0x100, 0x101
"""NFNL_SUBSYS_CTNETLINK in the upper byte, with IPCTNL_MSG_CT_NEW, which answers, and IPCTNL_MSG_CT_GET."""
_GENERIC = struct.Struct("=BBH")
"""struct nfgenmsg: family, version, resource."""
_ORIGINAL, _REPLY = 1, 2
"""CTA_TUPLE_ORIG and CTA_TUPLE_REPLY."""
_IP, _PROTO = 1, 2
_ADDRESSES = {4: (1, 2), 6: (3, 4)}
"""CTA_IP_V4_SRC and _DST, CTA_IP_V6_SRC and _DST."""
_PROTO_NUMBER, _SOURCE_PORT, _DESTINATION_PORT = 1, 2, 3
_NESTED = 0x8000
_PORT = struct.Struct(">H")
"""Ports stand in network byte order."""
_OPERATION = "look a pair up among tracked connections"
_HINTS = {
    errno.EPERM: "it takes CAP_NET_ADMIN: root, or sudo, and no --read-only",
    # Of the one subsystem that is asked: nfnetlink_rcv_msg().
    errno.EINVAL: "the kernel has no nf_conntrack_netlink, or may not load it",
}
_Tuple = tuple[Endpoint, Endpoint]
"""Source and destination."""


class Conntrack:
    """Asks in the network namespace of the thread that asks first; for one thread at a time.

    A table that is empty is not asked: the question alone would have the kernel load the module that answers it.
    """

    def __init__(self) -> None:
        self._netlink: NetlinkSocket | None = None

    def find(self, protocol: int, source: Endpoint, destination: Endpoint) -> Tracking:
        """Tell what becomes of packets of a pair, mapped addresses unmapped; what goes wrong is told in the answer."""
        settings = NetSettings()
        count = settings.read("netfilter/nf_conntrack_count", int)
        if settings.unread:
            ((name, reason),) = settings.unread.items()
            return Tracking(TrackingState.UNREADABLE, why=f"could not {_OPERATION}: {name}: {reason}")
        if not count:
            return Tracking(TrackingState.IDLE)
        try:
            return self._ask(protocol, (source, destination))
        except (KernelError, WireError) as error:
            return Tracking(TrackingState.UNREADABLE, why=str(error))

    def of_socket(self, asked: SocketId) -> Tracking | None:
        """Tell what becomes of the packets that a socket sends; None where it has no remote endpoint."""
        if not asked.remote.port:
            return None
        return self.find(asked.protocol, asked.local.on_the_wire, asked.remote.on_the_wire)

    def close(self) -> None:
        """Close the socket; may be called twice."""
        if self._netlink is not None:
            self._netlink.close()

    def _ask(self, protocol: int, asked: _Tuple) -> Tracking:
        if self._netlink is None:
            self._netlink = NetlinkSocket.open(_NETLINK_NETFILTER, _OPERATION)
        messages, (refusal,) = self._netlink.look_up(_CT_GET, [_question(protocol, asked)], _OPERATION, answer=_CT_NEW)
        if refusal == errno.ENOENT:
            return Tracking(TrackingState.UNTRACKED)
        if refusal:
            raise KernelError(_OPERATION, refusal, _HINTS.get(refusal, ""))
        return _tracking(asked, _body(messages))


def _question(protocol: int, asked: _Tuple) -> bytes:
    source, destination = asked
    version = source.address.version
    from_address, to_address = _ADDRESSES[version]
    addresses = attribute(from_address, source.address.packed) + attribute(to_address, destination.address.packed)
    ports = (
        attribute(_PROTO_NUMBER, bytes([protocol]))
        + attribute(_SOURCE_PORT, _PORT.pack(source.port))
        + attribute(_DESTINATION_PORT, _PORT.pack(destination.port))
    )
    pair = attribute(_IP | _NESTED, addresses) + attribute(_PROTO | _NESTED, ports)
    family = socket.AF_INET if version == 4 else socket.AF_INET6  # noqa: PLR2004 - IPv4
    return _GENERIC.pack(family, 0, 0) + attribute(_ORIGINAL | _NESTED, pair)


def _body(messages: Messages) -> bytes:
    offset, length = int(messages.offsets[0]), int(messages.lengths[0])
    return bytes(messages.data.data[offset + HEADER.itemsize : offset + length])


def _tracking(asked: _Tuple, body: bytes) -> Tracking:
    """Read an answer; raises WireError."""
    values = attributes(body, _GENERIC.size)
    original, reply = (_pair(values.get(kind, b"")) for kind in (_ORIGINAL, _REPLY))
    if _same(asked, original):
        back = reply
    elif _same(asked, reply):
        back = original
    else:
        raise WireError("the kernel answers about another tracked connection than the one that was asked for")
    source, destination = back[1], back[0]
    state = TrackingState.PLAIN if _same(asked, (source, destination)) else TrackingState.TRANSLATED
    return Tracking(state, source, destination)


def _pair(value: bytes) -> _Tuple:
    parts = attributes(value, 0)
    addresses, ports = attributes(parts.get(_IP, b""), 0), attributes(parts.get(_PROTO, b""), 0)
    for kinds in _ADDRESSES.values():
        if kinds[0] in addresses:
            source, destination = (_address(addresses.get(kind, b"")) for kind in kinds)
            return (
                Endpoint(source, _port(ports.get(_SOURCE_PORT, b""))),
                Endpoint(destination, _port(ports.get(_DESTINATION_PORT, b""))),
            )
    raise WireError("a tracked connection lacks its addresses")


def _address(packed: bytes) -> Address:
    try:
        return ip_address(packed)
    except ValueError:
        raise WireError(f"a tracked connection has an address of {len(packed)} bytes") from None


def _port(value: bytes) -> int:
    if len(value) != _PORT.size:
        raise WireError(f"a tracked connection has a port of {len(value)} bytes")
    return int(_PORT.unpack(value)[0])


def _same(one: _Tuple, other: _Tuple) -> bool:
    """Whether two pairs are the same on the wire, where no zone stands."""
    return all(
        (mine.address.packed, mine.port) == (theirs.address.packed, theirs.port)
        for mine, theirs in zip(one, other, strict=True)
    )
