"""Meaning: what a value means, in as many lines as that takes; without height while nobody asks."""

from __future__ import annotations

from typing import ClassVar

from monitor.presentation.text_line import TextLine, wrapped
from monitor.presentation.view import Cell, Role
from monitor.ui.widgets.text_lines import TextLines


class Meaning(TextLines):
    """Stands below the lines that it explains."""

    DEFAULT_CSS: ClassVar[str] = "Meaning { height: 0; width: 1fr; }"

    @property
    def is_open(self) -> bool:
        """Whether something is explained."""
        return bool(self.lines)

    def explain(self, value: str) -> None:
        """Explain a value, by its id in explanations.py."""
        from monitor.presentation.explanations import explain  # noqa: PLC0415 - only who asks needs it

        text = TextLine((Cell(" i  ", Role.STRONG), Cell(explain(value))))
        self._show(wrapped(text, max(1, self.screen.size.width)))

    def close(self) -> None:
        """Take no room any more."""
        self._show([])

    def _show(self, lines: list[TextLine]) -> None:
        self.styles.height = len(lines)
        self.show(lines)
