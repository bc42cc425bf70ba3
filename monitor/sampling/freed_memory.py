"""What becomes of freed memory: a sample's columns are as large as those of the sample before.

The C library hands large blocks back to the kernel as soon as they are freed, and every page of the next ones is
then asked for and cleared anew. So what is freed is kept for the next sample, but for blocks from which on the kernel
gives huge pages: clearing such a block takes no longer where it is new, and a table is not kept beside the two in use.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress

MANY_ROWS = 25_000
"""From here on the rest goes back after each sample, some ten megabytes of 100,000 rows."""
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
"""Parameters of mallopt (glibc, malloc.h)."""
_LARGEST_KEPT = 4 << 20
"""Bytes of one block; numpy asks for huge pages from here on."""
_MOST_KEPT = 256 << 20
_LARGEST_SHARED, _MOST_SHARED = 128 << 10, 4 << 20
"""Bytes likewise, where columns stay. Left alone, the C library would come to keep what the first sample took; and of
large columns on its heap, between small blocks that stay, twice what is in use."""


def share_freed_memory() -> None:
    """Ask the C library to let threads that are started from now on take what others have freed.

    Columns are made by the thread that reads samples, and often let go by the one that showed them. Most of them stay
    from sample to sample, so little of what was freed is wanted again, and the rest goes back.
    """
    with suppress(AttributeError, OSError):
        library = ctypes.CDLL(None)
        library.mallopt(_M_MMAP_THRESHOLD, _LARGEST_SHARED)
        library.mallopt(_M_TRIM_THRESHOLD, _MOST_SHARED)
        library.mallopt(_M_ARENA_MAX, 1)


def keep_freed_memory() -> None:
    """Ask the C library to keep what is freed; one that cannot goes on as before.

    Of threads that have allocated before, only the calling one shares what is kept from now on.
    """
    with suppress(AttributeError, OSError):
        library = ctypes.CDLL(None)
        library.mallopt(_M_MMAP_THRESHOLD, _LARGEST_KEPT)
        library.mallopt(_M_TRIM_THRESHOLD, _MOST_KEPT)
        library.mallopt(_M_ARENA_MAX, 1)


def return_freed_memory() -> None:
    """Give the machine what is free now, when nobody waits: the start takes more, once, than any sample does later."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
