"""Processes whose first thread has ended before the others: zombies to all who only look at /proc/PID."""

from __future__ import annotations

import os

from monitor.kernel.proc_files import directory, read_file
from monitor.kernel.process_identity import ProcessStat


def table_in(inside: int) -> str:
    """Find the descriptor table in the directory of a process: mostly "fd", else "task/TID/fd".

    Once the first thread has ended the kernel shows "fd" as empty, and that of every other thread as it is.

    Raises:
        OSError: the process has ended, or may not be read at all.
    """
    # Where descriptors are counted no thread has ended; before Linux 6.2 the size is 0 and says nothing.
    if os.stat("fd", dir_fd=inside).st_size > 0 or not _has_ended(inside, "stat"):
        return "fd"
    with directory("task", inside=inside) as tasks:
        threads = os.listdir(tasks)  # noqa: PTH208 - a descriptor has no Path
        living = next((thread for thread in threads if not _has_ended(tasks, f"{thread}/stat")), None)
    return "fd" if living is None else f"task/{living}/fd"


def _has_ended(inside: int, stat: str) -> bool:
    return ProcessStat.parse(read_file(stat, inside)).has_ended
