"""Who starts a process again when it has ended: its parent, where that is a program with this task."""

from __future__ import annotations

import os
import subprocess

from monitor.model.action import Signal, Supervisor, SupervisorKind
from monitor.model.process import Process

_KINDS = {
    b"runsv": SupervisorKind.RUNIT,
    b"s6-supervise": SupervisorKind.S6,
    b"supervise": SupervisorKind.DAEMONTOOLS,
    b"supervisord": SupervisorKind.SUPERVISORD,
    b"conmon": SupervisorKind.CONTAINER,
}
"""By the parent's name, or by that of the script which it runs."""
_ALWAYS = frozenset({SupervisorKind.RUNIT, SupervisorKind.S6, SupervisorKind.DAEMONTOOLS})
"""They start again whatever has ended; the others have settings that are not visible here."""
_SHIM = b"containerd-shim"
"""Begins the names of containerd's shims, which are the parents of docker's containers too."""
_SERVICE = ".service"
_INIT = 1

SYSTEMCTL = "/usr/bin/systemctl"
_PATIENCE_S = 1.0
_RESTARTS: dict[str, dict[Signal, bool | None]] = {
    "no": {Signal.TERM: False, Signal.KILL: False},
    "always": {Signal.TERM: True, Signal.KILL: True},
    # An end by TERM is clean; a program that handles it may still end with a failure.
    "on-failure": {Signal.TERM: None, Signal.KILL: True},
    "on-success": {Signal.TERM: None, Signal.KILL: False},
    "on-abnormal": {Signal.TERM: False, Signal.KILL: True},
    "on-abort": {Signal.TERM: False, Signal.KILL: True},
    "on-watchdog": {Signal.TERM: False, Signal.KILL: False},
}
"""systemd.service(5), Restart=: by its value and the signal that ends the main process."""


def supervisor_of(
    process: Process, parent: Process, unit: str | None, signal: Signal, systemctl: str = SYSTEMCTL
) -> Supervisor | None:
    """Say who starts a process again after a signal; None where its parent is no supervisor that is known here.

    Args:
        process: who would end.
        parent: who would notice.
        unit: the process's systemd unit.
        signal: what would end it.
        systemctl: the program that asks systemd; where it fails, whether the unit is started again is not known.
    """
    if parent.name == b"systemd":
        return _systemd(process, parent, unit, signal, systemctl)
    names = (parent.name, *(word.rpartition(b"/")[2] for word in parent.command_line.split(b"\0")[1:2]))
    kind = next((_KINDS[name] for name in names if name in _KINDS), None)
    if kind is None and parent.name.startswith(_SHIM):
        kind = SupervisorKind.CONTAINER
    return None if kind is None else Supervisor(kind, os.fsdecode(parent.name), kind in _ALWAYS or None)


def _systemd(process: Process, parent: Process, unit: str | None, signal: Signal, systemctl: str) -> Supervisor | None:
    if unit is None or not unit.endswith(_SERVICE):
        return None
    if parent.pid != _INIT:
        # A user's own systemd, whom only that user may ask.
        return Supervisor(SupervisorKind.SYSTEMD, unit, None)
    settings = _settings_of(unit, systemctl)
    if settings.get("MainPID") not in {None, str(process.pid)}:
        # systemd minds the main process alone.
        return None
    return Supervisor(SupervisorKind.SYSTEMD, unit, _RESTARTS.get(settings.get("Restart", ""), {}).get(signal))


def _settings_of(unit: str, systemctl: str) -> dict[str, str]:
    """Ask systemd; nothing where it does not answer."""
    order = [systemctl, "show", "--property=MainPID,Restart", "--", unit]
    try:
        answer = subprocess.run(
            order, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE_S, check=True, env={}
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return {}
    lines = answer.stdout.decode("utf-8", "replace").splitlines()
    return {name: value for name, equals, value in (line.partition("=") for line in lines) if equals}
