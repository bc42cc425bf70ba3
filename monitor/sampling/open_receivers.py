"""OpenReceivers: a question about who gets a segment while it is being answered, some of it between any two samples."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from monitor.errors import MonitorError
from monitor.sampling.questions import NAMESPACE_GONE, NOT_ALL

if TYPE_CHECKING:
    from monitor.model.sample import Interval
    from monitor.sampling.questions import AskReceivers
    from monitor.sampling.receiver_answers import DecidedReceivers, Deciding
    from monitor.sampling.source import Source


class OpenReceivers:
    """One question; of the sampling thread only."""

    def __init__(self, wish: AskReceivers) -> None:
        self.wish = wish
        self._deciding: Deciding | None = None

    def go_on(
        self, source: Source, read_all: Callable[[], Interval | None], is_time_up: Callable[[], bool]
    ) -> DecidedReceivers | None:
        """Give the answer once it is whole.

        Args:
            source: Who is asked.
            read_all: Gives an interval with TIME-WAIT and bound-only rows; None where they could not be read.
            is_time_up: Whether something else comes first.

        Raises:
            MonitorError: there will be none.
        """
        from monitor.sampling.receiver_answers import Deciding  # noqa: PLC0415 - only who asks needs it

        if self._deciding is None:
            interval = read_all()
            if interval is None:
                raise MonitorError(NOT_ALL)
            if (there := interval.within(self.wish.namespace)) is None:
                raise MonitorError(NAMESPACE_GONE)
            self._deciding = Deciding(there, self.wish.question)
        return self._deciding.go_on(source, is_time_up)
