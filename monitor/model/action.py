"""What may be done to a process or a socket, in two steps: it is asked for and prepared, then confirmed.

Preparing changes nothing. It looks at the target anew and gives a token with what was found; only the token can be
confirmed, once, and for a short time.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from monitor.model.process import Process, ProcessIdentity
from monitor.model.sockets import SocketId


class Signal(IntEnum):
    """What a process may be sent, with the kernel's number."""

    TERM = 15
    """Asks it to end; it may clean up before, or ignore it."""
    KILL = 9
    """Ends it at once; it cannot clean up."""


@dataclass(frozen=True, slots=True)
class SignalAsked:
    """Signal a process, as the row named it that the user has chosen."""

    process: ProcessIdentity
    signal: Signal


@dataclass(frozen=True, slots=True)
class CloseAsked:
    """Close one socket, as the row showed it that the user has chosen."""

    socket: SocketId
    state: int
    """The kernel's number, see TcpState; of another one nothing is closed."""


Asked = SignalAsked | CloseAsked


class Caution(StrEnum):
    """Why an action needs more than a yes, or does less than one may think."""

    INIT = "init"
    """Pid 1: the whole system hangs on it."""
    ITSELF = "itself"
    """The monitor, or its collector."""
    ANCESTOR = "ancestor"
    """The monitor was started by it: its shell, its terminal, its login."""
    OWN_SESSION = "own-session"
    """It carries the ssh connection by which the user is here."""
    CONTAINER_INIT = "container-init"
    """Pid 1 of a pid namespace: TERM does nothing where it has no handler, and all others there end with it."""
    OTHER_PID_NAMESPACE = "other-pid-namespace"
    """It lives in a container, where it has another pid: see Target.inner_pids."""
    SUPERVISED = "supervised"
    """Its parent starts it again: see Target.supervisor."""
    IGNORES_SIGNAL = "ignores-signal"
    """It has asked the kernel to drop this signal."""
    STOPPED = "stopped"
    """It is stopped or traced, and acts on TERM only once it goes on."""
    UNINTERRUPTIBLE = "uninterruptible"
    """It waits for the kernel, mostly for a disk, and ends only after that."""
    LISTENER = "listener"
    """The socket listens or takes from anybody: its process is left with one that no longer works."""
    TIME_WAIT = "time-wait"
    """The connection is closed already; what goes is the kernel's memory of it."""


NEEDS_TYPING = frozenset({Caution.INIT, Caution.ITSELF, Caution.ANCESTOR, Caution.OWN_SESSION, Caution.CONTAINER_INIT})
"""Cautions after which a confirmation has to be typed."""


class SupervisorKind(StrEnum):
    """Who starts a process again."""

    SYSTEMD = "systemd"
    CONTAINER = "container"
    """The shim of a container engine: whether it restarts is the engine's setting, which is not visible here."""
    RUNIT = "runit"
    S6 = "s6"
    DAEMONTOOLS = "daemontools"
    SUPERVISORD = "supervisord"


@dataclass(frozen=True, slots=True)
class Supervisor:
    """The parent of a process, where it is a program whose task is to start others again."""

    kind: SupervisorKind
    name: str
    """The systemd unit, or the parent's own name; untrusted."""
    restarts: bool | None
    """Whether it starts the process again after this signal; None where that cannot be seen."""


@dataclass(frozen=True, slots=True)
class Target:
    """A process that is held by its pidfd, as it was when the action was prepared. All texts are untrusted."""

    process: Process
    user: str | None
    """Name of the user, where the machine knows one."""
    started_at: float
    """Unix time."""
    status: str
    """The kernel's word: running, sleeping, stopped, …"""
    unit: str | None
    """systemd unit from the cgroup path; of a container its scope."""
    parents: tuple[Process, ...]
    """From the direct parent up to pid 1, as far as they may be read."""
    inner_pids: tuple[int, ...] = ()
    """Its pids in nested pid namespaces, the innermost last; none where it lives in ours."""
    supervisor: Supervisor | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """An action that can be confirmed: its token, and what a user has to know before."""

    token: int
    """Never given twice, by no collector."""
    asked: Asked
    cautions: tuple[Caution, ...]
    """In the order of Caution."""
    expires_in_s: float
    """Until the token is forgotten."""
    target: Target | None
    """What a signal hits; None for a socket."""

    @property
    def needs_typing(self) -> bool:
        """Whether a slip would cost the user the machine or the session."""
        return not NEEDS_TYPING.isdisjoint(self.cautions)


class Result(StrEnum):
    """What an action has come to."""

    SENT = "sent"
    """The signal has been delivered; became() says what it did."""
    EXITED = "exited"
    """The process has ended after the signal."""
    STILL_RUNNING = "still-running"
    """It has not ended yet."""
    CLOSED = "closed"
    """The kernel has closed the socket: its process gets ECONNABORTED, a TCP peer RST."""
    ALREADY_GONE = "already-gone"
    """The process or connection had ended before; nothing was done."""
    CHANGED = "changed"
    """Another process has the pid, or it runs another program; nothing was sent, and it has to be shown again."""
    MOVED = "moved"
    """The connection is in another state than was shown, see Outcome.state; nothing was closed."""
    GONE_OR_SHARED = "gone-or-shared"
    """The kernel does not find it: it is gone, or shares its port by SO_REUSEPORT; nothing was closed."""
    ZOMBIE = "zombie"
    """The process has ended and waits for its parent to notice; there is nothing to signal."""
    NOT_PERMITTED = "not-permitted"
    """Nothing was done for want of Outcome.needs."""
    KERNEL_THREAD = "kernel-thread"
    """It is part of the kernel and takes no signals."""
    OTHER_NAMESPACE = "other-namespace"
    """The pid is that of another pid namespace's /proc, or the socket is of another network namespace."""
    NO_COOKIE = "no-cookie"
    """The socket was never named by a cookie, so that another one might be hit."""
    CANNOT = "cannot"
    """This kernel or a sandbox does not offer it, see Outcome.errno."""
    READ_ONLY = "read-only"
    """The monitor was started with --read-only."""
    FORGOTTEN = "forgotten"
    """The token was confirmed before, is too old, or is of a collector that has ended; nothing was done."""


class Right(StrEnum):
    """What is needed for an action."""

    KILL = "CAP_KILL"
    """Over the user namespace of the process; or to be the same user."""
    NET_ADMIN = "CAP_NET_ADMIN"
    """Over the user namespace that owns the network namespace."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an action."""

    result: Result
    errno: int = 0
    """Of errno.h, where the kernel refused; else 0."""
    needs: Right | None = None
    """With NOT_PERMITTED."""
    state: int | None = None
    """With MOVED: the state in which the socket is now."""


@dataclass(frozen=True, slots=True)
class Operator:
    """The one who acts: what of the machine must not be taken from under him."""

    pid: int
    """Of the monitor."""
    ssh_connection: str | None = None
    """SSH_CONNECTION of its environment: client address and port, server address and port."""
