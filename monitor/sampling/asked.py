"""Asked: what other threads want of the sampling thread, kept until it looks."""

from __future__ import annotations

import queue
from collections.abc import Sequence

from monitor.sampling.questions import (
    AskBecame,
    AskConfirm,
    AskFreshRows,
    AskPrepare,
    AskProcess,
    AskReceivers,
    Question,
)

Wish = Question | AskReceivers | AskFreshRows
_EACH_COUNTS = (AskProcess, AskPrepare, AskConfirm, AskBecame)
"""Every one of these is answered, be there several."""


class Asked:
    """Any thread asks, one looks. Of several questions of one kind only the last counts, unless each does."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Wish | None] = queue.SimpleQueue()
        self._put_back: list[Wish] = []

    def put(self, wish: Wish) -> None:
        """Ask."""
        self._queue.put(wish)

    def wake(self) -> None:
        """End the wait of the thread that looks: something changed besides."""
        self._queue.put(None)

    @property
    def is_empty(self) -> bool:
        """Whether nobody has asked, or woken, since the last look."""
        return self._queue.empty() and not self._put_back

    def put_back(self, wishes: Sequence[Wish]) -> None:
        """Keep what could not be dealt with for the next look, before all that has come since; of who looks alone."""
        self._put_back = list(wishes)

    def wait(self, seconds: float) -> list[Wish]:
        """Wait so long for the first wish, and give all there are in the order in which they came."""
        found: list[Wish | None] = [*self._put_back]
        self._put_back = []
        try:
            if not found:
                found.append(self._queue.get(timeout=max(0.0, seconds)))
        except queue.Empty:
            return []
        while not self._queue.empty():
            found.append(self._queue.get())
        wishes = [wish for wish in found if wish is not None]
        newest = {type(wish): wish for wish in wishes}
        return [wish for wish in wishes if isinstance(wish, _EACH_COUNTS) or wish is newest[type(wish)]]
