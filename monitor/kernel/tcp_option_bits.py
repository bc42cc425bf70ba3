"""The options that the kernel keeps in its own entries, TIME-WAIT and orphans included: by its BPF iterator of TCP.

No process can be asked for an entry that nobody holds, and sock_diag does not tell these bits. The walk needs CAP_BPF
and CAP_PERFMON in the first user namespace, and Linux 5.8; it sees the network namespace of the asking thread.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np

from monitor.errors import KernelError, WireError
from monitor.kernel import bpf
from monitor.kernel.btf import Btf
from monitor.model.bind_facts import SocketOptions

_BTF = Path("/sys/kernel/btf/vmlinux")
_FUNCTION = "bpf_iter_tcp"
_STRUCTURE = "sock_common"
_BPF_FUNC_SEQ_WRITE = 127
_META, _SOCKET = 0, 8
"""struct bpf_iter__tcp (net/ipv4/tcp_ipv4.c); its pointers stand eight bytes apart everywhere."""
_SEQ_FILE = 0
"""In struct bpf_iter_meta (include/linux/bpf.h)."""
_PORT_BEFORE_FAMILY = 2
"""skc_num ends where skc_family begins: it is part of skc_portpair, just before it (include/net/sock.h)."""
_REUSE_MASK, _REUSEPORT, _V6ONLY = (0x0F, 0x10, 0x20) if sys.byteorder == "little" else (0xF0, 0x08, 0x04)
"""Of one byte: skc_reuse (4 bits), skc_reuseport, skc_ipv6only."""

_ROW = np.dtype([("cookie", "u8"), ("bits", "u4"), ("padding", "u4")])
_READ_BYTES = 1 << 20


def read_option_bits(port: int) -> dict[int, SocketOptions]:
    """Read the options of all TCP entries on a port, by cookie; empty where this is not permitted or not offered.

    Args:
        port: their local one; 0 for any.
    """
    with suppress(KernelError, WireError, OSError, KeyError):
        kernel = Btf.parse(_BTF.read_bytes(), [_STRUCTURE], [_FUNCTION])
        rows = _walk(_program(kernel, port), kernel.functions[_FUNCTION])
        return {
            int(cookie): SocketOptions(
                reuseaddr=bool(bits & _REUSE_MASK), reuseport=bool(bits & _REUSEPORT), v6only=bool(bits & _V6ONLY)
            )
            for cookie, bits in zip(rows["cookie"].tolist(), rows["bits"].tolist(), strict=True)
        }
    return {}


def _walk(instructions: list[bytes], function: int) -> np.ndarray[tuple[int, ...], np.dtype[np.void]]:
    program = bpf.load_iterator(instructions, function)
    try:
        link = bpf.link_iterator(program)
        try:
            iterator = bpf.open_iterator(link)
            try:
                parts = []
                while part := os.read(iterator, _READ_BYTES):
                    parts.append(part)
            finally:
                os.close(iterator)
        finally:
            os.close(link)
    finally:
        os.close(program)
    return np.frombuffer(b"".join(parts), _ROW)


def _program(kernel: Btf, port: int) -> list[bytes]:
    """Put the program together: a row for each entry on the port.

    Raises:
        KeyError: the kernel's structure has no such field.
    """
    cookie, family, bits = (kernel.offsets[_STRUCTURE, field] for field in ("skc_cookie", "skc_family", "skc_reuse"))
    context, entry, value = 6, 2, 5
    row = -_ROW.itemsize
    write = [
        bpf.load(value, entry, cookie, 8),
        bpf.store(bpf.FRAME, row, value, 8),
        bpf.load(value, entry, bits, 1),
        bpf.store(bpf.FRAME, row + 8, value, 4),
        bpf.number(value, 0),
        bpf.store(bpf.FRAME, row + 12, value, 4),
        bpf.load(1, context, _META, 8),
        bpf.load(1, 1, _SEQ_FILE, 8),
        bpf.move(2, bpf.FRAME),
        bpf.add(2, row),
        bpf.number(3, _ROW.itemsize),
        bpf.call(_BPF_FUNC_SEQ_WRITE),
    ]
    only = [
        bpf.load(value, entry, family - _PORT_BEFORE_FAMILY, 2),
        bpf.skip_unless(value, port, len(write)),
    ]
    only = only if port else []
    return [
        bpf.move(context, 1),
        bpf.load(entry, context, _SOCKET, 8),
        # The walk ends with an entry that is none.
        bpf.skip_if(entry, 0, len(only) + len(write)),
        *only,
        *write,
        bpf.number(0, 0),
        bpf.leave(),
    ]
