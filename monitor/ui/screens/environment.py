"""The environment of a process: names of variables, and their values on a key of its own.

─ Environment of proxy[990] ───────────────────── as it was when the program started ─
▸  LANG=•••
   PGPASSWORD=•••
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from monitor.presentation.linked_line import LinkedLine
from monitor.presentation.text_line import TextLine
from monitor.ui.keys import By, Where, bindings
from monitor.ui.screens.lines import LinesScreen

if TYPE_CHECKING:
    from monitor.model.process import ProcessEnvironment
    from monitor.model.sample import Interval


class EnvironmentScreen(LinesScreen):
    """Reads it once, when it is opened."""

    PLACE = Where.ENVIRONMENT
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(By.SCREEN, Where.ENVIRONMENT)]

    def __init__(self, pid: int, glyphs: Mapping[int, str] | None) -> None:
        """Show a process' environment.

        Args:
            pid: Whose.
            glyphs: A table for str.translate, or None.
        """
        super().__init__(glyphs)
        self._pid = pid
        self._environment: ProcessEnvironment | None = None
        self._error: str | None = None
        self._is_masked = True

    def on_mount(self) -> None:
        """Ask for it."""
        self.app.questions.ask_environment(self._pid)

    def show_environment(self, pid: int, environment: ProcessEnvironment | None, error: str | None) -> None:
        """Show what was read, or why nothing was."""
        if pid == self._pid:
            gone = None if environment is not None else f"there is no process {pid} (any more)"
            self._environment, self._error = environment, error or gone
            self.draw()

    def action_show_values(self) -> None:
        """Show the values, or mask them again."""
        self._is_masked = not self._is_masked
        self.draw()

    def title_line(self, width: int) -> TextLine:
        """Say whose it is."""
        from monitor.presentation.environment_lines import environment_title  # noqa: PLC0415 - on demand

        return environment_title(self._environment, width)

    def linked_lines(self, interval: Interval, width: int) -> Sequence[LinkedLine]:
        """List the variables."""
        from monitor.presentation.environment_lines import environment_lines  # noqa: PLC0415 - on demand

        return environment_lines(self._environment, self._error, width, is_masked=self._is_masked)
