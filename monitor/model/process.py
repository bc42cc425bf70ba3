"""Process and SocketOwner: who holds a socket."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitor.errors import InputError
from monitor.model.control_group import ControlGroup
from monitor.model.endpoint import shown

_LAST_PID = (1 << 31) - 1
"""The largest pid_t; which pids a machine gives is less (PID_MAX_LIMIT)."""


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """What tells one process from every other, also from one that got its pid."""

    pid: int
    start_time: int
    """Clock ticks after boot; two processes of one pid may share it, where both were started within 10 ms."""
    pidfd_inode: int | None
    """Inode number of its pidfd, never given twice (Linux 6.9); None where the kernel gives none."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process as the owner of sockets; all texts are untrusted bytes."""

    pid: int
    start_time: int
    """Clock ticks after boot, field 22 of /proc/PID/stat; with the pid it tells a reused pid apart."""
    name: bytes
    """Last part of the executable's path; comm in brackets for a kernel thread; comm where exe can't be read."""
    uid: int
    """Real user id."""
    exe: bytes | None = None
    """Path of the executable as the kernel links it; None where it may not be read or there is none."""
    command_line: bytes = b""
    """Arguments parted by NUL, at most 4,096 bytes; empty for kernel threads."""
    parent: int = 0
    """Pid of the parent when it was read; 0 for none in sight."""
    pidfd_inode: int | None = None
    """See ProcessIdentity."""

    @property
    def identity(self) -> ProcessIdentity:
        """What names it to an action."""
        return ProcessIdentity(self.pid, self.start_time, self.pidfd_inode)


@dataclass(frozen=True, slots=True)
class SocketOwner:
    """A process and the descriptor by which it holds a socket."""

    process: Process
    fd: int


class OwnerReason(StrEnum):
    """Why a socket has no owner, or why its owner is not its own."""

    ACCEPT_QUEUE = "accept-queue"
    """Not accepted yet: it belongs to the owner of its listener."""
    ONE_OF_SEVERAL = "one-of-several"
    """Not accepted yet, and several listeners of a REUSEPORT group have waiting connections: it is one of theirs."""
    KERNEL = "kernel"
    """TIME-WAIT, SYN-RECV, or closed by its process: the kernel's own."""
    HIDDEN = "hidden"
    """Some process's descriptors may not be read, so it may be one of them."""
    NOT_FOUND = "not-found"
    """All descriptors were read and none is this socket: held by the kernel, in flight, or out of sight."""
    PENDING = "pending"
    """Not looked up yet."""


@dataclass(frozen=True, slots=True)
class ProcessFacts:
    """What one process screen shows. Every field that could not be read is None."""

    process: Process
    user: str | None
    """Name of the user, where the machine knows one."""
    started_at: float | None
    """Unix time."""
    parents: tuple[Process, ...]
    """From the direct parent up to pid 1."""
    unit: str | None
    """systemd unit from the cgroup path."""
    cpu_seconds: float | None
    """User and system time since the start."""
    memory_bytes: int | None
    """Resident set size."""
    threads: int | None
    fd_kinds: dict[str, int] | None
    """Open descriptors counted by kind: socket, file, pipe, anon, device, other."""
    fd_limit: int | None
    """Soft limit of open descriptors; None also for unlimited."""
    status: str | None
    """The kernel's word: running, sleeping, zombie, …"""
    unread: tuple[str, ...] = ()
    """Names of the facts that this user may not read."""
    blocked: tuple[str, ...] = ()
    """Names of the facts whose reading did not come back: the process's memory is locked, or on a dead file system."""
    others_blocked: int = 0
    """Where those were not tried, because reading so many other processes blocks: how many."""
    read_at: float | None = None
    """CLOCK_BOOTTIME in seconds at which cpu_seconds was read."""
    control_group: ControlGroup | None = None
    """Its own, which its sockets need not share; None where it could not be read."""
    namespace: int | None = None
    """Inode of the network namespace that it is in; None likewise. What it opened before may be of another one."""

    def is_elsewhere(self, namespace: int) -> bool:
        """Whether it is known to be in another network namespace than that one, and most of its sockets with it."""
        return self.namespace is not None and namespace not in {0, self.namespace}


@dataclass(frozen=True, slots=True)
class ProcessEnvironment:
    """The environment with which a process' program was started, or what it has written over it. Full of secrets."""

    process: Process
    variables: tuple[bytes, ...]
    """NAME=VALUE in their order; untrusted."""
    is_cut: bool
    """Whether there are more."""


def parse_pid(text: str) -> int:
    """Read a process id.

    Raises:
        InputError: no number, or none that a process can have.
    """
    if not (text.isascii() and text.isdigit()):
        raise InputError(f'"{shown(text)}" is no process id')
    if len(text) > len(str(_LAST_PID)) or not 0 < int(text) <= _LAST_PID:
        raise InputError(f"process id {shown(text)} is out of range")
    return int(text)
