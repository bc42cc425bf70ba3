"""Verdicts: what is found about what a screen shows, at its top; without height where nothing is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from monitor.ui.widgets.text_lines import TextLines

if TYPE_CHECKING:
    from monitor.model.finding import Finding
    from monitor.model.sample import Interval


class Verdicts(TextLines):
    """Takes as many lines as there is to say."""

    DEFAULT_CSS: ClassVar[str] = "Verdicts { height: 0; width: 1fr; }"

    def show_findings(self, found: Sequence[Finding], interval: Interval) -> None:
        """Say some findings of an interval."""
        from monitor.presentation.finding_lines import verdict_lines  # noqa: PLC0415 - it brings numpy

        lines = verdict_lines(found, interval, max(1, self.app.size.width))
        self.styles.height = len(lines)
        self.show(lines)
