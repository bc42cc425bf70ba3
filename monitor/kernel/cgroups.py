"""Control groups: which systemd unit a process belongs to."""

from __future__ import annotations

import os

_UNIT_SUFFIXES = (b".service", b".scope")
_UNIFIED = b""
_SYSTEMD_V1 = b"name=systemd"


def unit_in(cgroup: bytes) -> str | None:
    """Name the innermost systemd unit of a /proc/PID/cgroup file; None where the process runs in none.

    The unified hierarchy is asked first, then systemd's own of version 1. The name is untrusted.
    """
    # cgroups(7): hierarchy id, controllers, path; no controllers in the unified one.
    paths = {controllers: path for _, controllers, path in (line.split(b":", 2) for line in cgroup.splitlines())}
    for hierarchy in (_UNIFIED, _SYSTEMD_V1):
        for part in reversed(paths.get(hierarchy, b"").removesuffix(b" (deleted)").split(b"/")):
            if part.endswith(_UNIT_SUFFIXES):
                return os.fsdecode(part)
    return None
