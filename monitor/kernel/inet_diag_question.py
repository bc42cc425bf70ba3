"""What sock_diag is asked: the structures of include/uapi/linux/inet_diag.h, as bytes. Pure."""

from __future__ import annotations

import errno
import socket
import struct
from collections.abc import Iterable

from monitor.model.endpoint import Endpoint, address_words
from monitor.model.socket_table import SocketTable
from monitor.model.sockets import SocketId
from monitor.model.tcp import ALL_STATES, PROTOCOL_TCP, PROTOCOL_UDP, TcpState

TCPDIAG_GETSOCK = 18
"""nlmsg_type of the old question, which names no family and so lists IPv4 and IPv6 in one walk."""
SOCK_DIAG_BY_FAMILY = 20
"""nlmsg_type of the question about one family, or about one socket."""
NOT_FOUND = frozenset({errno.ENOENT, errno.ESTALE})
"""Errnos of a look-up that found no socket, or one with another cookie: of UDP the kernel says which."""

_EXT_INFO = 1 << (2 - 1)
"""Ask for INET_DIAG_INFO, which is struct tcp_info."""
_EXT_SKMEMINFO = 1 << (7 - 1)
"""Ask for INET_DIAG_SKMEMINFO, which holds the size of the receive buffer, and the drops."""
_EXT_DETAILS = _EXT_INFO | _EXT_SKMEMINFO | 1 << (4 - 1) | 1 << (5 - 1) | 1 << (6 - 1)
"""Ask besides for INET_DIAG_CONG, INET_DIAG_TOS and INET_DIAG_TCLASS: too dear for every row of a list."""

_REQ = struct.Struct("=BBBB48xII")
"""struct inet_diag_req: family, two prefix lengths, extensions, socket id, states, tables."""
_REQ_V2 = struct.Struct("=BBBxI")
"""struct inet_diag_req_v2 up to its socket id: family, protocol, extensions, states."""
_PORTS = struct.Struct(">HH")
_IPV4 = struct.Struct(">I12x")
_IPV6 = struct.Struct(">QQ")
_DEVICE_AND_COOKIE = struct.Struct("=IQ")
_PROTOCOL = struct.Struct("=HHI")
"""An attribute of one word."""
_ATTRIBUTE = struct.Struct("=HH")
"""struct nlattr: length and type."""
_REQ_BYTECODE = 1
"""INET_DIAG_REQ_BYTECODE."""
_REQ_PROTOCOL = 3
"""INET_DIAG_REQ_PROTOCOL: lists this protocol, whatever the type of the question stands for (Linux 5.9)."""
_NO_PROTOCOL = 0xFFFF
"""Larger than IPPROTO_MAX, so that the kernel looks for no module either."""
_NO_ID = bytes(48)
_WORD32 = 0xFFFF_FFFF
_NO_COOKIE = 0xFFFF_FFFF_FFFF_FFFF
"""INET_DIAG_NOCOOKIE twice: whatever socket the look-up finds."""

_End = tuple[int, bytes]
"""A port, and an address as the kernel has it in struct inet_diag_sockid."""


def tcp_list(states: int, code: bytes = b"") -> bytes:
    """List TCP sockets of both families with TCP_INFO, those that byte code chooses; a TCPDIAG_GETSOCK dump."""
    return _REQ.pack(socket.AF_INET, 0, 0, _EXT_INFO, states & _WORD32, 0) + _coded(code)


def listener_list() -> bytes:
    """List TCP listeners of both families with what they dropped, without TCP_INFO: a TCPDIAG_GETSOCK dump."""
    return _REQ.pack(socket.AF_INET, 0, 0, _EXT_SKMEMINFO, TcpState.LISTEN.bit, 0)


def udp_list(states: int = ALL_STATES, code: bytes = b"") -> bytes:
    """List UDP sockets of both families, those that byte code chooses; the payload of a TCPDIAG_GETSOCK dump.

    A kernel that does not know the attribute lists TCP sockets instead: ask what no_list() is for before.
    """
    question = _REQ.pack(socket.AF_INET, 0, 0, _extensions(PROTOCOL_UDP), states & _WORD32, 0)
    return question + _named(PROTOCOL_UDP) + _coded(code)


def no_list() -> bytes:
    """List the sockets of a protocol that no kernel has: the payload of a TCPDIAG_GETSOCK dump.

    The kernel refuses it with ENOENT where udp_list() is understood; others list no TCP socket, as no state is asked.
    """
    return _REQ.pack(socket.AF_INET, 0, 0, 0, 0, 0) + _named(_NO_PROTOCOL)


