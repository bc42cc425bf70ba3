"""The options that the kernel keeps in its own entries, TIME-WAIT and orphans included: by its BPF iterator of TCP.

No process can be asked for an entry that nobody holds, and sock_diag does not tell these bits. The walk sees the
network namespace of the asking thread.
"""

from __future__ import annotations

import sys
from contextlib import closing, suppress
from functools import partial

import numpy as np

from monitor.errors import KernelError, WireError
from monitor.kernel import bpf
from monitor.kernel.bpf_walk import CONTEXT, BpfWalk, Offsets, write_row
from monitor.model.bind_facts import SocketOptions

_FUNCTION = "bpf_iter_tcp"
_STRUCTURE = "sock_common"
_SOCKET = 8
"""In struct bpf_iter__tcp (net/ipv4/tcp_ipv4.c); its pointers stand eight bytes apart everywhere."""
_PORT_BEFORE_FAMILY = 2
"""skc_num ends where skc_family begins: it is part of skc_portpair, just before it (include/net/sock.h)."""
_REUSE_MASK, _REUSEPORT, _V6ONLY = (0x0F, 0x10, 0x20) if sys.byteorder == "little" else (0xF0, 0x08, 0x04)
"""Of one byte: skc_reuse (4 bits), skc_reuseport, skc_ipv6only."""

_ROW = np.dtype([("cookie", "u8"), ("bits", "u8")])


def read_option_bits(port: int) -> dict[int, SocketOptions]:
    """Read the options of all TCP entries on a port, by cookie; empty where this is not permitted or not offered.

    Args:
        port: their local one; 0 for any.
    """
    with suppress(KernelError, WireError), closing(_load(port)) as walk:
        rows = walk.read()
        return {
            cookie: SocketOptions(
                reuseaddr=bool(bits & _REUSE_MASK), reuseport=bool(bits & _REUSEPORT), v6only=bool(bits & _V6ONLY)
            )
            for cookie, bits in zip(rows["cookie"].tolist(), rows["bits"].tolist(), strict=True)
        }
    return {}


def _load(port: int) -> BpfWalk:
    return BpfWalk.load(_FUNCTION, [_STRUCTURE], _ROW, partial(_program, port=port))


def _program(at: Offsets, port: int) -> list[bytes]:
    """Put the program together: a row for each entry on the port.

    Raises:
        KeyError: the kernel's structure has no such field.
    """
    cookie, family, bits = (at[_STRUCTURE, field] for field in ("skc_cookie", "skc_family", "skc_reuse"))
    entry, value = 2, 5
    row = -_ROW.itemsize
    write = [
        bpf.load(value, entry, cookie, 8),
        bpf.store(bpf.FRAME, row, value, 8),
        bpf.load(value, entry, bits, 1),
        bpf.store(bpf.FRAME, row + 8, value, 8),
        *write_row(_ROW),
    ]
    only = [
        bpf.load(value, entry, family - _PORT_BEFORE_FAMILY, 2),
        bpf.skip_unless(value, port, len(write)),
    ]
    rest = [*only, *write] if port else write
    return [
        bpf.load(entry, CONTEXT, _SOCKET, 8),
        # The walk ends with an entry that is none.
        bpf.skip_if(entry, 0, len(rest)),
        *rest,
    ]
