"""ListPane: a LiveTable of what an interval holds, whose rows lead to sockets and processes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from monitor.presentation.text_line import TextLine
from monitor.ui.widgets.live_table import LiveTable

if TYPE_CHECKING:
    from monitor.model.sample import Interval
    from monitor.model.socket_table import Rows


class ListPane(LiveTable):
    """What the lists of all screens share. A subclass makes the view, and binds the keys that it has a use for."""

    @dataclass(eq=False)
    class Asked(Message):
        """The pane needs a letter, or no longer."""

        title: str = ""
        """What is chosen."""
        choices: tuple[tuple[str, str], ...] = ()
        """Letters and their words; none when nothing is asked any more."""

    @dataclass(eq=False)
    class Refused(Message):
        """What was asked for cannot be done."""

        reason: str
        """A sentence."""

    def __init__(self, *, glyphs: Mapping[int, str] | None, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(empty_text="reading the kernel's sockets …", glyphs=glyphs, id=id)
        self.interval: Interval | None = None
        self.shown_of_all = ""
        """How many rows are shown, for the names of the panes: "943/1,253"."""
        self.neighbours: Callable[[], Sequence[str]] = tuple
        """Names the panes that may stand in its place, for its title."""
        self.sought = ""
        """What hits hold; empty while nothing is looked for."""
        self._choices: Mapping[str, Callable[[], None]] | None = None

    def show_interval(self, interval: Interval) -> None:
        """Show the newest interval."""
        self.interval = interval
        self.rebuild()

    def rebuild(self) -> None:
        """Make the view anew from the interval, and show it."""
        raise NotImplementedError

    def rows_at_cursor(self) -> Rows:
        """Give the rows of the interval's table that the line at the cursor stands for."""
        raise NotImplementedError

    def row_at_cursor(self) -> int | None:
        """Give the row at the cursor, of several one; None for a heading, or where there are no rows."""
        rows = self.rows_at_cursor()
        return int(rows[0]) if len(rows) else None

    @property
    def no_process(self) -> str | None:
        """Say why no process is known of the line at the cursor, where that is not what it is of a living socket."""
        return None

    def line_about(self, row: int, group_size: int) -> TextLine:
        """Say in one line whose a row is and how it fares.

        Args:
            row: A row of the interval's table.
            group_size: How many rows the line at the cursor stands for.
        """
        from monitor.presentation.row_text import RowTexts  # noqa: PLC0415 - it brings numpy
        from monitor.presentation.selection import owner_line  # noqa: PLC0415 - as above

        if self.interval is None:
            return TextLine()
        return owner_line(RowTexts(self.interval), row, group_size=group_size)

    @property
    def is_choosing(self) -> bool:
        """Whether the next key is one of the letters that were asked for."""
        return self._choices is not None

    def choose(self, title: str, choices: Mapping[str, tuple[str, Callable[[], None]]]) -> None:
        """Ask for a letter.

        Args:
            title: What is chosen.
            choices: By letter: its word, and what it does; a letter without a word works and is not named.
        """
        self._choices = {letter: act for letter, (_, act) in choices.items()}
        named = tuple((letter, word) for letter, (word, _) in choices.items() if word)
        self.post_message(self.Asked(title, named))

    def take_letter(self, character: str | None) -> None:
        """Take the letter that was asked for; any other key ends the question."""
        choices, self._choices = self._choices or {}, None
        self.post_message(self.Asked())
        if character is not None and character in choices:
            choices[character]()

    def hits(self, words: str) -> Sequence[int]:
        """Give the positions of the lines that show some words, ascending."""
        wanted = words.strip().casefold()
        texts = (" ".join(cell.text for cell in line.cells) for line in self.view.lines(0, self.view.count))
        return [position for position, text in enumerate(texts) if wanted in text.casefold()]

    def go_to_position(self, position: int) -> None:
        """Put the cursor on a line."""
        self._move_by(position - self.cursor_position)

    def action_next_hit(self) -> None:
        """Go to the next row that was found, or else that has a mark; from the last one to the first."""
        from monitor.ui.seeking import next_of  # noqa: PLC0415 - on demand

        self._go_to_hit(next_of)

    def action_previous_hit(self) -> None:
        """Go to the row before that was found or has a mark; from the first one to the last."""
        from monitor.ui.seeking import before_of  # noqa: PLC0415 - on demand

        self._go_to_hit(before_of)

    def _go_to_hit(self, nearest: Callable[[Sequence[int], int, int], int]) -> None:
        hits = self.hits(self.sought) if self.sought else self.view.marked().tolist()
        if len(hits):
            self.go_to_position(nearest(hits, self.cursor_position, self.cursor_position))
        else:
            refusal = "nothing here is found any more" if self.sought else "no row here is marked ! or ~"
            self.post_message(self.Refused(refusal))
