"""The Routing pane: what the kernel says about the selected row, or about a remote endpoint that was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from monitor.presentation.safe_text import cell_width
from monitor.presentation.text_line import TextLine, plain, wrapped
from monitor.presentation.view import Cell, Role
from monitor.ui.keys import By, Where, bindings
from monitor.ui.widgets.text_lines import TextLines


class RoutingPane(TextLines, can_focus=True):
    """A titled list of sentences; beside another pane it draws the line between them."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(By.TABLE, Where.ROUTING)]

    @dataclass(eq=False)
    class Opened(Message):
        """The user wants to see what stands behind the answer."""

    @dataclass(eq=False)
    class DialWanted(Message):
        """The user wants to see whether it comes so if one really connects."""

    def __init__(self, *, glyphs: Mapping[int, str] | None = None, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self._title = ""
        self._body: Sequence[TextLine] = ()
        self.is_beside = False
        """Whether another pane stands to the left."""
        self.has_title = True

    def answer(self, title: str, body: Sequence[TextLine]) -> None:
        """Show an answer under a title such as "→ 198.51.100.7:443"."""
        self._title, self._body = title, body
        self.lay_out()

    @property
    def subject(self) -> str:
        """What the answer is about: "→ 198.51.100.7:443"."""
        return self._title

    @property
    def body(self) -> Sequence[TextLine]:
        """The answer's lines, unbroken."""
        return self._body

    def action_open(self) -> None:
        """Ask for what stands behind the answer."""
        self.post_message(self.Opened())

    def action_dial(self) -> None:
        """Ask to dial what the answer is about."""
        self.post_message(self.DialWanted())

    def lay_out(self) -> None:
        """Draw title and body at the present width and focus."""
        edge = (Cell("│ ", Role.RULE),) if self.is_beside else (Cell(" "),)
        room = max(1, self.size.width - len(edge[0].text))
        lines = self.size.height - int(self.has_title)
        body = [TextLine((*edge, *part.left), part.right) for part in self._fitting(room, lines)]
        missing = lines - len(body)
        if self.is_beside:
            body += [TextLine(edge)] * max(0, missing)
        self.show([self._title_line(), *body] if self.has_title else body)

    def _fitting(self, width: int, height: int) -> list[TextLine]:
        """Break the body to the width; where it is too high, leave out lines before the last, the verdict."""
        *reasons, verdict = [wrapped(line, width) for line in self._body] or [[]]
        parts = [part for line in reasons for part in line]
        kept = height - len(verdict)
        if len(parts) <= kept or kept < 1:
            return [*parts, *verdict]
        left_out = len(parts) - kept + 1
        return [*parts[: kept - 1], plain(f"⋮ {left_out} more: 3, then z", Role.DIM), *verdict]

    def on_resize(self) -> None:
        """Draw at the new width."""
        self.lay_out()

    def watch_has_focus(self, has_focus: bool) -> None:  # noqa: FBT001 - Textual calls it so
        """Show by the title whether keys come here."""
        super().watch_has_focus(has_focus)
        self.lay_out()

    def _title_line(self) -> TextLine:
        start = "┬─" if self.is_beside else "─"
        name = f"3 Routing {self._title}".strip()
        shown = f"[{name}]" if self.has_focus else f" {name} "
        rest = "─" * max(0, self.size.width - cell_width(start) - cell_width(shown))
        role = Role.STRONG if self.has_focus else Role.HEADING
        return TextLine((Cell(start, Role.RULE), Cell(shown, role), Cell(rest, Role.RULE)))
