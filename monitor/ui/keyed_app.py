"""KeyedApp: on whom the keys of the table work, and that each is taken as if the one before had been long ago."""

from __future__ import annotations

from textual import events
from textual.screen import Screen

from monitor.ui.contracts import ActingScreen
from monitor.ui.key_map import KeyMap
from monitor.ui.key_order import HANDED_UP, opened, told
from monitor.ui.keys import ACTING_KEYS, KEYS, LEAVE_KEYS, Where
from monitor.ui.themed_app import ThemedApp
from monitor.ui.widgets.list_pane import ListPane
from monitor.ui.widgets.rows_pane import RowsPane

_ALWAYS = frozenset({"leave_program", "redraw", "suspend_process"})
"""What keys do on every screen, also on those that have keys of their own."""
_PLACES: dict[str, Where] = {}
"""Where each action of the key table works."""
for _key in KEYS:
    _PLACES[_key.action] = _PLACES.get(_key.action, Where(0)) | _key.where


class KeyedApp(ThemedApp):
    """Hands every key to whoever it is for."""

    key_map = KeyMap()
    """The user's own keys."""
    has_had_key = False
    """Whether any key was pressed yet."""
    is_read_only = False
    """Whether the keys that lead to something done outside the program are absent."""
    _judged: Screen[object] | None = None
    """The screen that was last asked whether the keys of the table work on it."""
    _acting: ActingScreen | None = None
    """That screen, if they do."""

    async def on_event(self, event: events.Event) -> None:
        """Take keys one after another, each as if the one before had been pressed long ago."""
        if self.is_leaving or not isinstance(event, events.Key) or event.is_forwarded or not self.screen_stack:
            await super().on_event(event)
            return
        screen, self.has_had_key = self.screen, True
        await self._take_key(event)
        if self.screen is not screen:
            await opened(self.screen)

    async def _take_key(self, key: events.Key) -> None:
        """Hand keys to whoever awaits them; tell the list that somebody is moving in it; then do what Textual does."""
        screen = self.acting
        if screen is None:
            await super().on_event(key)
            return
        if screen.prompt.is_asking and await screen.prompt.take_key(key):
            return
        pane = screen.pane
        if isinstance(pane, ListPane) and pane.is_choosing and key.key not in LEAVE_KEYS:
            pane.take_letter(key.character)
            await told(pane)
            return
        meant = self.key_map.meant(key.key, screen.place)
        if meant is None or (self.is_read_only and meant in ACTING_KEYS):
            return
        if meant != key.key:
            key = _like(key, meant)
        if isinstance(pane, RowsPane):
            pane.note_key()
        await super().on_event(key)
        if key.key in HANDED_UP:
            await told(pane)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave keys that mean something else to the help, the choice and the palette, and to an open field."""
        if action in _ALWAYS or action not in _PLACES:
            return True
        screen = self.acting
        return screen is not None and not screen.prompt.is_asking and bool(screen.place & _PLACES[action])

    @property
    def acting(self) -> ActingScreen | None:
        """The screen on top, where the keys of the table work on it."""
        screen = self.screen if self.screen_stack else None
        if screen is not self._judged:
            # Each key asks four times, and isinstance looks up whatever the protocol names.
            self._judged, self._acting = screen, screen if isinstance(screen, ActingScreen) else None
        return self._acting


def _like(key: events.Key, meant: str) -> events.Key:
    """Give the key of the table, as if it had been pressed when the other was."""
    made = events.Key(meant, key.character)
    made.time = key.time
    return made
