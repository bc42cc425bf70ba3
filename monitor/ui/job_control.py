"""Stopping as any program does on Ctrl+Z, and what happens before and after."""

from __future__ import annotations

import os
import signal
from asyncio import AbstractEventLoop
from collections.abc import Callable

# Since Linux 6.9 (linux/pidfd.h); Python passes the number on.
_PIDFD_SIGNAL_PROCESS_GROUP = 1 << 2


class JobControl:
    """Answers SIGTSTP and SIGCONT.

    Args:
        loop: The running event loop, on the main thread.
        leave: Gives the terminal back, before the process stops.
        enter: Takes it again when the process goes on. Also called after a SIGSTOP that nobody could announce.
    """

    def __init__(self, loop: AbstractEventLoop, leave: Callable[[], None], enter: Callable[[], None]) -> None:
        self._loop = loop
        self._leave = leave
        self._enter = enter

    def catch(self) -> None:
        """Begin to answer."""
        self._loop.add_signal_handler(signal.SIGTSTP, self._stop)
        self._loop.add_signal_handler(signal.SIGCONT, self._enter)

    def forget(self) -> None:
        """Let both signals do again what they do by default."""
        self._loop.remove_signal_handler(signal.SIGTSTP)
        self._loop.remove_signal_handler(signal.SIGCONT)

    def _stop(self) -> None:
        self._leave()
        self.forget()
        _stop_job()
        self.catch()
        self._enter()


def _stop_job() -> None:
    """Stop every process of our job, as the terminal's own Ctrl+Z would: a script that started us stops with us.

    Comes back when the job goes on; or at once where nobody could continue it, since the kernel then stops nothing.
    """
    own = os.pidfd_open(os.getpid())
    try:
        signal.pidfd_send_signal(own, signal.SIGTSTP, None, _PIDFD_SIGNAL_PROCESS_GROUP)
    except OSError:
        signal.raise_signal(signal.SIGTSTP)
    finally:
        os.close(own)
