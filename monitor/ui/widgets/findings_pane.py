"""The Findings pane: what is wrong, since when and whose side it is on; below it one finding in full."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.message import Message

from monitor.ui.keys import By, Where, bindings
from monitor.ui.widgets.list_pane import ListPane

if TYPE_CHECKING:
    from monitor.model.finding import Finding
    from monitor.model.socket_table import Rows
    from monitor.presentation.findings_view import FindingsView


class FindingsPane(ListPane):
    """Trouble first. Its order and its rows are its own: it has no filter, and no columns to sort by."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(By.TABLE, Where.FINDINGS)]

    @dataclass(eq=False)
    class Acknowledged(Message):
        """The user knows of a finding, or wants to hear of it again."""

        finding: Finding

    def on_mount(self) -> None:
        """Name the pane before there is anything to show."""
        self.set_title("5 Findings")

    def rebuild(self) -> None:
        """Count what is found in the interval, and show it where the pane is on screen."""
        if self.interval is None:
            return
        findings = self.interval.findings
        calls = sum(finding.calls for finding in findings)
        self.shown_of_all = f"{calls}!" if calls else f"{len(findings):,}"
        if not self.display:
            return
        from monitor.presentation.findings_view import FindingsView  # noqa: PLC0415 - the first rows need no words

        view = FindingsView.make(self.interval, self.size.width)
        self.empty_text = "nothing found so far; what grows slowly takes a minute to tell"
        self.set_title(f"5 Findings {self.shown_of_all}", ["trouble first", *self.neighbours()])
        self.show(view, stretch="what")

    @property
    def findings_view(self) -> FindingsView | None:
        """The view that is shown; None before the first."""
        from monitor.presentation.findings_view import FindingsView  # noqa: PLC0415 - as above

        return self.view if isinstance(self.view, FindingsView) else None

    @property
    def finding_at_cursor(self) -> Finding | None:
        """The finding at the cursor; None where there are none."""
        view = self.findings_view
        return view.finding_at(self.cursor_position) if view is not None and view.count else None

    def rows_at_cursor(self) -> Rows:
        """Give the rows of the interval's table that the finding at the cursor is about."""
        import numpy as np  # noqa: PLC0415 - after the first paint

        view = self.findings_view
        return np.zeros(0, np.intp) if view is None or not view.count else view.rows_at(self.cursor_position)

    def action_acknowledge(self) -> None:
        """Hand up the finding at the cursor as known; one that is, as not."""
        finding = self.finding_at_cursor
        if finding is not None:
            self.post_message(self.Acknowledged(finding))
