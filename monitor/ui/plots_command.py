"""The palette's way to the plots of the last two minutes: of the process on screen, else of the host."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from monitor.ui.contracts import OfProcess

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.model.process import Process
    from monitor.presentation.plots import Plot
    from monitor.ui.app import MonitorApp


_AFTER = 1.002
"""What matches as well as an action or the words stands behind them: providers answer in an order that varies."""


class PlotsCommand(Provider):
    """Offers them where there is something to plot."""

    async def discover(self) -> Hits:
        """List them."""
        for words, show in self._offers():
            yield DiscoveryHit(Content(words), show, text=words)

    async def search(self, query: str) -> Hits:
        """List them where they match."""
        matcher = self.matcher(query)
        for words, show in self._offers():
            score = matcher.match(words)
            if score > 0:
                yield Hit(score / _AFTER, Content(words), show, text=words)

    def _offers(self) -> Iterator[tuple[str, Callable[[], None]]]:
        app: MonitorApp = self.app  # type: ignore[assignment]  # this provider belongs to MonitorApp alone
        process = self.screen.process if isinstance(self.screen, OfProcess) else None
        if process is not None:
            yield "plots of this process: rates, connections by state", lambda: _show_process(app, process)
        if app.interval is not None:
            yield "plots of the host: rates, sockets by state", lambda: _show_host(app)


def _show_process(app: MonitorApp, process: Process) -> None:
    from monitor.presentation.plots import plots_of  # noqa: PLC0415 - it brings numpy
    from monitor.presentation.process_words import process_title  # noqa: PLC0415 - on demand

    def plots() -> Sequence[Plot]:
        history = app.histories.process(process.pid, process.start_time)
        return [] if history is None else plots_of(history)

    _show(app, process_title(process), plots)


def _show_host(app: MonitorApp) -> None:
    from monitor.presentation.plots import plots_of  # noqa: PLC0415 - it brings numpy
    from monitor.presentation.safe_text import safe_text  # noqa: PLC0415 - on demand

    def plots() -> Sequence[Plot]:
        history = app.histories.host()
        return [] if history is None else plots_of(history)

    _show(app, safe_text(app.interval.sample.host) if app.interval is not None else "", plots)


def _show(app: MonitorApp, name: str, plots: Callable[[], Sequence[Plot]]) -> None:
    from monitor.ui.screens.plots import PlotsScreen  # noqa: PLC0415 - on demand

    app.push_screen(PlotsScreen(name, plots, app.glyphs))
