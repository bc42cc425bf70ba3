"""ConfiguredApp: what the configuration settles, what is changed while the monitor runs, and what is remembered."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from textual import events

from monitor.config.loading import Loaded, save
from monitor.config.settings import REVERSED, Configuration
from monitor.errors import MonitorError
from monitor.presentation.view import Role
from monitor.ui.driver import TerminalDriver
from monitor.ui.key_map import KeyMap
from monitor.ui.recent import Recent
from monitor.ui.row_app import RowApp
from monitor.ui.screens.narrowed import NarrowedScreen
from monitor.ui.themed_app import Look
from monitor.ui.widgets.filtered_pane import FilteredPane

_HINTED = {
    "help": "shows every key",
    "command_palette": "finds every action",
    "open": "goes deeper",
    "back": "goes back",
}
"""Actions that the hint names, each with its words."""


class ConfiguredApp(RowApp):
    """Keeps the configuration as it holds now."""

    def __init__(self, loaded: Loaded, look: Look, boot_clock: Callable[[], float]) -> None:
        """Begin.

        Args:
            loaded: What holds at the start, and what of it the user's own file says.
            look: As in TellingApp, and so is the clock.
            boot_clock: CLOCK_BOOTTIME in seconds.
        """
        super().__init__(look, boot_clock)
        self.configuration = loaded.configuration
        self._written = loaded.written
        self.key_map = KeyMap(self.configuration.keys)
        self.recent_filters = Recent()
        """Of all lists, for this session."""
        self.parting_words = ""
        """What could not be remembered at the end, for standard error; not safe yet."""
        self._complaints = (*loaded.complaints, *self.key_map.complaints)

    def on_mount(self) -> None:
        """Say what in the files does not count, once the first picture is drawn."""
        if self._complaints:
            self.call_after_refresh(self._say_complaints)

    def _say_complaints(self) -> None:
        from monitor.presentation.log import LogKind  # noqa: PLC0415 - it brings numpy

        for complaint in self._complaints:
            self.journal.add(LogKind.NOTICE, complaint)
        self.show_log()
        first, *others = self._complaints
        self.tell(f"{first}; {len(others)} more in the Log" if others else first)

    async def on_event(self, event: events.Event) -> None:
        """Take the hint away at the first key, before that has something to say itself."""
        if isinstance(event, events.Key) and self.hint:
            self.has_had_key = True
            if self.panes is not None and self.interval is not None:
                self.panes.say_what_matters()
        await super().on_event(event)

    @property
    def hint(self) -> str:
        """What is said until the first key."""
        if self.has_had_key or not self.configuration.hint:
            return ""
        names = {key.name: key.shown.split()[0] for key in reversed(self.key_map.table) if key.keys}
        return " · ".join(f"{names[action]} {words}" for action, words in _HINTED.items() if action in names)

    @property
    def panes(self) -> NarrowedScreen | None:
        """The main screen, also while another lies over it."""
        return next((screen for screen in self.screen_stack if isinstance(screen, NarrowedScreen)), None)

    def action_columns(self) -> None:
        """Choose the columns of the list that has the keys."""
        from monitor.ui.screens.columns import ColumnsScreen  # noqa: PLC0415 - on demand

        pane = self.acting.pane if self.acting is not None else None
        if isinstance(pane, FilteredPane) and self.interval is not None:
            self.push_screen(ColumnsScreen(pane, self.glyphs))

    def action_kept_filters(self) -> None:
        """Show the filters that are kept by name."""
        from monitor.ui.screens.kept_filters import KeptFiltersScreen  # noqa: PLC0415 - on demand

        pane = self.acting.pane if self.acting is not None else None
        if isinstance(pane, FilteredPane) and self.interval is not None:
            self.push_screen(KeptFiltersScreen(pane, self.glyphs))

    def keep_filters(self, filters: Mapping[str, str]) -> None:
        """Keep these filters, for as long as the monitor runs."""
        self.configuration = replace(self.configuration, filters=dict(filters))

    def action_remember(self) -> None:
        """Remember columns, orders, pane and filters for the next start."""
        try:
            path = save(self._as_it_is(), self._written, os.environ)
        except MonitorError as error:
            self.tell(str(error))
        else:
            self.tell(f"kept for the next start in {path}; delete it to forget", Role.NOTE)

    def set_mouse(self, *, is_wanted: bool) -> None:
        """Take the mouse, or leave it to the terminal."""
        if isinstance(self._driver, TerminalDriver):
            self._driver.set_mouse(is_wanted=is_wanted)
        words = "the mouse is ours: hold Shift to select text" if is_wanted else "the mouse is the terminal's own"
        self.tell(words, Role.NOTE)

    def exit(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - what Textual's own takes
        """Begin the end, and remember what is to be remembered."""
        if self.configuration.remember and not self.is_leaving:
            try:
                save(self._as_it_is(), self._written, os.environ)
            except MonitorError as error:
                self.parting_words = str(error)
        super().exit(*arguments, **named)

    def _as_it_is(self) -> Configuration:
        """Give the configuration with what was changed on the screen."""
        panes = self.panes
        if panes is None:
            return self.configuration
        changes: dict[str, Any] = {"panes_start": panes.current, "hint": bool(self.hint)}
        for pane in panes.tables:
            changes[f"{pane.id}_columns"] = pane.choice.names
            changes[f"{pane.id}_density"] = pane.choice.density
            if pane.interval is not None:
                changes[f"{pane.id}_sort"] = _sort_text(pane)
        return replace(self.configuration, **changes)


def _sort_text(pane: FilteredPane) -> str:
    if pane.sort is None or pane.sort.column is None:
        return ""
    usual = pane.first_press(pane.sort.column)
    return pane.sort.column + ("" if usual == pane.sort else REVERSED)
