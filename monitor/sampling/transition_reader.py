"""TransitionReader: transitions with who made them, read together: a thread may have ended a moment later."""

from __future__ import annotations

from typing import Self

from monitor.kernel.trace_instance import find_tracefs
from monitor.kernel.transition_actors import TransitionActors
from monitor.kernel.transition_feed import TransitionFeed
from monitor.model.transitions import NoTransitions
from monitor.sampling.waiting_events import WaitingEvents


class TransitionReader:
    """Used under the lock of whoever owns it."""

    def __init__(self, feed: TransitionFeed, actors: TransitionActors) -> None:
        self._feed = feed
        self._actors = actors

    @classmethod
    def open(cls) -> Self | NoTransitions:
        """Begin to see transitions, or say why that cannot be; takes some 100 ms."""
        tracefs = find_tracefs()
        if tracefs is None:
            return NoTransitions.NOT_MOUNTED
        feed = TransitionFeed.open(tracefs)
        return feed if isinstance(feed, NoTransitions) else cls(feed, TransitionActors(tracefs))

    def fileno(self) -> int:
        """Give the descriptor, to wait on."""
        return self._feed.fileno()

    def read(self, waiting: WaitingEvents) -> None:
        """Add what has come; raises KernelError where the feed has broken."""
        taken = self._feed.take()
        # A page that broke its bounds held at least one.
        waiting.add_transitions(taken.records, taken.lost + taken.malformed, self._actors.of(taken.records))

    def close(self) -> None:
        """Give the feed back."""
        self._feed.close()