def family_list(family: int, protocol: int, states: int) -> bytes:
    """List the sockets of one family, TCP ones with TCP_INFO; the payload of a SOCK_DIAG_BY_FAMILY dump."""
    return _REQ_V2.pack(family, protocol, _extensions(protocol), states & _WORD32) + _NO_ID


def exact(table: SocketTable, rows: Iterable[int]) -> list[bytes]:
    """Ask for each of these rows by its endpoints, device and cookie; payloads of SOCK_DIAG_BY_FAMILY look-ups."""
    return [_exact(table, row) for row in rows]


def exact_with_details(asked: SocketId) -> bytes:
    """Ask for one socket with all that the kernel tells of it; the payload of a SOCK_DIAG_BY_FAMILY look-up."""
    ends = _end(asked.family, asked.local), _end(asked.family, asked.remote)
    return _one_socket(asked.family, asked.protocol, _EXT_DETAILS, ends, (asked.device, asked.cookie))


def exact_destruction(asked: SocketId) -> bytes:
    """Name one socket to be destroyed; the payload of a SOCK_DESTROY."""
    ends = _end(asked.family, asked.local), _end(asked.family, asked.remote)
    if asked.protocol == PROTOCOL_UDP:
        # Unlike the look-up, this takes a UDP socket's ends as they are (udp_diag_destroy).
        ends = ends[1], ends[0]
    return _one_socket(asked.family, asked.protocol, 0, ends, (asked.device, asked.cookie))


def receiver(protocol: int, local: Endpoint, remote: Endpoint, device: int) -> bytes:
    """Ask which socket gets a segment from remote to local; the payload of a SOCK_DIAG_BY_FAMILY look-up.

    Without a cookie to compare the kernel gives what its receive look-up finds (inet_diag_find_one_icsk,
    udp_dump_one).

    Args:
        protocol: IPPROTO_TCP or IPPROTO_UDP.
        local: the segment's destination, as packets carry it.
        remote: the segment's source, likewise.
        device: index of the interface that counts as the receiving one.
    """
    # The packet's family, whatever the family of the sockets that may take it.
    family = socket.AF_INET if local.address.version == 4 else socket.AF_INET6  # noqa: PLR2004 - IPv4
    return _one_socket(family, protocol, 0, (_end(family, local), _end(family, remote)), (device, _NO_COOKIE))


def _coded(code: bytes) -> bytes:
    return _ATTRIBUTE.pack(_ATTRIBUTE.size + len(code), _REQ_BYTECODE) + code if code else b""


def _named(protocol: int) -> bytes:
    return _PROTOCOL.pack(_PROTOCOL.size, _REQ_PROTOCOL, protocol)


def _exact(table: SocketTable, row: int) -> bytes:
    family, protocol = int(table.family[row]), int(table.protocol[row])
    local = int(table.local_port[row]), _address(family, table.local_high[row], table.local_low[row])
    remote = int(table.remote_port[row]), _address(family, table.remote_high[row], table.remote_low[row])
    identity = int(table.device[row]), int(table.cookie[row])
    return _one_socket(family, protocol, _extensions(protocol), (local, remote), identity)


def _one_socket(
    family: int, protocol: int, extensions: int, ends: tuple[_End, _End], device_and_cookie: tuple[int, int]
) -> bytes:
    """Pack the question about one socket; ends are local and remote."""
    # For UDP the kernel takes source and destination as an arriving datagram has them (udp_dump_one).
    source, destination = reversed(ends) if protocol == PROTOCOL_UDP else ends
    return b"".join(
        (
            _REQ_V2.pack(family, protocol, extensions, ALL_STATES),
            _PORTS.pack(source[0], destination[0]),
            source[1],
            destination[1],
            _DEVICE_AND_COOKIE.pack(*device_and_cookie),
        )
    )


def _end(family: int, endpoint: Endpoint) -> _End:
    return endpoint.port, _address(family, *address_words(endpoint.address))


def _address(family: int, high: int, low: int) -> bytes:
    if family == socket.AF_INET:
        return _IPV4.pack(int(low) & _WORD32)
    return _IPV6.pack(int(high), int(low))


def _extensions(protocol: int) -> int:
    return _EXT_INFO if protocol == PROTOCOL_TCP else _EXT_SKMEMINFO
