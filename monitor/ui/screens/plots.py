"""The last two minutes of the host, or of one process, as large plots.

status
─ db1: the last 2 min ───────────────────────────────
plots
keys
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from monitor.presentation.text_line import TextLine, plain, rule
from monitor.presentation.view import Cell, Role
from monitor.ui.widgets.text_lines import TextLines

if TYPE_CHECKING:
    from monitor.model.sample import Interval
    from monitor.presentation.plots import Plot
    from monitor.ui.app import MonitorApp

_OTHER_LINES = 4
"""Of the frame: status, title, a line between, keys."""


class PlotsScreen(Screen[None]):
    """Drawn anew with every sample; q and Esc leave."""

    app: MonitorApp
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,escape,backspace", "leave", "back", show=False, priority=True),
        # The key of the table works where rows do.
        Binding("space", "pause", "pause", show=False, priority=True),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    PlotsScreen { layout: vertical; background: $background; color: $foreground; }
    PlotsScreen > #status, PlotsScreen > #title, PlotsScreen > #keys { height: 1; width: 1fr; }
    PlotsScreen > #plots { height: 1fr; width: 1fr; }
    """

    def __init__(self, name: str, plots: Callable[[], Sequence[Plot]], glyphs: Mapping[int, str] | None) -> None:
        """Show plots.

        Args:
            name: Whose they are; safe text.
            plots: Gives them as they are now; none before anything was kept.
            glyphs: A table for str.translate, or None.
        """
        super().__init__()
        self._name = name
        self._plots = plots
        self._status = TextLines(glyphs=glyphs, id="status")
        self._title = TextLines(glyphs=glyphs, id="title")
        self._lines = TextLines(glyphs=glyphs, id="plots")
        self._keys = TextLines(glyphs=glyphs, id="keys")

    def compose(self) -> ComposeResult:
        """Lay out status, title, plots and keys."""
        yield self._status
        yield self._title
        yield self._lines
        yield self._keys

    def on_mount(self) -> None:
        """Say how to go back."""
        self._keys.show(
            [TextLine((Cell(" q", Role.STRONG), Cell(" back  "), Cell("space", Role.STRONG), Cell(" pause")))]
        )
        self.app.tell_status()

    def on_resize(self) -> None:
        """Draw for the new size."""
        self._draw()
        self.app.tell_status()

    def show_interval(self, _: Interval) -> None:
        """Draw what was kept until now."""
        self._draw()

    def show_status(self, line: TextLine) -> None:
        """Show the status line."""
        self._status.show([line])

    def action_leave(self) -> None:
        """Go back."""
        self.app.pop_screen()

    def action_pause(self) -> None:
        """Stop drawing, or go on."""
        self.app.action_pause()

    def _draw(self) -> None:
        width, height = self.size
        if not width:
            return
        from monitor.presentation.plots import plot_lines  # noqa: PLC0415 - it brings numpy

        self._title.show([rule(f"{self._name}: the last 2 min", "", width)])
        lines = plot_lines(self._plots(), width, height - _OTHER_LINES)
        self._lines.show([TextLine(), *(lines or [plain(" nothing was kept yet", Role.DIM)])])
