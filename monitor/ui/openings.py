"""Openings: where Enter, p, w and D lead from the rows of the main screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.ui.widgets.list_pane import ListPane

if TYPE_CHECKING:
    from monitor.ui.row_detail import RowDetail
    from monitor.ui.screens.main import MainScreen
    from monitor.ui.widgets.live_table import LiveTable


class Openings:
    """Each method opens a screen or narrows a list, or says why there is nothing to open."""

    def __init__(self, screen: MainScreen, detail: RowDetail) -> None:
        self._screen = screen
        self._detail = detail

    def open(self, table: LiveTable) -> None:
        """Go where the row at the cursor leads: a listener to its connections, all else to a screen or its rows."""
        screen = self._screen
        if table is screen.listeners:
            self._narrow_to_listener()
        elif table is screen.findings:
            from monitor.ui.finding_visit import go_to_rows  # noqa: PLC0415 - it brings numpy

            go_to_rows(screen)
        elif table is screen.events:
            self._open_event()
        else:
            self._open_connection()

    def show_process(self) -> None:
        """Open the process that owns the row at the cursor; of several let the user choose; a listener has workers."""
        screen, pane = self._screen, self._screen.list_pane
        finding = screen.findings.finding_at_cursor if pane is screen.findings else None
        if finding is not None:
            from monitor.ui.finding_visit import show_process_of  # noqa: PLC0415 - it brings numpy

            if show_process_of(finding, screen.app):
                return
        interval, rows = pane.interval, pane.rows_at_cursor()
        workers = screen.listeners.workers_at_cursor() if pane is screen.listeners else None
        if workers is not None:
            screen.app.drill_down.show_workers(workers)
        elif pane.no_process is not None:
            screen.post_message(ListPane.Refused(pane.no_process))
        elif interval is not None and len(rows):
            screen.app.drill_down.show_process_of(interval, rows)

    def ask_dial(self) -> None:
        """Ask whether to dial the remote endpoint of the answer in Routing."""
        from monitor.presentation.dial_lines import why_not  # noqa: PLC0415 - most starts are without it

        screen, flow = self._screen, self._detail.flow
        refusal = "there is no remote endpoint to dial" if flow is None else why_not(flow)
        if flow is None or refusal is not None:
            screen.say(refusal or "")
            return
        from monitor.ui.screens.dial import DialScreen  # noqa: PLC0415 - as above

        screen.app.push_screen(DialScreen(flow, screen.app.glyphs))

    def show_rules(self) -> None:
        """Show the rules and routes behind the answer in Routing."""
        screen, flow = self._screen, self._detail.flow
        if flow is None:
            screen.say("a listener has no route of its own: Enter in Connections or r asks for one")
            return
        from monitor.ui.screens.rules import RulesScreen  # noqa: PLC0415 - most starts are without it

        screen.app.push_screen(RulesScreen(flow, screen.app.glyphs))

    def show_what_if(self) -> None:
        """Show who is affected if what the row at the cursor needs goes."""
        from monitor.ui.screens.what_if import WhatIfScreen  # noqa: PLC0415 - as above

        screen = self._screen
        subject, losses = self._detail.losses(screen.list_pane)
        screen.app.push_screen(WhatIfScreen(subject, losses, screen.app.glyphs))

    def _open_connection(self) -> None:
        """Open the screen of the pair at the cursor; one that is only bound or has gone has none, but a process."""
        pane = self._screen.connections
        interval, row = pane.interval, pane.row_at_cursor()
        if interval is not None and row is not None and not self._open_living(int(interval.table.cookie[row])):
            self.show_process()

    def _open_event(self) -> None:
        """Open the connection of the event at the cursor where it lives, else its process."""
        cookie = self._screen.events.cookie_at_cursor
        if cookie is None or not self._open_living(cookie):
            self.show_process()

    def _open_living(self, cookie: int) -> bool:
        """Open the screen of a socket; False where it has gone, or has no remote endpoint."""
        app = self._screen.app
        row = app.interval.table.row_of_cookie(cookie) if app.interval is not None else None
        is_pair = app.interval is not None and row is not None and bool(app.interval.table.is_pair[row])
        if is_pair:
            app.drill_down.show_connection(cookie)
        return is_pair

    def _narrow_to_listener(self) -> None:
        from monitor.presentation.narrowing import listener_narrowing  # noqa: PLC0415 - it brings numpy

        screen, pane = self._screen, self._screen.listeners
        view = pane.listeners_view
        if view is None or not view.count:
            return
        row = int(view.endpoints.first[view.entry_at(pane.cursor_position)])
        earlier = screen.app.histories.connections(row)
        screen.show_only(*listener_narrowing(view, pane.cursor_position))
        if earlier is not None:
            screen.connections.add_earlier(earlier)
