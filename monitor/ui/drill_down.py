"""DrillDown: from a row to its connection, its process, the process at the other end, and so on; each is a screen.

Main, screen, screen, screen, [stop, stop, stop,] screen on top

A walk may be long. Only the first screens and the one on top live; of those between them their stops are kept, from
which leaving makes them anew.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from monitor.presentation.linked_line import ToBind, ToDemux, ToOwner, ToProcess, ToRouting, ToRows, ToSocket, ToWorkers
from monitor.presentation.path_words import Stop, StopTarget
from monitor.ui.contracts import StopScreen
from monitor.ui.screens.main import MainScreen
from monitor.ui.widgets.filtered_pane import FilteredPane

if TYPE_CHECKING:
    from textual.screen import Screen

    from monitor.model.process import Process
    from monitor.model.sample import Interval
    from monitor.model.socket_table import Rows
    from monitor.presentation.linked_line import Target
    from monitor.presentation.narrowing import ListenerConnections
    from monitor.presentation.row_text import RowTexts
    from monitor.ui.app import MonitorApp

LIVING_SCREENS = 5
"""Each holds an interval of its own, which at 100,000 sockets is some 25 MB."""
_MAX_STOPS = 1_000


class DrillDown:
    """Opens screens on top of each other; leaving one shows the one below again. Owns the path."""

    def __init__(self, app: MonitorApp, say: Callable[[str], None]) -> None:
        """Stand on the main screen.

        Args:
            app: Whose screens these are.
            say: Takes the sentence why there is nothing to open.
        """
        self._app = app
        self._say = say
        self._given_up: deque[Stop] = deque(maxlen=_MAX_STOPS)

    @property
    def path(self) -> tuple[str, ...]:
        """Name the places from the pane where the walk began to the screen on top; empty on the main screen."""
        screens = self._screens
        if not screens:
            return ()
        stops = [screen.stop for screen in screens]
        first, last = stops[: LIVING_SCREENS - 1], stops[LIVING_SCREENS - 1 :]
        return (self._start, *(name for stop in (*first, *self._given_up, *last) for name in stop.names))

    def show_process(self, pid: int, came_by: str = "") -> None:
        """Open the screen of a process; the row by which one comes, made safe, is named in the path."""
        self._open(ToProcess(pid), came_by)

    def show_connection(self, cookie: int) -> None:
        """Open the screen of a socket that has two endpoints."""
        self._open(ToSocket(cookie))

    def ask_bind(self, text: str = "") -> None:
        """Open the bind screen; what is asked at first stands in its field, to be typed over."""
        self._open(ToBind(text))

    def ask_demux(self, text: str = "") -> None:
        """Open the demux screen, likewise."""
        self._open(ToDemux(text))

    def show_workers(self, listener: ListenerConnections) -> None:
        """Open the screen of the processes that serve an endpoint."""
        self._open(ToWorkers(listener))

    def leave(self) -> None:
        """Go back from the screen on top to the place before it; one that is no stop only uncovers what it lies on."""
        if self._given_up and len(self._screens) == LIVING_SCREENS and self._is_on_stop:
            stop = self._given_up.pop()
            self._app.switch_screen(self._screen_of(stop.target, stop.came_by))
        else:
            self._app.pop_screen()

    def follow(self, target: Target) -> None:
        """Go where a line of words leads."""
        match target:
            case ToProcess(pid):
                self.show_process(pid)
            case ToSocket(cookie):
                self.show_connection(cookie)
            case ToOwner(cookie):
                self._show_owner(cookie)
            case ToBind(text):
                self.ask_bind(text)
            case ToDemux(text):
                self.ask_demux(text)
            case ToRows(title):
                self._back_to_main().show_only(title, target.choose)
            case ToRouting():
                self._back_to_main().action_pane("routing")

    def show_process_of(self, interval: Interval, rows: Rows | Sequence[int], other_than: int | None = None) -> None:
        """Open the owner of rows that share an endpoint; of several let the user choose; where none is known, say why.

        Args:
            interval: What the rows are taken from.
            rows: One row, the members of a REUSEPORT group, or a group's; at least one.
            other_than: The pid whose screen is open already.
        """
        from monitor.presentation.row_text import RowTexts  # noqa: PLC0415 - it brings numpy
        from monitor.presentation.selection import REASON_WORDS  # noqa: PLC0415 - as above
        from monitor.reasoning.holders import pids_of  # noqa: PLC0415 - as above

        texts = RowTexts(interval)
        known = interval.owners.processes
        processes = {known[pid].pid: known[pid] for pid in pids_of(interval, rows) if pid in known}
        is_shared = processes.pop(other_than or 0, None) is not None
        first = int(rows[0])
        local = texts.local(first)
        came_by = self._row_name(texts, rows)
        if not processes:
            reason = "no other process holds it" if is_shared else REASON_WORDS[str(texts.owner_reason(first))]
            self._say(f"{local}: {reason}")
        elif len(processes) == 1:
            self.show_process(next(iter(processes)), came_by)
        else:
            self._choose_process(f"{len(processes)} processes hold {local}", list(processes.values()), came_by)

    def _show_owner(self, cookie: int) -> None:
        interval = self._app.interval
        row = interval.table.row_of_cookie(cookie) if interval is not None else None
        if interval is not None and row is not None:
            self.show_process_of(interval, [row])
        else:
            self._say("this socket has gone")

    def _choose_process(self, title: str, choices: Sequence[Process], came_by: str) -> None:
        from monitor.ui.screens.choose import ChooseProcess  # noqa: PLC0415 - on demand

        def chosen(pid: int | None) -> None:
            if pid is not None:
                self.show_process(pid, came_by)

        self._app.push_screen(ChooseProcess(title, choices, self._app.glyphs), chosen)

    def _row_name(self, texts: RowTexts, rows: Rows | Sequence[int]) -> str:
        """Name a row for the path; empty where its screen is open already, and for rows of several pairs."""
        first = int(rows[0])
        is_pair = bool(texts.interval.table.is_pair[first])
        if is_pair and len(rows) > 1:
            return ""
        name = texts.ends(first)
        return "" if self.path[-1:] == (name,) else name

    def _open(self, target: StopTarget, came_by: str = "") -> None:
        screen, walked = self._screen_of(target, came_by), self._screens
        if len(walked) < LIVING_SCREENS or not self._is_on_stop:
            self._app.push_screen(screen)
        else:
            self._given_up.append(walked[-1].stop)
            self._app.switch_screen(screen)

    def _screen_of(self, target: StopTarget, came_by: str) -> Screen[None]:
        match target:
            case ToProcess(pid):
                from monitor.ui.screens.process import ProcessScreen  # noqa: PLC0415 - most starts are without it

                return ProcessScreen(pid, self._app.glyphs, came_by)
            case ToSocket(cookie):
                from monitor.ui.screens.connection import ConnectionScreen  # noqa: PLC0415 - as above

                return ConnectionScreen(cookie, self._app.glyphs)
            case ToBind(text):
                from monitor.ui.screens.bind import BindScreen  # noqa: PLC0415 - as above

                return BindScreen(text, self._app.glyphs)
            case ToDemux(text):
                from monitor.ui.screens.demux import DemuxScreen  # noqa: PLC0415 - as above

                return DemuxScreen(text, self._app.glyphs)

            case ToWorkers(listener):
                from monitor.ui.screens.workers import WorkersScreen  # noqa: PLC0415 - as above

                return WorkersScreen(listener, self._app.glyphs)

    @property
    def _is_on_stop(self) -> bool:
        return isinstance(self._app.screen, StopScreen)

    @property
    def _screens(self) -> list[StopScreen]:
        return [screen for screen in self._app.screen_stack if isinstance(screen, StopScreen)]

    @property
    def _start(self) -> str:
        """Name the pane of the main screen, and what it is narrowed to."""
        main = next(screen for screen in self._app.screen_stack if isinstance(screen, MainScreen))
        pane = main.pane
        name = (pane.id or "").capitalize()
        narrowing = pane.narrowing if isinstance(pane, FilteredPane) else None
        return name if narrowing is None else f"{name} {narrowing.title}"

    def _back_to_main(self) -> MainScreen:
        self._given_up.clear()
        while not isinstance(self._app.screen, MainScreen):
            self._app.pop_screen()
        return self._app.screen
