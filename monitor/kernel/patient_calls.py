"""PatientCalls: what may block for ever, on a thread that is left behind when it does.

A read of another process's memory waits for that process: for its page on a file system that does not answer, or for a
lock that it holds while it sleeps. Nothing ends such a wait but the end of either process.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from errno import EBUSY, ETIMEDOUT
from os import strerror
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import TypeVar

T = TypeVar("T")

PATIENCE_S = 0.25
"""A read that is not blocked takes some microseconds, on a busy machine some milliseconds."""
MOST_LEFT_BEHIND = 32
"""Threads that wait for ever; with as many, nobody is asked any more until one of them comes back."""


class PatientCalls:
    """Makes one call at a time, each for a thing that has a name; of any thread.

    Args:
        patience_s: Longest time that a call may take.
    """

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._lock = Lock()
        self._worker: _Worker | None = None
        self._left_behind: dict[Hashable, _Worker] = {}

    def has_left(self, name: Hashable) -> bool:
        """Tell whether a call of that name was left behind and has not come back yet."""
        worker = self._left_behind.get(name)
        return worker is not None and worker.is_busy

    @property
    def left_behind(self) -> int:
        """How many calls were left behind and have not come back yet."""
        return sum(worker.is_busy for worker in self._left_behind.values())

    def call(self, name: Hashable, do: Callable[[], T]) -> T:
        """Give what the call gives, or raise the OSError that it raises.

        Raises:
            OSError: also ETIMEDOUT where it takes too long, or an earlier one of that name has not come back yet; and
                EBUSY where it is not made, since MOST_LEFT_BEHIND others have not.
        """
        with self._lock:
            self._left_behind = {key: worker for key, worker in self._left_behind.items() if worker.is_busy}
            if name in self._left_behind:
                raise _timeout()
            if len(self._left_behind) >= MOST_LEFT_BEHIND:
                raise OSError(EBUSY, strerror(EBUSY))
            worker = self._worker = self._worker or _Worker()
            answers: list[T | OSError] = []
            if not worker.ask(lambda: answers.append(_outcome(do)), self._patience_s):
                self._left_behind[name], self._worker = worker, None
                raise _timeout()
        (answer,) = answers
        if isinstance(answer, OSError):
            raise answer
        return answer


class _Worker:
    """A thread that makes one call after another; a daemon, so that nobody's end waits for it."""

    def __init__(self) -> None:
        self.is_busy = False
        self._asked: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._done: SimpleQueue[None] = SimpleQueue()
        Thread(target=self._work, name="patient call", daemon=True).start()

    def ask(self, do: Callable[[], None], patience_s: float) -> bool:
        """Make a call; False where it does not end in time, after which nothing may be asked of this thread."""
        self.is_busy = True
        self._asked.put(do)
        try:
            self._done.get(timeout=patience_s)
        except Empty:
            self._asked.put(None)
            return False
        return True

    def _work(self) -> None:
        while (do := self._asked.get()) is not None:
            do()
            self.is_busy = False
            self._done.put(None)


def _outcome(do: Callable[[], T]) -> T | OSError:
    try:
        return do()
    except OSError as error:
        return error


def _timeout() -> OSError:
    return OSError(ETIMEDOUT, strerror(ETIMEDOUT))
