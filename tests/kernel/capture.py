"""Draw the captured dumps anew: `python -m tests.kernel.capture` as root, on a little-endian machine.

Each file is one dump as the kernel wrote it, end mark included; only sequence and port are those of the scripted
kernel. The sockets are those of tests.kernel.socket_world, on Linux 6.18.
"""

from __future__ import annotations

import os
import socket
import struct
from pathlib import Path

from monitor.kernel.inet_diag_question import SOCK_DIAG_BY_FAMILY, TCPDIAG_GETSOCK, family_list, tcp_list
from monitor.kernel.netlink import NETLINK_SOCK_DIAG, NLM_F_DUMP, NLM_F_REQUEST, NLMSG_DONE
from monitor.model.tcp import ALL_STATES, PROTOCOL_UDP
from tests.kernel import socket_world
from tests.kernel.netlink_bytes import PORT, SEQUENCE
from tests.namespaces import leave_for_new_namespace

CAPTURED = Path(__file__).parent / "captured"


def capture(kind: int, question: bytes) -> bytes:
    """Ask for a list and give the bytes of its answer."""
    header = struct.pack("=IHHII", 16 + len(question), kind, NLM_F_REQUEST | NLM_F_DUMP, SEQUENCE, 0)
    answer = b""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG) as kernel:
        kernel.send(header + question)
        while struct.unpack_from("=H", answer[-20:], 4) != (NLMSG_DONE,) if answer else True:
            answer += kernel.recv(1 << 16)
    return _as_scripted(answer)


def _as_scripted(answer: bytes) -> bytes:
    data, at = bytearray(answer), 0
    while at < len(data):
        struct.pack_into("=II", data, at + 8, SEQUENCE, PORT)
        at += -(-struct.unpack_from("=I", data, at)[0] // 4) * 4
    return bytes(data)


def main() -> None:
    """Write all captures."""
    CAPTURED.mkdir(exist_ok=True)
    leave_for_new_namespace()
    with socket_world.sockets():
        (CAPTURED / "tcp.bin").write_bytes(capture(TCPDIAG_GETSOCK, tcp_list(ALL_STATES)))
        question = family_list(socket.AF_INET6, PROTOCOL_UDP, ALL_STATES)
        (CAPTURED / "udp6.bin").write_bytes(capture(SOCK_DIAG_BY_FAMILY, question))
        os.seteuid(socket_world.OTHER_USER)
        data = capture(TCPDIAG_GETSOCK, tcp_list(ALL_STATES))
        os.seteuid(0)
        (CAPTURED / "tcp_unprivileged.bin").write_bytes(data)


if __name__ == "__main__":
    main()
