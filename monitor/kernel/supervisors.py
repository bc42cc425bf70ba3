"""Who starts a process again when it has ended: its parent, where that is a program with this task."""

from __future__ import annotations

import os

from monitor.model.action import Supervisor, SupervisorKind
from monitor.model.process import Process

_KINDS = {
    b"runsv": SupervisorKind.RUNIT,
    b"s6-supervise": SupervisorKind.S6,
    b"supervise": SupervisorKind.DAEMONTOOLS,
    b"supervisord": SupervisorKind.SUPERVISORD,
    b"conmon": SupervisorKind.CONTAINER,
}
"""By the parent's name."""
_SHIM = b"containerd-shim"
"""Begins the names of containerd's shims, which are the parents of docker's containers too."""


def supervisor_of(parent: Process, unit: str | None) -> Supervisor | None:
    """Say who starts the child of a process again; None where the parent is no supervisor that is known here."""
    if parent.name == b"systemd":
        return None if unit is None else Supervisor(SupervisorKind.SYSTEMD, unit, None)
    kind = SupervisorKind.CONTAINER if parent.name.startswith(_SHIM) else _KINDS.get(parent.name)
    return None if kind is None else Supervisor(kind, os.fsdecode(parent.name), None)
