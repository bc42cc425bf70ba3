"""The text files of /proc/net as columns: all that is left where the kernel's own lists are not to be had. Pure.

They tell no cookie, no limit of an accept queue, no device, no mark, and nothing of TCP_INFO. A list that changes while
it is read may repeat a socket, so that of each one only the last line counts.
"""

from __future__ import annotations

import hashlib
import re
import socket
import sys

from monitor.kernel.inet_diag import without_duplicates
from monitor.model.endpoint import MAPPED_IPV4
from monitor.model.socket_table import (
    BACKLOG_UNKNOWN,
    DROPS_UNKNOWN,
    INODE_FOR_COOKIE,
    PAIR_FOR_COOKIE,
    V6ONLY_UNKNOWN,
    SocketTable,
)
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP, TcpState

FILES = {
    (PROTOCOL_TCP, socket.AF_INET): "tcp",
    (PROTOCOL_TCP, socket.AF_INET6): "tcp6",
    (PROTOCOL_UDP, socket.AF_INET): "udp",
    (PROTOCOL_UDP, socket.AF_INET6): "udp6",
}
"""By protocol and family the name below /proc/net."""

_ENDPOINT = rb"([0-9A-F]{%d}):([0-9A-F]{4})"
# get_tcp4_sock() and its like: slot, endpoints, state, queues, timer, tries, uid, probes, inode, and more behind it.
_LINE = (
    rb" *[0-9]+: (?P<ends>" + _ENDPOINT + rb" " + _ENDPOINT + rb") ([0-9A-F]{2}) ([0-9A-F]{8}):([0-9A-F]{8})"
    rb" ([0-9A-F]{2}):([0-9A-F]{8,16}) ([0-9A-F]{8}) +([0-9]{1,10}) +([0-9]{1,10}) +([0-9]{1,10}) (.*)"
)
_DIGITS = {int(socket.AF_INET): 8, int(socket.AF_INET6): 32}
_PATTERNS = {family: re.compile(_LINE % (digits, digits)) for family, digits in _DIGITS.items()}

_MS_PER_TICK = 10
"""Timers are told in hundredths of a second (jiffies_delta_to_clock_t with USER_HZ)."""
_TIMER_RETRANSMIT = 1
_MAX_U8, _MAX_U32 = 0xFF, 0xFFFF_FFFF


def read_lines(text: bytes, protocol: int, family: int, namespace: int) -> tuple[SocketTable, int]:
    """Read one of the files: its sockets, and how many lines were left out since they are not as they should be."""
    lines = text.split(b"\n")
    # What stands behind the last newline is nothing, or a line that was cut.
    malformed = int(lines.pop() != b"")
    rows = []
    for line in lines[1:]:
        row = _row(line, protocol, family)
        if row is None:
            malformed += 1
        else:
            rows.append(row)
    _tell_apart(rows)
    table = SocketTable.zeros(len(rows), namespace)
    table.protocol[:] = protocol
    table.family[:] = family
    table.v6only[:] = V6ONLY_UNKNOWN
    for name in rows[0] if rows else ():
        getattr(table, name)[:] = [row[name] for row in rows]
    return without_duplicates(table), malformed


def _row(line: bytes, protocol: int, family: int) -> dict[str, int] | None:
    """Read a line; None where it is none of this file."""
    found = _PATTERNS[family].match(line)
    if found is None:
        return None
    ends, local, local_port, remote, remote_port, *words, rest = found.groups()
    state, send_q, recv_q, timer, timer_ticks, retransmits = (int(word, 16) for word in words[:6])
    uid, probes, inode = (int(word) for word in words[6:])
    is_listener = protocol == PROTOCOL_TCP and state == TcpState.LISTEN
    (local_high, local_low), (remote_high, remote_low) = _words(local), _words(remote)
    # A number beyond its column is not the kernel's.
    if max(uid, inode) > _MAX_U32:
        return None
    return {
        "state": state,
        "timer": timer,
        "timer_tries": min(retransmits if timer == _TIMER_RETRANSMIT else probes, _MAX_U8),
        "timer_ms": min(timer_ticks * _MS_PER_TICK, _MAX_U32),
        "local_high": local_high,
        "local_low": local_low,
        "local_port": int(local_port, 16),
        "remote_high": remote_high,
        "remote_low": remote_low,
        "remote_port": int(remote_port, 16),
        "cookie": _stand_in(inode, protocol, ends, int(remote_port, 16)),
        "inode": inode,
        "uid": uid,
        "recv_q": recv_q,
        "send_q": BACKLOG_UNKNOWN if is_listener else send_q,
        "drops": _drops(rest) if protocol == PROTOCOL_UDP else DROPS_UNKNOWN if is_listener else 0,
    }


def _words(digits: bytes) -> tuple[int, int]:
    """Read an address, which is printed as 32-bit numbers of this machine's byte order."""
    words = [int(digits[at : at + 8], 16).to_bytes(4, sys.byteorder) for at in range(0, len(digits), 8)]
    if len(words) == 1:
        return 0, MAPPED_IPV4 | int.from_bytes(words[0], "big")
    return int.from_bytes(words[0] + words[1], "big"), int.from_bytes(words[2] + words[3], "big")


def _stand_in(inode: int, protocol: int, ends: bytes, remote_port: int) -> int:
    """Make what names a socket from one reading to the next: its inode, of a TCP connection both endpoints.

    A connection has no inode before it is accepted, nor once its program has closed it.
    """
    if inode and not (protocol == PROTOCOL_TCP and remote_port):
        return INODE_FOR_COOKIE | inode
    digest = hashlib.blake2b(b"%d " % protocol + ends, digest_size=8).digest()
    return PAIR_FOR_COOKIE | int.from_bytes(digest, "big") >> 2


def _tell_apart(rows: list[dict[str, int]]) -> None:
    """Name connections by their inodes where several have the same ends, as they may on different devices."""
    inode_of: dict[int, int] = {}
    held = [row for row in rows if row["inode"]]
    shared = {row["cookie"] for row in held if inode_of.setdefault(row["cookie"], row["inode"]) != row["inode"]}
    for row in held:
        if row["cookie"] in shared:
            row["cookie"] = INODE_FOR_COOKIE | row["inode"]


def _drops(rest: bytes) -> int:
    """Read the last word of a UDP socket's line."""
    last = rest.split()[-1:] or [b""]
    return min(int(last[0]), DROPS_UNKNOWN) if last[0].isdigit() else DROPS_UNKNOWN
