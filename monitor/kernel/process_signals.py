"""Signalling one process by a pidfd that is opened before anybody is asked, and proven to be of the one that is meant.

A pid alone is never trusted: another process may have it by now, with the same start time even.
"""

from __future__ import annotations

import errno
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from monitor.errors import KernelError
from monitor.kernel.pidfds import has_exited, inode_of, proc_names_alike
from monitor.kernel.proc_files import GONE, SHORTAGES, process_directory, read_file
from monitor.kernel.process_identity import PF_KTHREAD, ProcessStat
from monitor.model.action import Outcome, Result, Right, Signal
from monitor.model.process import ProcessIdentity

_NO_SIGNAL = 0
"""Sends nothing; the kernel says whether it would."""
_NO_SUCH_PROCESS = frozenset({errno.ESRCH, errno.ENOENT, errno.EINVAL})
"""Of pidfd_open(): the pid is nobody's, or a thread's, or none."""


@dataclass(frozen=True, slots=True)
class _Program:
    """What a process runs; exec changes it and keeps pid, start time and pidfd."""

    comm: bytes
    exe: bytes | None
    file: tuple[int, int] | None
    """Device and inode of the executable."""
    addresses: tuple[bytes, ...]
    """Where its code, stack and arguments lie, which each exec chooses anew; all alike where they may not be read."""


class HeldProcess:
    """The process that an action is for, for as long as this object is open."""

    def __init__(self, pidfd: int, identity: ProcessIdentity) -> None:
        self._pidfd = pidfd
        self._identity = identity
        self._program: _Program | None = None

    @classmethod
    def hold(cls, identity: ProcessIdentity) -> Self | Outcome:
        """Hold a process, or say why it cannot be signalled.

        Raises:
            KernelError: descriptors or memory ran out, or it may not be read.
        """
        if not proc_names_alike():
            return Outcome(Result.OTHER_NAMESPACE)
        try:
            pidfd = os.pidfd_open(identity.pid)
        except OSError as error:
            return _not_opened(error)
        except OverflowError:
            return Outcome(Result.ALREADY_GONE)
        held = cls(pidfd, identity)
        try:
            refused = held._refusal()
        except BaseException:
            held.close()
            raise
        if refused is not None:
            held.close()
            return refused
        return held

    @property
    def has_exited(self) -> bool:
        """Whether it has ended."""
        return has_exited(self._pidfd)

    def send(self, number: Signal) -> Outcome:
        """Send a signal, unless the process has ended or runs another program than when it was held.

        Raises:
            KernelError: it may no longer be read; nothing was sent.
        """
        if self.has_exited:
            return Outcome(Result.ALREADY_GONE)
        return self._refusal() or self._send(number)

    def close(self) -> None:
        """Let it go."""
        os.close(self._pidfd)

    def _refusal(self) -> Outcome | None:
        """Say why it must not be signalled; the first time, remember what it runs."""
        identity = self._identity
        if identity.pidfd_inode is not None and inode_of(self._pidfd) not in {None, identity.pidfd_inode}:
            return Outcome(Result.CHANGED)
        try:
            return self._look()
        except OSError as error:
            if error.errno in GONE:
                return Outcome(Result.ALREADY_GONE)
            raise KernelError(f"read process {identity.pid}", error.errno or 0) from error

    def _look(self) -> Outcome | None:
        with process_directory(self._identity.pid) as inside:
            line = read_file("stat", inside)
            stat = ProcessStat.parse(line)
            # Of one that has not ended until here the directory is its own, and stays so.
            has_exited = self.has_exited
            if has_exited and self._send(_NO_SIGNAL).result is Result.ALREADY_GONE:
                return Outcome(Result.ALREADY_GONE)
            if stat.start_time != self._identity.start_time:
                return Outcome(Result.CHANGED)
            if has_exited:
                return Outcome(Result.ZOMBIE)
            if stat.flags & PF_KTHREAD:
                return Outcome(Result.KERNEL_THREAD)
            program = _program_in(inside, line, stat.comm)
        if self._program is None:
            self._program = program
            permitted = self._send(_NO_SIGNAL)
            return None if permitted.result is Result.SENT else permitted
        return None if program == self._program else Outcome(Result.CHANGED)

    def _send(self, number: int) -> Outcome:
        try:
            signal.pidfd_send_signal(self._pidfd, number)
        except ProcessLookupError as error:
            return Outcome(Result.ALREADY_GONE, error.errno or 0)
        except PermissionError as error:
            refusal = error.errno or 0
            return Outcome(Result.NOT_PERMITTED, refusal, Right.KILL) if _may_signal_itself() else _cannot(refusal)
        except OSError as error:
            return _cannot(error.errno or 0)
        return Outcome(Result.SENT)


def _not_opened(error: OSError) -> Outcome:
    number = error.errno or 0
    if number in _NO_SUCH_PROCESS:
        return Outcome(Result.ALREADY_GONE, number)
    if number in SHORTAGES:
        raise KernelError("hold a process", number) from error
    return _cannot(number)


def _cannot(number: int) -> Outcome:
    return Outcome(Result.CANNOT, number)


def _may_signal_itself() -> bool:
    """Whether the call is offered at all: a sandbox refuses it with the errno of a missing right."""
    own = os.pidfd_open(os.getpid())
    try:
        signal.pidfd_send_signal(own, _NO_SIGNAL)
    except OSError:
        return False
    finally:
        os.close(own)
    return True


def _program_in(inside: int, line: bytes, comm: bytes) -> _Program:
    exe, file = None, None
    with suppress(OSError):
        exe = os.readlink(b"exe", dir_fd=inside)
        status = os.stat("exe", dir_fd=inside)
        file = status.st_dev, status.st_ino
    # proc(5) counts from 1: 26 to 28 are code and stack, 45 to 51 data, arguments and environment.
    fields = line[line.rindex(b")") + 1 :].split()
    return _Program(comm, exe, file, (*fields[23:26], *fields[42:49]))
