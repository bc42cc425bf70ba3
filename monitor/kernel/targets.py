"""What a user has to know of a process before it is signalled: what is shown of it, and what speaks for caution."""

from __future__ import annotations

import errno
import os
import re
import time
from collections.abc import Collection
from contextlib import suppress

from monitor.kernel.group_places import unit_in
from monitor.kernel.pidfds import namespace_pids
from monitor.kernel.proc_files import process_directory, read_file
from monitor.kernel.process_identity import process_in
from monitor.kernel.process_signals import HeldProcess
from monitor.kernel.standing import Standing
from monitor.kernel.supervisors import supervisor_of
from monitor.kernel.users import UserNames
from monitor.model.action import Caution, Signal, SignalAsked, Target
from monitor.model.process import Process

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
# The process's name, on the first line, cannot forge these: the kernel escapes its newlines.
_STATE = re.compile(rb"^State:\t. \((.*)\)$", re.MULTILINE)
_IGNORED = re.compile(rb"^SigIgn:\t([0-9a-f]+)$", re.MULTILINE)
_STOPPED = frozenset({"stopped", "tracing stop"})
_UNINTERRUPTIBLE = "disk sleep"
_INIT = 1


def read_target(
    held: HeldProcess, asked: SignalAsked, standing: Standing, session_holders: Collection[int], users: UserNames
) -> tuple[Target, tuple[Caution, ...]]:
    """Read a process that is held, and say what speaks for caution, in the order of Caution.

    Args:
        held: the process.
        asked: what is to be done to it.
        standing: what stands behind the one who asks.
        session_holders: pids of the processes that hold his ssh connection.
        users: where names are looked up.

    Raises:
        OSError: it has ended, or may not be read.
    """
    with process_directory(asked.process.pid) as inside:
        process = process_in(inside, asked.process.pid)
        status_file = read_file("status", inside)
        parents = _parents_of(process)
        unit = _unit_of(inside)
        if held.has_exited:
            # All of this may be another's, who got the pid.
            raise ProcessLookupError(errno.ESRCH, os.strerror(errno.ESRCH))
    state = _STATE.search(status_file)
    target = Target(
        process=process,
        user=users.names_of([process.uid]).get(process.uid),
        started_at=time.time() - time.clock_gettime(time.CLOCK_BOOTTIME) + process.start_time / _TICKS_PER_S,
        status="" if state is None else state[1].decode("ascii", "replace"),
        unit=unit,
        parents=parents,
        inner_pids=namespace_pids(status_file)[1:],
        supervisor=supervisor_of(process, parents[0], unit, asked.signal) if parents else None,
    )
    holds = {
        Caution.OWN_SESSION: process.pid in session_holders,
        Caution.IGNORES_SIGNAL: _ignores(status_file, asked.signal),
        **_of_place(target, standing),
        **_of_state(target, asked.signal),
    }
    return target, tuple(caution for caution in Caution if holds.get(caution, False))


def _of_place(target: Target, standing: Standing) -> dict[Caution, bool]:
    pid, supervisor = target.process.pid, target.supervisor
    return {
        Caution.INIT: pid == _INIT,
        Caution.ITSELF: pid in standing.own,
        Caution.ANCESTOR: pid in standing.ancestors,
        Caution.CONTAINER_INIT: target.inner_pids[-1:] == (_INIT,),
        Caution.OTHER_PID_NAMESPACE: bool(target.inner_pids),
        Caution.SUPERVISED: supervisor is not None and supervisor.restarts is not False,
    }


def _of_state(target: Target, signal: Signal) -> dict[Caution, bool]:
    return {
        # KILL ends a stopped process as well.
        Caution.STOPPED: target.status in _STOPPED and signal is not Signal.KILL,
        Caution.UNINTERRUPTIBLE: target.status == _UNINTERRUPTIBLE,
    }


def _ignores(status_file: bytes, signal: Signal) -> bool:
    ignored = _IGNORED.search(status_file)
    # Bit 0 stands for signal 1.
    return ignored is not None and bool(int(ignored[1], 16) >> (signal - 1) & 1)


def _parents_of(process: Process) -> tuple[Process, ...]:
    """Read the direct parent, its own, and so on, as far as they are there and may be read."""
    parents: dict[int, Process] = {}
    with suppress(OSError):
        pid = process.parent
        # A parent that ends meanwhile may have left its pid to a descendant.
        while pid and pid not in parents:
            with process_directory(pid) as upper:
                parents[pid] = process_in(upper, pid)
            pid = parents[pid].parent
    return tuple(parents.values())


def _unit_of(inside: int) -> str | None:
    try:
        return unit_in(read_file("cgroup", inside))
    except OSError:
        return None
