"""DrillDown: from a row to its connection, its process, the process at the other end, and so on; each is a screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from monitor.ui.screens.main import MainScreen

if TYPE_CHECKING:
    from monitor.model.sample import Interval
    from monitor.presentation.linked_line import Target
    from monitor.ui.app import MonitorApp


class DrillDown:
    """Opens screens on top of each other; leaving one shows the one below again."""

    def __init__(self, app: MonitorApp, say: Callable[[str], None]) -> None:
        """Stand on the main screen.

        Args:
            app: Whose screens these are.
            say: Takes the sentence why there is nothing to open.
        """
        self._app = app
        self._say = say

    def show_process(self, pid: int) -> None:
        """Open the screen of a process."""
        from monitor.ui.screens.process import ProcessScreen  # noqa: PLC0415 - most starts are without it

        self._app.push_screen(ProcessScreen(pid, self._app.glyphs))

    def show_connection(self, cookie: int) -> None:
        """Open the screen of a socket that has two endpoints."""
        from monitor.ui.screens.connection import ConnectionScreen  # noqa: PLC0415 - every start is without it

        self._app.push_screen(ConnectionScreen(cookie, self._app.glyphs))

    def follow(self, target: Target) -> None:
        """Go where a line of words leads."""
        from monitor.presentation.linked_line import ToProcess, ToRouting, ToRows, ToSocket  # noqa: PLC0415 - numpy

        match target:
            case ToProcess(pid):
                self.show_process(pid)
            case ToSocket(cookie):
                self.show_connection(cookie)
            case ToRows(title):
                self._back_to_main().show_only(title, target.choose)
            case ToRouting():
                self._back_to_main().action_pane("routing")

    def show_process_of(self, interval: Interval, rows: Sequence[int], other_than: int | None = None) -> None:
        """Open the owner of rows that share an endpoint; of several let the user choose; where none is known, say why.

        Args:
            interval: What the rows are taken from.
            rows: One row, or the members of a REUSEPORT group.
            other_than: The pid whose screen is open already.
        """
        from monitor.presentation.row_text import RowTexts  # noqa: PLC0415 - it brings numpy
        from monitor.presentation.selection import REASON_WORDS  # noqa: PLC0415 - as above

        texts = RowTexts(interval)
        processes = {owner.process.pid: owner.process for row in rows for owner in texts.owners(row)}
        is_shared = processes.pop(other_than or 0, None) is not None
        local = texts.local(rows[0])
        if not processes:
            reason = "no other process holds it" if is_shared else REASON_WORDS[str(texts.owner_reason(rows[0]))]
            self._say(f"{local}: {reason}")
        elif len(processes) == 1:
            self.show_process(next(iter(processes)))
        else:
            choices = [(pid, f"{texts.name(process)}[{pid}]") for pid, process in sorted(processes.items())]
            self._choose_process(f"{len(choices)} processes hold {local}", choices)

    def _choose_process(self, title: str, choices: Sequence[tuple[int, str]]) -> None:
        from monitor.ui.screens.choose import ChooseProcess  # noqa: PLC0415 - on demand

        def chosen(pid: int | None) -> None:
            if pid is not None:
                self.show_process(pid)

        self._app.push_screen(ChooseProcess(title, choices, self._app.glyphs), chosen)

    def _back_to_main(self) -> MainScreen:
        while not isinstance(self._app.screen, MainScreen):
            self._app.pop_screen()
        return self._app.screen
