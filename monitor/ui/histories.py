"""Histories: the last two minutes of what is shown, by what a screen knows of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.model.sample import Interval
    from monitor.model.series import Series
    from monitor.sampling.history import History, HostHistory, ListenerHistory, ProcessHistory, RowHistory


class Histories:
    """Looks into what the sampler keeps; None where nothing was kept, as before the first sample."""

    def __init__(self, kept: Callable[[], History | None], shown: Callable[[], Interval | None]) -> None:
        """Look into one history.

        Args:
            kept: Gives what the sampler keeps.
            shown: Gives the interval whose rows are meant.
        """
        self._kept = kept
        self._shown = shown

    @property
    def kept(self) -> History | None:
        """What the sampler keeps."""
        return self._kept()

    def keep(self, cookies: Iterable[int]) -> None:
        """Have the numbers of the rows that are on screen kept, for their curves."""
        history, interval = self._kept(), self._shown()
        if history is not None and interval is not None:
            history.watch((interval.table.namespace, cookie) for cookie in cookies)

    def row(self, cookie: int) -> RowHistory | None:
        """Give that of a row that was on screen."""
        history, interval = self._kept(), self._shown()
        return None if history is None or interval is None else history.row((interval.table.namespace, cookie))

    def listener(self, row: int) -> ListenerHistory | None:
        """Give that of the service endpoint of a waiting socket, by its row in what is shown."""
        from monitor.sampling.readings import listener_key  # noqa: PLC0415 - it brings numpy

        history, interval = self._kept(), self._shown()
        return None if history is None or interval is None else history.listener(listener_key(interval.table, row))

    def connections(self, row: int) -> Series | None:
        """Give how many connections it had in the last hour, likewise."""
        from monitor.sampling.readings import listener_key  # noqa: PLC0415 - it brings numpy

        history, interval = self._kept(), self._shown()
        return None if history is None or interval is None else history.connections(listener_key(interval.table, row))

    def process(self, pid: int, start_time: int) -> ProcessHistory | None:
        """Give that of a process."""
        history = self._kept()
        return None if history is None else history.process(pid, start_time)

    def host(self) -> HostHistory | None:
        """Give that of all sockets together."""
        history = self._kept()
        return None if history is None else history.host()
