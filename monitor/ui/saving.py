"""Saves what is on the screen to a file: the whole of a list, the lines of a screen of words."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.errors import MonitorError
from monitor.files import create_file
from monitor.presentation.saved_text import file_data, file_name, table_lines, text_lines
from monitor.presentation.view import Role
from monitor.ui.widgets.linked_lines import LinkedLines
from monitor.ui.widgets.list_pane import ListPane
from monitor.ui.widgets.routing_pane import RoutingPane

if TYPE_CHECKING:
    from textual.widget import Widget

    from monitor.ui.app import MonitorApp


def ask_save(app: MonitorApp) -> None:
    """Ask for the name of the file; what is saved is what was there when the key was pressed."""
    screen, interval = app.acting, app.interval
    if screen is None or interval is None:
        return
    pane = screen.pane
    path = app.drill_down.path
    title = " › ".join(path) or (pane.id or "").capitalize()
    lines = list(_lines_of(pane))
    data = file_data(interval.sample, title, lines)

    def done(text: str | None) -> None:
        app.screen.set_focus(pane)
        if text is not None:
            _save(app, text, data, len(lines))

    what = pane.id or "screen" if not path else "screen"
    screen.prompt.ask("Save to", file_name(interval.sample, what), lambda _: "", done)


def _lines_of(pane: Widget) -> Iterable[str]:
    if isinstance(pane, ListPane):
        return table_lines(pane.view)
    if isinstance(pane, LinkedLines):
        return text_lines(linked.line for linked in pane.linked)
    return text_lines(pane.body) if isinstance(pane, RoutingPane) else ()


def _save(app: MonitorApp, text: str, data: bytes, count: int) -> None:
    try:
        create_file(Path(text).expanduser(), data)
    except (MonitorError, RuntimeError) as error:
        app.tell_action(str(error), Role.TROUBLE)
    else:
        app.tell_action(f"saved {count:,} lines to {text}, readable by this user alone")
