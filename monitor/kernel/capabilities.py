"""What this process may do, by its effective capabilities: root in a user namespace has them all and may do little."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

DAC_READ_SEARCH, NET_ADMIN, SYS_PTRACE = 2, 12, 19
"""Numbers of include/uapi/linux/capability.h."""

_THIS_THREAD = Path("/proc/thread-self")
_NS_GET_USERNS = 0xB701
"""include/uapi/linux/nsfs.h: a descriptor of the user namespace that owns a namespace."""


def effective_capabilities(task: Path = _THIS_THREAD) -> int:
    """Read CapEff of a thread by its directory in /proc, as a bit set; 0 where that cannot be read."""
    try:
        for line in (task / "status").read_bytes().splitlines():
            if line.startswith(b"CapEff:"):
                return int(line.split()[1], 16)
    except (OSError, ValueError, IndexError):
        pass
    return 0


def may_administer_network() -> bool:
    """Whether this thread has CAP_NET_ADMIN over its network namespace; a security module may refuse nevertheless."""
    if not effective_capabilities() >> NET_ADMIN & 1:
        return False
    try:
        namespace = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        # The kernel tells the owner only where it is our user namespace or one below (ns_get_owner), as the right goes.
        os.close(fcntl.ioctl(namespace, _NS_GET_USERNS))
    except OSError:
        return False
    finally:
        os.close(namespace)
    return True
