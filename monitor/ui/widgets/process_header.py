"""ProcessHeader: who a process is, in a rule, and the facts about it; the last ones stay when it has gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from monitor.presentation.process_words import process_title
from monitor.presentation.safe_text import safe_text
from monitor.presentation.text_line import TextLine, plain
from monitor.presentation.view import Cell, Role
from monitor.ui.widgets.text_lines import TextLines

if TYPE_CHECKING:
    from monitor.model.process import ProcessFacts
    from monitor.model.sample import Interval
    from monitor.sampling.history import ProcessHistory

_ROOM_BELOW = 14
"""Lines that a command line in full leaves to the sockets and all else."""


class ProcessHeader(TextLines):
    """Follows the process of a pid from the first facts on; whoever gets the pid after it is another one."""

    def __init__(self, pid: int, *, glyphs: Mapping[int, str] | None, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self.facts: ProcessFacts | None = None
        """The newest ones; None before there were any."""
        self.is_gone = False
        self.is_whole = False
        """Whether the command line stands in full, unmasked."""
        self._pid = pid
        self._notice = ""
        self._shown_at: Interval | None = None
        """What was shown when the newest facts came: what a process had last is seen there."""
        self._history: ProcessHistory | None = None

    def take(self, facts: ProcessFacts | None, error: str | None, interval: Interval | None) -> None:
        """Take an answer.

        Args:
            facts: What was read; None where there is no such process, or an error.
            error: Why nothing could be read.
            interval: What is shown at this moment.
        """
        if self.is_gone:
            return
        from monitor.presentation.formats import clock_text  # noqa: PLC0415 - on demand

        former = self.facts
        since = f" since {clock_text(interval.sample.taken_at)}" if interval is not None else ""
        if error is not None:
            self._notice = safe_text(error)
        elif former is None and facts is None:
            self.is_gone, self._notice = True, f"there is no process {self._pid} (any more)"
        elif former is not None and (facts is None or facts.process.start_time != former.process.start_time):
            another = "" if facts is None else f"; pid {self._pid} is another process now"
            self.is_gone, self._notice = True, f"gone{since}, these are its last facts{another}"
        else:
            self.facts, self._notice, self._shown_at = facts, "", interval

    def show_facts(self, name: str, interval: Interval | None, history: ProcessHistory | None) -> None:
        """Draw.

        Args:
            name: Of the process, for as long as there are no facts.
            interval: What is shown; None before the first.
            history: Of the process, where there is one.
        """
        if self.is_gone:
            interval, history = self._shown_at, self._history
        self._history = history
        width = self.app.size.width
        notice = [plain(f" ! {self._notice}", Role.TROUBLE)] if self._notice else []
        if self.facts is None or interval is None:
            rule = TextLine((Cell("─ ", Role.RULE), Cell(f"{name} ", Role.STRONG), Cell("─" * width, Role.RULE)))
            lines = [rule, *(notice or [plain(" asking the kernel …", Role.DIM)])]
        else:
            from monitor.presentation.process_reading import ProcessReading  # noqa: PLC0415 - it brings numpy
            from monitor.presentation.process_summary import summary_lines, title_line  # noqa: PLC0415 - as above

            reading = ProcessReading.of(self.facts, interval, history)
            most = max(1, self.app.size.height - _ROOM_BELOW)
            summary = summary_lines(reading, width, is_whole=self.is_whole, most=most)
            lines = [title_line(reading, width, is_gone=self.is_gone), *notice, *summary]
        self.styles.height = len(lines)
        self.show(lines)

    @property
    def process_name(self) -> str | None:
        """Name of the process; None before there were facts."""
        return process_title(self.facts.process) if self.facts is not None else None
