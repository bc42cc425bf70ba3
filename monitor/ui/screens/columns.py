"""The columns of a list: which, in which order; the list itself below them, as it is with them.

status
─ Columns of Connections ─────── as wide as the screen ─
▸ [x] state         TCP's state
  [ ] user          who made it
────────────────────────────────────────────────────────
   state      local               remote       …
message
keys
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from monitor.presentation.chooser_lines import column_lines
from monitor.presentation.column_choice import ColumnChoice, Density
from monitor.presentation.column_names import COLUMN_NAMES
from monitor.presentation.linked_line import LinkedLine, ToColumn
from monitor.presentation.text_line import TextLine, rule
from monitor.ui.keys import By, Where, bindings
from monitor.ui.screens.lines import LinesScreen
from monitor.ui.widgets.linked_lines import LinkedLines
from monitor.ui.widgets.live_table import LiveTable

if TYPE_CHECKING:
    from monitor.model.sample import Interval
    from monitor.ui.widgets.filtered_pane import FilteredPane

_DENSITY_WORDS = {
    Density.AUTO: "as many as this screen is wide enough for",
    Density.COMPACT: "those of a narrow screen",
    Density.FULL: "all; h and l scroll",
}
_LEAST_PREVIEW = 5
"""Lines of the list that are seen below the columns."""


class ColumnsScreen(LinesScreen):
    """Whatever is changed holds at once, and for as long as the monitor runs."""

    PLACE = Where.COLUMNS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(By.SCREEN, Where.COLUMNS)]
    DEFAULT_CSS: ClassVar[str] = "ColumnsScreen #preview { height: 1fr; } ColumnsScreen #lines { height: auto; }"

    def __init__(self, pane: FilteredPane, glyphs: Mapping[int, str] | None) -> None:
        """Choose for a pane."""
        super().__init__(glyphs)
        self._list = pane
        self._words = COLUMN_NAMES[str(pane.id)]
        self._preview = LiveTable(has_title=False, glyphs=glyphs, id="preview")
        self._preview.can_focus = False
        self._order, self._shown = self._as_chosen()

    def title_line(self, width: int) -> TextLine:
        """Say whose columns these are, and who chose them."""
        choice = self._list.choice
        how = f"{len(choice.names)} chosen" if choice.names else _DENSITY_WORDS[choice.density]
        return rule(f"Columns of {str(self._list.id).capitalize()}", how, width)

    def linked_lines(self, interval: Interval, width: int) -> Sequence[LinkedLine]:
        """List the columns."""
        return column_lines(self._order, self._shown, self._words)

    def middle(self) -> Iterable[Widget]:
        """Give title, columns and the list with them."""
        return self._title, self.lines, self._preview

    def show_interval(self, interval: Interval) -> None:
        """Let the list live on."""
        self._list.show_interval(interval)
        super().show_interval(interval)

    def draw(self) -> None:
        """Show the columns, and below them the list as it is in its own place."""
        self.lines.styles.height = max(1, min(len(self._order), self.size.height - 4 - _LEAST_PREVIEW))
        self._preview.styles.width = self._list.size.width or self.size.width
        super().draw()
        self._preview.show(self._list.view)

    def on_linked_lines_followed(self, message: LinkedLines.Followed) -> None:
        """Show the column at the cursor, or no longer."""
        message.stop()
        if isinstance(message.target, ToColumn):
            self._toggle(message.target.name)

    def action_toggle_column(self) -> None:
        """Show the column at the cursor, or no longer."""
        if (name := self._at_cursor) is not None:
            self._toggle(name)

    def action_move_right(self) -> None:
        """Move the column at the cursor one place to the right."""
        self._move(1)

    def action_move_left(self) -> None:
        """Move the column at the cursor one place to the left."""
        self._move(-1)

    def action_density(self) -> None:
        """Take the columns of another screen; those that were chosen are forgotten."""
        densities = list(Density)
        after = densities[(densities.index(self._list.choice.density) + 1) % len(densities)]
        self._take(ColumnChoice(density=after))

    def action_forget_choice(self) -> None:
        """Take the list's own columns again."""
        self._take(ColumnChoice())

    @property
    def _at_cursor(self) -> str | None:
        line = self.lines.line_at_cursor
        return None if line is None else line.value

    def _toggle(self, name: str) -> None:
        if self._shown == {name}:
            self.say("one column has to stay")
            return
        self._shown ^= {name}
        self._choose()

    def _move(self, places: int) -> None:
        name = self._at_cursor
        if name is None:
            return
        place = self._order.index(name)
        if 0 <= place + places < len(self._order):
            self._order.insert(place + places, self._order.pop(place))
            self._choose()

    def _choose(self) -> None:
        """Let the list show what is crossed, and keep the present order of the columns that are not."""
        names = tuple(name for name in self._order if name in self._shown)
        self._list.show_columns(replace(self._list.choice, names=names, density=Density.AUTO))
        self.draw()

    def _take(self, choice: ColumnChoice) -> None:
        self._list.show_columns(choice)
        self._order, self._shown = self._as_chosen()
        self.draw()

    def _as_chosen(self) -> tuple[list[str], set[str]]:
        """Give all columns in their order, and those that are shown."""
        names = self._list.choice.names
        shown = set(names) or {column.id for column in self._list.view.columns}
        return [*names, *(name for name in self._words if name not in names)], shown
