"""Transitions: what TCP sockets of the whole machine went from and to, and who had them do it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from monitor.model.process import Process

TRANSITION = np.dtype(
    [
        ("boot_time", "f8"),
        ("socket", "u8"),
        ("local_high", "u8"),
        ("local_low", "u8"),
        ("remote_high", "u8"),
        ("remote_low", "u8"),
        ("thread", "u4"),
        ("local_port", "u2"),
        ("remote_port", "u2"),
        ("family", "u1"),
        ("old_state", "u1"),
        ("new_state", "u1"),
    ],
    align=True,
)
"""One change of a TCP socket's state; states, family and address words are those of SocketTable.

boot_time is CLOCK_BOOTTIME in seconds. socket names the kernel's socket until it closes, afterwards another one may
have the number; it is no cookie. thread is the one that acted, 0 where an interrupt did: the thread that it happened
to interrupt has no part in it. local_port is 0 where a SYN-SENT had to be given a port and had none yet.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Transitions:
    """What one reading of the feed gave."""

    records: npt.NDArray[np.void]
    """Of TRANSITION, in the order of their times, none earlier than any of the reading before."""
    lost: int = 0
    """Transitions since the reading before that the kernel had no room for, or could not note."""
    malformed: int = 0
    """Pages left out since they broke their bounds; how many transitions they held nobody knows."""

    def __len__(self) -> int:
        return len(self.records)


@dataclass(frozen=True, slots=True)
class Actor:
    """A thread that changed the state of a socket, as far as it could be read a moment later."""

    process: Process | None
    """None where it has ended or may not be read."""
    comm: bytes | None
    """The thread's own name, which it chose; None where nobody remembers it. Without a process it proves nothing."""
    namespace: int | None
    """Inode of the thread's network namespace; None where it could not be read. The whole machine is seen, so another
    number than the table's means a socket that the table does not have."""


class NoTransitions(StrEnum):
    """Why transitions cannot be seen."""

    NOT_MOUNTED = "tracefs-not-mounted"
    """No tracefs is mounted here, and this program mounts nothing."""
    NOT_ROOT = "not-root"
    """tracefs is open to root only."""
    FORBIDDEN = "forbidden"
    """Root may not either: the kernel is locked down, or a sandbox took the right away."""
    NO_EVENT = "no-event"
    """The kernel has no event for changes of state, which came with Linux 4.16."""
    ELSEWHERE = "elsewhere"
    """Pids or times are others here than those in the kernel's events: this is a namespace of its own."""
    UNREADABLE = "unreadable"
    """The kernel describes its event in a way that this program does not understand."""
    REFUSED = "refused"
    """The kernel refuses for want of memory, descriptors or instances."""
