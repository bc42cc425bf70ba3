"""Filters kept by name: the one at the cursor is taken, the present one is kept.

─ Kept filters ─────────────────────── of Connections ─
▸   databases     remote :5432 or remote :3306
  ✓ slow          rtt > 100ms
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from monitor.errors import InputError
from monitor.presentation.chooser_lines import kept_filter_lines
from monitor.presentation.linked_line import LinkedLine, ToFilter
from monitor.presentation.safe_text import safe_text
from monitor.presentation.text_line import TextLine, rule
from monitor.presentation.view import Role
from monitor.ui.keys import By, Where, bindings
from monitor.ui.screens.lines import LinesScreen
from monitor.ui.widgets.linked_lines import LinkedLines

if TYPE_CHECKING:
    from monitor.model.sample import Interval
    from monitor.ui.widgets.filtered_pane import FilteredPane

_LONGEST_NAME = 40
_NOTHING = "none yet: a keeps the present filter by a name"


class KeptFiltersScreen(LinesScreen):
    """Leaves once a filter was taken."""

    PLACE = Where.FILTERS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(By.SCREEN, Where.FILTERS)]

    def __init__(self, pane: FilteredPane, glyphs: Mapping[int, str] | None) -> None:
        """Choose for a pane."""
        super().__init__(glyphs)
        self._list = pane

    def title_line(self, width: int) -> TextLine:
        """Say whose filters these are."""
        return rule("Kept filters", f"for {str(self._list.id).capitalize()}", width)

    def linked_lines(self, interval: Interval, width: int) -> Sequence[LinkedLine]:
        """List the filters."""
        return kept_filter_lines(self.app.configuration.filters, self._list.filter_text)

    def show_interval(self, interval: Interval) -> None:
        """Nothing here is of a sample."""
        super().show_interval(interval)
        if not self.app.configuration.filters and not self.prompt.is_asking:
            self.say(_NOTHING)

    def on_linked_lines_followed(self, message: LinkedLines.Followed) -> None:
        """Take the filter at the cursor."""
        message.stop()
        text = self.app.configuration.filters.get(message.target.name) if isinstance(message.target, ToFilter) else None
        panes = self.app.panes
        if text is None or panes is None:
            return
        try:
            panes.take_filter(self._list, text)
        except InputError as error:
            self.say(str(error), Role.TROUBLE)
        else:
            self.action_leave()

    def action_add_filter(self) -> None:
        """Ask for the name by which the present filter is kept."""
        text = self._list.filter_text
        if not text:
            self.say("there is no filter in force to keep: / makes one")
            return

        def done(name: str | None) -> None:
            self.set_focus(self.lines)
            if name is not None and name.strip():
                self.app.keep_filters({**self.app.configuration.filters, name.strip()[:_LONGEST_NAME]: text})
                self.say(f"kept while the monitor runs; S keeps it for the next start: {safe_text(text)}")
                self.draw()

        self.prompt.ask("Keep it as:", text[:_LONGEST_NAME], lambda _: "", done, is_selected=True)

    def action_drop_filter(self) -> None:
        """Keep the filter at the cursor no longer."""
        line = self.lines.line_at_cursor
        if line is not None:
            filters = self.app.configuration.filters
            self.app.keep_filters({name: text for name, text in filters.items() if name != line.value})
            self.say("dropped while the monitor runs; S drops it for the next start")
            self.draw()
