"""open_regular: opens a file for reading that somebody else may have put in its place.

To open something can wait for a writer (a pipe), rewind a tape or arm a watchdog. So it is looked at first, and what
was looked at is opened then, whatever has its name by now.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path


def open_regular(path: Path, *, follows_link: bool = True) -> int | None:
    """Open a regular file for reading; None where it is none.

    Args:
        path: Where it stands.
        follows_link: Whether the last name may be a symbolic link, which is else no regular file.

    Raises:
        OSError: there is nothing, or it may not be read; and ValueError where the path can be none.
    """
    seen = os.open(path, os.O_PATH | os.O_CLOEXEC | (0 if follows_link else os.O_NOFOLLOW))
    try:
        if not stat.S_ISREG(os.fstat(seen).st_mode):
            return None
        # Without waiting for who holds a lease on it (fcntl(2), F_SETLEASE).
        return os.open(f"/proc/self/fd/{seen}", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    finally:
        os.close(seen)
