"""What can go wrong and be said in one sentence.

MonitorError
├── InputError     the user's words are malformed: exit code 2
├── KernelError    the kernel refused an operation: carries operation and errno
├── WireError      bytes from netlink, a pipe or a file break their contract
└── SourceError    the collector is gone or does not answer
    └── ExpiredRightsError  and none can be started before the user has typed a password again
"""

from __future__ import annotations

import errno as errno_names
import os


class MonitorError(Exception):
    """Something that the user is told in one sentence, without a traceback."""


class InputError(MonitorError):
    """An endpoint, option or filter that cannot be understood; the message names the mistake."""


class WireError(MonitorError):
    """Bytes from outside that are truncated, too large, of another version, or inconsistent."""


class SourceError(MonitorError):
    """The source of samples has ended or does not answer; another may be started."""


class ExpiredRightsError(SourceError):
    """The source had rights that nobody gives again without asking the user."""


class KernelError(MonitorError):
    """An operation that the kernel refused."""

    def __init__(self, operation: str, errno: int, hint: str = "") -> None:
        self.operation = operation
        """What was asked, as a phrase: "list TCP sockets"."""
        self.errno = errno
        """The positive error number of errno.h; 0 where the kernel gave none."""
        self.hint = hint
        """What the user can do about it; may be empty."""
        name = errno_names.errorcode.get(errno, f"errno {errno}")
        super().__init__(f"could not {operation}: {os.strerror(errno)} ({name})" + (f"; {hint}" if hint else ""))
