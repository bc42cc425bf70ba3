"""The floor: what the kernel itself takes to hand out its TCP sockets with TCP_INFO, received and thrown away."""

from __future__ import annotations

import socket
import struct

NETLINK_SOCK_DIAG = 4
TCPDIAG_GETSOCK = 18
NLM_F_REQUEST_DUMP = 0x301
NLMSG_ERROR = 2
NLMSG_DONE = 3
EXTENSION_INFO = 1 << 1
# All but TIME-WAIT (6), which the program under measurement does not dump either, and bound-only (13).
LIVE_STATES = 0xFFFF & ~(1 << 6 | 1 << 13)

# struct nlmsghdr, then struct inet_diag_req of include/uapi/linux/inet_diag.h: one walk for both families.
_REQUEST = struct.Struct("=IHHII4B48xII")
_HEADER = struct.Struct("=IH10x")
_DONE = struct.pack("=IH", 20, NLMSG_DONE)


class Floor:
    """A sock_diag socket of the namespace in which it was made."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG)
        self._socket.bind((0, 0))
        self._buffer = bytearray(1 << 15)
        self._request = _REQUEST.pack(
            _REQUEST.size, TCPDIAG_GETSOCK, NLM_F_REQUEST_DUMP, 1, 0, 0, 0, 0, EXTENSION_INFO, LIVE_STATES, 0
        )

    def close(self) -> None:
        """Give back the socket."""
        self._socket.close()

    def dump(self) -> int:
        """Receive one whole dump and give its bytes; raises OSError where the kernel refuses."""
        self._socket.send(self._request)
        total = 0
        while True:
            size = self._socket.recv_into(self._buffer)
            _, kind = _HEADER.unpack_from(self._buffer)
            if kind == NLMSG_ERROR:
                raise OSError(-int.from_bytes(self._buffer[16:20], "little", signed=True), "sock_diag refused the dump")
            if kind == NLMSG_DONE:
                return total
            total += size
            # The last word may share a datagram with the last rows.
            if self._buffer.startswith(_DONE, size - 20):
                return total
