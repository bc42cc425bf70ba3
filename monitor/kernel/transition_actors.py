"""TransitionActors: who the threads are that changed the states of sockets, read as soon as they are seen.

One that has ended before can no longer be read; the kernel's own list of names then tells what it called itself last.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from monitor.kernel.netlink_messages import Records
from monitor.kernel.proc_files import process_directory, read_file
from monitor.kernel.process_identity import ProcessStat, process_in
from monitor.kernel.this_namespace import namespace_in
from monitor.model.process import Process
from monitor.model.transitions import Actor

_TRUSTED_S = 1.0
"""After being read a thread is taken to be the same one for so long: no machine uses up all pids in that time."""
_MOST_KEPT = 4096
_ROW_BITS, _ROW_MASK = np.uint64(32), np.uint64(0xFFFF_FFFF)
"""Thread and row in one number sort several times as fast as rows by thread."""
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_THREAD_GROUP = re.compile(rb"^Tgid:\t(\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A thread as it was read, and from when until when a transition of that number is its."""

    actor: Actor
    started_at: float
    read_at: float

    def is_of(self, moment: float) -> bool:
        return self.started_at <= moment <= self.read_at + _TRUSTED_S


class TransitionActors:
    """Resolves thread ids, and remembers them for a moment."""

    def __init__(self, tracefs: Path) -> None:
        self._saved = tracefs / "saved_cmdlines"
        self._readings: dict[int, _Reading] = {}

    def of(self, records: Records) -> dict[int, Actor]:
        """Read the threads of some transitions, which have just been taken; 0, which is none, is left out.

        Args:
            records: Of TRANSITION, in the order of their times.
        """
        if len(self._readings) > _MOST_KEPT:
            self._readings.clear()
        ended: dict[int, float] = {}
        actors: dict[int, Actor] = {}
        for thread, moment in _last_moments(records):
            reading = self._readings.get(thread)
            if reading is None or not reading.is_of(moment):
                reading = _read(thread, moment)
            if reading is None:
                ended[thread] = moment
                continue
            self._readings[thread] = reading
            actors[thread] = reading.actor
        if ended:
            names = self._saved_names()
            for thread, moment in ended.items():
                actors[thread] = Actor(None, names.get(b"%d" % thread), None)
                self._readings[thread] = _Reading(actors[thread], moment - _TRUSTED_S, moment)
        return actors

    def _saved_names(self) -> dict[bytes, bytes | None]:
        """Read what threads called themselves last, by number; None where names with a newline make it ambiguous."""
        names: dict[bytes, bytes | None] = {}
        with suppress(OSError):
            for line in self._saved.read_bytes().split(b"\n"):
                number, _, name = line.partition(b" ")
                names[number] = None if number in names else name
        return names


def _last_moments(records: Records) -> Iterator[tuple[int, float]]:
    """Give each thread with the time of its last transition, which is the last one in the list."""
    threads = records["thread"]
    rows = np.flatnonzero(threads).astype(np.uint64)
    by_thread = np.sort(threads[rows].astype(np.uint64) << _ROW_BITS | rows)
    is_last = np.ones(len(rows), np.bool_)
    is_last[:-1] = by_thread[1:] >> _ROW_BITS != by_thread[:-1] >> _ROW_BITS
    last = (by_thread[is_last] & _ROW_MASK).astype(np.intp)
    yield from zip(threads[last].tolist(), records["boot_time"][last].tolist(), strict=True)


def _read(thread: int, moment: float) -> _Reading | None:
    """Read a thread that acted at a moment; None where it has ended."""
    try:
        with process_directory(thread) as inside:
            started_at = ProcessStat.parse(read_file("stat", inside)).start_time / _TICKS_PER_S
            if started_at > moment:
                # Another thread has its number by now.
                return None
            comm = read_file("comm", inside).removesuffix(b"\n")
            actor = Actor(_process_of(thread, inside), comm, namespace_in(inside))
    except OSError:
        return None
    return _Reading(actor, started_at, time.clock_gettime(time.CLOCK_BOOTTIME))


def _process_of(thread: int, inside: int) -> Process:
    """Read the process of a thread, through whose directory all of it can be read but its own number and start."""
    group = _THREAD_GROUP.search(read_file("status", inside))
    number = thread if group is None else int(group[1])
    if number == thread:
        return process_in(inside, thread)
    with process_directory(number) as leader:
        process = process_in(leader, number)
    # While a thread lives nobody else gets the number of its process.
    os.stat("stat", dir_fd=inside)
    return process
