"""What a user has to know of a process before it is signalled: what is shown of it, and what speaks for caution."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from typing import TypeVar

from monitor.kernel.cgroups import unit_in
from monitor.kernel.proc_files import process_directory, read_file
from monitor.kernel.process_identity import ProcessStat, process_in
from monitor.kernel.process_signals import HeldProcess
from monitor.kernel.processes import parents_in
from monitor.kernel.supervisors import supervisor_of
from monitor.kernel.users import UserNames
from monitor.model.action import Caution, Operator, Signal, Target

T = TypeVar("T")

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
# The process's name, on the first line, cannot forge these: the kernel escapes its newlines.
_STATE = re.compile(rb"^State:\t. \((.*)\)$", re.MULTILINE)
_IGNORED = re.compile(rb"^SigIgn:\t([0-9a-f]+)$", re.MULTILINE)
_BY_STATUS = {
    "stopped": Caution.STOPPED,
    "tracing stop": Caution.STOPPED,
    "disk sleep": Caution.UNINTERRUPTIBLE,
}
_INIT = 1


def read_target(held: HeldProcess, pid: int, users: UserNames) -> Target:
    """Read a process that is held.

    Raises:
        OSError: it has ended, or may not be read.
    """
    with held.directory() as inside:
        process = process_in(inside, pid)
        state = _STATE.search(read_file("status", inside))
        parents = _or_none(lambda: parents_in(inside)) or ()
        unit = _or_none(lambda: unit_in(read_file("cgroup", inside)))
    return Target(
        process=process,
        user=users.names_of([process.uid]).get(process.uid),
        started_at=time.time() - time.clock_gettime(time.CLOCK_BOOTTIME) + process.start_time / _TICKS_PER_S,
        status="" if state is None else state[1].decode("ascii", "replace"),
        unit=unit,
        parents=parents,
        inner_pids=held.inner_pids,
        supervisor=supervisor_of(parents[0], unit) if parents else None,
    )


def cautions_about(
    target: Target, signal: Signal, operator: Operator, session_holders: Collection[int] = ()
) -> tuple[Caution, ...]:
    """Say what speaks for caution, in the order of Caution.

    Args:
        target: who would be signalled.
        signal: with what.
        operator: who asks.
        session_holders: pids of the processes that hold the operator's ssh connection.
    """
    pid = target.process.pid
    own = {os.getpid(), operator.pid}
    holds = {
        Caution.INIT: pid == _INIT,
        Caution.ITSELF: pid in own,
        Caution.ANCESTOR: pid in {ancestor for each in own for ancestor in _ancestors_of(each)} - own,
        Caution.OWN_SESSION: pid in session_holders,
        Caution.CONTAINER_INIT: target.inner_pids[-1:] == (_INIT,),
        Caution.OTHER_PID_NAMESPACE: bool(target.inner_pids),
        Caution.SUPERVISED: target.supervisor is not None and target.supervisor.restarts is not False,
        Caution.IGNORES_SIGNAL: signal is not Signal.KILL and _ignores(pid, signal),
        Caution.STOPPED: signal is not Signal.KILL and _BY_STATUS.get(target.status) is Caution.STOPPED,
        Caution.UNINTERRUPTIBLE: _BY_STATUS.get(target.status) is Caution.UNINTERRUPTIBLE,
    }
    return tuple(caution for caution in Caution if holds.get(caution, False))


def _ignores(pid: int, signal: Signal) -> bool:
    with suppress(OSError), process_directory(pid) as inside:
        ignored = _IGNORED.search(read_file("status", inside))
        # Bit 0 stands for signal 1.
        return ignored is not None and bool(int(ignored[1], 16) >> (signal - 1) & 1)
    return False


def _ancestors_of(pid: int) -> Iterator[int]:
    """Give the pids above a process, as far as they can be read."""
    seen = {0}
    with suppress(OSError):
        while True:
            with process_directory(pid) as inside:
                pid = ProcessStat.parse(read_file("stat", inside)).parent
            if pid in seen:
                return
            seen.add(pid)
            yield pid


def _or_none(read: Callable[[], T]) -> T | None:
    try:
        return read()
    except OSError:
        return None
