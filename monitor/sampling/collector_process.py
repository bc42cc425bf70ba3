"""Starts the collector process and ends it. Standard library only: it runs before Textual and numpy are imported."""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
import sys
from typing import IO, Any

from monitor.errors import SourceError

_PIPE_BYTES = 1 << 20
"""What a plain user may ask for (fs.pipe-max-size); a sample then crosses in few pieces."""
_TAIL_BYTES = 2000
READ_AHEAD = "--read-ahead"
"""Has the collector read its first sample before it is asked for."""
READ_ONLY = "--read-only"
"""Has it give up its rights and refuse every action."""
NETNS = "--netns="
"""Has it enter the network namespace of the word that follows at once, before anything else."""
NAMESPACE = "--namespace="
"""Has it do so in the namespace of the inode that follows alone; where it is in that one already it stays."""


class CollectorProcess:
    """The running collector: its pipes, and its last words.

    Args:
        reads_ahead: Whether it reads its first sample at once, for one who takes a while before he can ask.
        is_read_only: Whether it gives up its rights and refuses every action.
        is_privileged: Whether sudo starts it, which must need no password by now.
        netns: Name or pid of the network namespace that it enters first; None for that of the monitor.
        namespace: The inode that it has to have; None for any.

    Raises:
        SourceError: the machine cannot start another process, or there is no sudo.
    """

    def __init__(
        self,
        *,
        reads_ahead: bool = False,
        is_read_only: bool = False,
        is_privileged: bool = False,
        netns: str | None = None,
        namespace: int | None = None,
    ) -> None:
        options = [*([READ_AHEAD] if reads_ahead else []), *([READ_ONLY] if is_read_only else [])]
        options += [] if netns is None else [f"{NETNS}{netns}"]
        options += [] if namespace is None else [f"{NAMESPACE}{namespace}"]
        command = [sys.executable, "-I", "-m", "monitor.sampling.collector", *options]
        if is_privileged:
            from monitor.sampling.sudo import privileged  # noqa: PLC0415 - most starts are without

            command = privileged(command)
        self._words = os.memfd_create("collector-stderr", os.MFD_CLOEXEC)
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._words,
                bufsize=0,
                # Ctrl+C in the terminal is the monitor's to answer. What sudo remembers holds for this session alone.
                start_new_session=not is_privileged,
                process_group=0 if is_privileged else None,
            )
        except OSError as error:
            os.close(self._words)
            raise SourceError(f"the collector could not be started: {os.strerror(error.errno or 0)}") from None
        with contextlib.suppress(OSError):
            fcntl.fcntl(self.output, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)

    @property
    def pid(self) -> int:
        """Process id of the collector."""
        return self._process.pid

    @property
    def input(self) -> int:
        """Descriptor that questions are written to."""
        return _pipe(self._process.stdin).fileno()

    @property
    def output(self) -> int:
        """Descriptor that answers are read from."""
        return _pipe(self._process.stdout).fileno()

    def ending(self) -> str:
        """Say in a few words how the collector ended; its last line of error output where there is one."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=1)
        code = self._process.returncode
        if code is None:
            return "it does not answer"
        size = os.fstat(self._words).st_size
        tail = os.pread(self._words, _TAIL_BYTES, max(0, size - _TAIL_BYTES)).decode("utf-8", "backslashreplace")
        last = tail.strip().splitlines()[-1:] or [""]
        how = f"ended by signal {-code}" if code < 0 else f"exit code {code}"
        return f"{how}: {last[0]}" if last[0] else how

    def close(self) -> None:
        """End the collector: the end of its input ends it; a stuck one is killed."""
        with contextlib.suppress(OSError):
            _pipe(self._process.stdin).close()
        try:
            self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            # One with more rights than ours cannot be killed; it ends once it looks at its input.
            with contextlib.suppress(PermissionError):
                self._process.kill()
                self._process.wait()
        # Not before: another thread may still be reading.
        with contextlib.suppress(OSError):
            _pipe(self._process.stdout).close()
        with contextlib.suppress(OSError):
            os.close(self._words)


def _pipe(pipe: IO[Any] | None) -> IO[Any]:
    if pipe is None:  # pragma: no cover - Popen was asked for pipes
        raise ValueError("the collector was started without pipes")
    return pipe
