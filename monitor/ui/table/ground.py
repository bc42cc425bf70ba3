"""Ground: a widget behind others, of which at most gaps are seen.

Textual renders all that a changed line may lie on, whole, in every frame, and cuts each of its lines where others
begin. Lines that are one object are cut once.
"""

from __future__ import annotations

from textual.containers import Horizontal
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget


class Ground(Widget):
    """A widget without border, padding and text, which is written once for each width.

    It stands behind the kind of widget among the bases: Textual takes styles from the first base alone.
    """

    _blank: Strip | None = None

    def notify_style_update(self) -> None:
        """Forget the line, whose style Textual says has changed."""
        super().notify_style_update()
        self._blank = None

    def render_lines(self, crop: Region) -> list[Strip]:
        """Give the same line as often as there are lines."""
        blank = self._blank
        if blank is None or blank.cell_length != crop.width:
            blank = self._blank = super().render_lines(Region(crop.x, crop.y, crop.width, 1))[0]
        return [blank] * crop.height


class GroundScreen(Screen[None], Ground):
    """A screen that its widgets cover."""


class SideBySide(Horizontal, Ground):
    """Widgets side by side that cover it."""
