"""What /proc tells of the network namespace of this thread: its number, how many sockets it has, how it repeats a SYN.

Of the thread, not of the process: netlink sockets too are of the namespace of the thread that makes them.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from monitor.kernel.net_settings import NetSettings
from monitor.kernel.proc_files import read_whole
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP

_NET = Path("/proc/thread-self/net")
_NAMES = {PROTOCOL_TCP: b"TCP", PROTOCOL_UDP: b"UDP"}


def namespace_number() -> int:
    """Read the inode of the namespace; 0 where /proc does not tell."""
    try:
        return Path("/proc/thread-self/ns/net").stat().st_ino
    except OSError:
        return 0


def namespace_in(inside: int) -> int | None:
    """Read the inode of another one's namespace; None where that may not be read, or for who is ending and has none.

    Args:
        inside: Descriptor of the directory of a process or thread in /proc.
    """
    try:
        return os.stat("ns/net", dir_fd=inside).st_ino
    except OSError:
        return None


def sockets_in_use(protocol: int) -> int:
    """Read how many sockets of a protocol there are, both families; 0 where /proc cannot be read."""
    name = _NAMES[protocol]
    counts = (_count("sockstat", name + b":", b"inuse"), _count("sockstat6", name + b"6:", b"inuse"))
    return sum(count or 0 for count in counts)


def time_wait_count() -> int | None:
    """Read the number of TIME-WAIT entries; None where /proc cannot be read."""
    return _count("sockstat", b"TCP:", b"tw")


def syn_retries() -> int | None:
    """Read how often a SYN is sent again; None where /proc cannot be read."""
    settings = NetSettings()
    retries = settings.read("ipv4/tcp_syn_retries", int)
    # Linux 6.5 and later send so many at even distances first, beyond that number (tcp_write_timeout).
    return None if retries is None else retries + (settings.read("ipv4/tcp_syn_linear_timeouts", int) or 0)


def _count(file: str, kind: bytes, name: bytes) -> int | None:
    """Read one number of a sockstat file, whose lines are a kind and then names with numbers."""
    with suppress(OSError, ValueError, IndexError):
        for line in read_whole(_NET / file).splitlines():
            words = line.split()
            if words[:1] == [kind]:
                return int(words[words.index(name) + 1])
    return None
