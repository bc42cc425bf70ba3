"""TraceInstance: buffers of our own in tracefs, beside those of everybody else who traces.

The kernel keeps an instance until somebody removes it. So each has its maker in its name, and who makes one first
removes those whose makers are gone; the kernel itself refuses that while anybody holds a file of it open.
"""

from __future__ import annotations

import os
import re
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Self

from monitor.kernel.proc_files import GONE, process_directory, read_file
from monitor.kernel.process_identity import ProcessStat

_MOUNTS = Path("/proc/self/mounts")
_USUAL = b"/sys/kernel/tracing"
_ESCAPED = re.compile(rb"\\([0-7]{3})")
_NAME = re.compile(r"fourtuple-([0-9]{1,10})-([0-9]{1,20})", re.ASCII)

_SUB_BUFFER_KB = 16
"""What one reading gives; the usual 4 kB take four times as many readings."""
_ALL_BUFFERS_KB = 16 << 10
_MOST_KB, _LEAST_KB = 4 << 10, 256
"""Of one processor's buffer; 4 MB hold half a second of 100,000 events a second."""


class TraceInstance:
    """An instance made by this process. Its methods take paths below its directory, and raise OSError."""

    def __init__(self, tracefs: Path) -> None:
        """Make the directory."""
        self.path = tracefs / "instances" / f"fourtuple-{os.getpid()}-{_start_time(os.getpid())}"
        self.path.mkdir()
        self.buffer_kb = 0
        """Room for each processor's events."""
        self._held = -1

    @classmethod
    def make(cls, tracefs: Path) -> Self:
        """Remove the instances of processes that are gone, then make an empty one on the clock of the boot time.

        Raises:
            OSError: it may not be made; nothing of it is left.
        """
        instances = tracefs / "instances"
        for name in os.listdir(instances):  # noqa: PTH208 - names are all that is wanted
            if _is_stale(name):
                with suppress(OSError):
                    (instances / name).rmdir()
        instance = cls(tracefs)
        with ExitStack() as on_failure:
            on_failure.callback(instance.remove)
            instance._prepare()
            on_failure.pop_all()
        return instance

    def read(self, file: str) -> bytes:
        """Read a file to its end."""
        return (self.path / file).read_bytes()

    def write(self, file: str, words: str) -> None:
        """Give an order to a file."""
        # Not by Path.write_text(), which makes what is not there; here a file that is missing says something.
        descriptor = os.open(self.path / file, os.O_WRONLY)
        try:
            os.write(descriptor, words.encode())
        finally:
            os.close(descriptor)

    def processors(self) -> list[str]:
        """Name the directories of all processors, also of those that may only come up later."""
        return sorted(path.name for path in (self.path / "per_cpu").iterdir())

    def open(self, file: str) -> int:
        """Open a file for reading that does not wait; gives the descriptor."""
        return os.open(self.path / file, os.O_RDONLY | os.O_NONBLOCK)

    def remove(self) -> None:
        """Remove the instance, which takes some 50 ms; every descriptor of it must have been closed."""
        if self._held >= 0:
            os.close(self._held)
            self._held = -1
        # Where somebody else reads it too, it stays for whoever makes the next one.
        with suppress(OSError):
            self.path.rmdir()

    def _prepare(self) -> None:
        self.write("trace_clock", "boot")
        with suppress(OSError):
            # Linux 6.8, and only where memory lies together.
            self.write("buffer_subbuf_size_kb", str(_SUB_BUFFER_KB))
        processors = os.cpu_count() or 1
        self.buffer_kb = min(max(_ALL_BUFFERS_KB // processors, _LEAST_KB), _MOST_KB)
        self.write("buffer_size_kb", str(self.buffer_kb))
        with suppress(OSError):
            # Whoever polls is woken by the first event, not by a buffer that is half full (Linux 5.0).
            self.write("buffer_percent", "0")
        # Also where this process is killed, its end stops the recording and gives the memory back.
        self.write("options/disable_on_free", "1")
        self._held = os.open(self.path / "free_buffer", os.O_WRONLY)


def find_tracefs() -> Path | None:
    """Find where tracefs is mounted; None where it is not.

    The list of mounts is asked since a look at /sys/kernel/debug/tracing would mount it.
    """
    mounts = [line.split(b" ") for line in _MOUNTS.read_bytes().splitlines()]
    places = [mount[1] for mount in mounts if mount[2:3] == [b"tracefs"]]
    if not places:
        return None
    place = _USUAL if _USUAL in places else places[0]
    return Path(os.fsdecode(_ESCAPED.sub(lambda escape: bytes([int(escape[1], 8) & 0xFF]), place)))


def _is_stale(name: str) -> bool:
    """Whether an instance is one of ours whose maker has ended, or whose pid another process has."""
    made = _NAME.fullmatch(name)
    if made is None:
        return False
    try:
        return _start_time(int(made[1])) != int(made[2])
    except OSError as error:
        return error.errno in GONE


def _start_time(pid: int) -> int:
    with process_directory(pid) as inside:
        return ProcessStat.parse(read_file("stat", inside)).start_time
