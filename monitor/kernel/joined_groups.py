"""Which IPv6 multicast groups this host has joined: input routing of IPv6 does not ask, its reception does."""

from __future__ import annotations

from ipaddress import IPv6Address
from pathlib import Path

from monitor.errors import KernelError

_GROUPS = "/proc/thread-self/net/igmp6"


def has_joined_ipv6(group: IPv6Address, device: int) -> bool:
    """Tell whether an interface takes what is sent to a group, in the calling thread's network namespace.

    Raises:
        KernelError: /proc does not tell.
    """
    wanted = group.packed.hex().encode("ascii")
    try:
        lines = Path(_GROUPS).read_bytes().splitlines()
    except OSError as error:
        raise KernelError("read the joined multicast groups", error.errno or 0) from error
    # Index, name, group: a name holds no blanks (dev_valid_name).
    return any(words[0] == b"%d" % device and words[2] == wanted for words in map(bytes.split, lines) if len(words) > 2)  # noqa: PLR2004 - the third word
