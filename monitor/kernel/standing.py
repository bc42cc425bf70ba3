"""What stands behind the one who acts: the processes that the monitor hangs on, and its ssh connection."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address

from monitor.kernel.proc_files import process_directory, read_file, read_memory
from monitor.kernel.process_identity import ProcessStat
from monitor.model.action import Operator
from monitor.model.connection import TcpConnection
from monitor.model.endpoint import Endpoint

_SSH_CONNECTION = b"SSH_CONNECTION="
_ENVIRON_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class Standing:
    """What the operator would lose."""

    own: frozenset[int]
    """Pids of the monitor and the collector."""
    ancestors: frozenset[int]
    """Pids above them, as far as they can be read."""
    sessions: frozenset[TcpConnection]
    """ssh connections, as the server has them: one, or several where a session was entered from another."""


def standing_of(operator: Operator) -> Standing:
    """Find what stands behind the operator now."""
    own = {pid for pid in (operator.pid, os.getpid()) if pid > 0}
    ancestors = {ancestor for pid in own for ancestor in _ancestors_of(pid)} - own
    # sudo and su take the variable away, and not from the shell that they were called in.
    told = {operator.ssh_connection or "", *map(_ssh_connection_in, ancestors)}
    sessions = {session for text in told if (session := parse_ssh_connection(text)) is not None}
    return Standing(frozenset(own), frozenset(ancestors), frozenset(sessions))


def parse_ssh_connection(text: str) -> TcpConnection | None:
    """Read client address and port, server address and port; None where it is anything else."""
    words = text.split()
    try:
        client, client_port, server, server_port = words
        return TcpConnection(_endpoint(server, server_port), _endpoint(client, client_port))
    except ValueError:
        return None


def _endpoint(address: str, port: str) -> Endpoint:
    return Endpoint(ip_address(address.partition("%")[0]), int(port)).on_the_wire


def _ancestors_of(pid: int) -> Iterator[int]:
    seen = {0, pid}
    with suppress(OSError):
        while True:
            with process_directory(pid) as inside:
                pid = ProcessStat.parse(read_file("stat", inside)).parent
            if pid in seen:
                return
            seen.add(pid)
            yield pid


def _ssh_connection_in(pid: int) -> str:
    """Read the variable as the process was started with it; empty where it has none, or may not be read."""
    with suppress(OSError), process_directory(pid) as inside:
        for variable in read_memory("environ", inside, _ENVIRON_BYTES).split(b"\0"):
            if variable.startswith(_SSH_CONNECTION):
                return variable.removeprefix(_SSH_CONNECTION).decode("ascii", "replace")
    return ""
