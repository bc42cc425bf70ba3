"""ThemedApp: how everything looks on the terminal at hand: dark or light ground, its colours, its signs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from textual.filter import LineFilter
from textual.theme import Theme

from monitor.ui.glyphs import AsciiFilter
from monitor.ui.ground_colour import QUESTION, GroundTold
from monitor.ui.life_cycle import OrderlyApp
from monitor.ui.theme import THEMES, theme_name


@dataclass(frozen=True, slots=True)
class Look:
    """What the command line and the environment say of the terminal. NO_COLOR is read from the environment itself."""

    is_dark: bool | None = True
    """Which ground; None to ask the terminal, and to take it for dark until it answers."""
    has_sixteen_colours: bool = False
    """Whether it has no colours but its own sixteen, and so its own ground."""
    is_ascii: bool = False
    """Whether it lacks the program's signs."""


class ThemedApp(OrderlyApp):
    """An App in the program's themes."""

    def __init__(self, look: Look) -> None:
        """Make the app for a terminal."""
        self._look = look
        self._has_own_ground = "NO_COLOR" not in os.environ and not look.has_sixteen_colours
        self._sign_filters = [AsciiFilter()] if look.is_ascii else []
        # Set before Textual reads its style sheets: a theme that comes later has all of them read a second time.
        self.set_reactive(ThemedApp.theme, self._theme_for(is_dark=look.is_dark is not False))
        super().__init__(ansi_color=None if self._has_own_ground else True)
        for theme in THEMES.values():
            self.register_theme(theme)

    def get_theme(self, theme_name: str) -> Theme | None:
        """Give a theme by name; our own also while Textual is being made, when none of ours is registered yet."""
        return THEMES.get(theme_name) or super().get_theme(theme_name)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Give what Textual's widgets are drawn through."""
        return [*super().get_line_filters(), *self._sign_filters]

    def on_mount(self) -> None:
        """Ask the terminal for its ground; nothing waits for the answer, and many give none."""
        if self._look.is_dark is None and self._driver is not None and not self.no_color:
            self._driver.write(QUESTION)

    def on_ground_told(self, message: GroundTold) -> None:
        """Take the terminal's word, unless the user has said otherwise."""
        message.stop()
        if self._look.is_dark is None:
            self.set_ground(is_dark=message.is_dark)

    def set_ground(self, *, is_dark: bool) -> None:
        """Draw everything for a dark or for a light ground."""
        self.theme = self._theme_for(is_dark=is_dark)

    def _theme_for(self, *, is_dark: bool) -> str:
        return theme_name(is_dark=is_dark, has_own_ground=self._has_own_ground)
