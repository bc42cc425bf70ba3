"""ListPane: a LiveTable with an order and a filter of its own, and the keys for both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.message import Message

from monitor.errors import InputError
from monitor.presentation.text_line import TextLine
from monitor.ui.keys import By, Where, bindings
from monitor.ui.widgets.live_table import LiveTable

if TYPE_CHECKING:
    from monitor.model.sample import Interval
    from monitor.model.socket_table import Bools, Rows
    from monitor.presentation.filter_tree import Filter
    from monitor.presentation.sorting import Sort


@dataclass(frozen=True, slots=True)
class FilterInForce:
    """What a list is filtered by."""

    text: str = ""
    """As it can be shown, and typed."""
    tree: Filter | None = None
    """None shows all rows."""
    former: FilterInForce | None = None
    """What it was added to, and what Esc brings back; None for all rows."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The pane shows only what belongs to this."""

    title: str
    """As the pane's title says it: "on [::]:443"."""
    choose: Callable[[Interval], Bools]
    """Chooses rows of an interval."""


class ListPane(LiveTable):
    """What both lists of the main screen and the sockets of a process share. A subclass makes the view."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(By.TABLE, Where.TABLES)]

    LIKE_LETTERS: ClassVar[str] = ""
    """What rows can be alike in here: letters of presentation.alike."""

    @dataclass(eq=False)
    class Asked(Message):
        """The pane needs a letter, or no longer."""

        title: str = ""
        """What is chosen."""
        choices: tuple[tuple[str, str], ...] = ()
        """Letters and their words; none when nothing is asked any more."""

    @dataclass(eq=False)
    class ConditionAdded(Message):
        """The filter asks for one thing more than before."""

        pane: ListPane
        letter: str
        """By which it was asked for."""

    @dataclass(eq=False)
    class Refused(Message):
        """What was asked for cannot be done."""

        reason: str
        """A sentence."""

    def __init__(self, *, glyphs: Mapping[int, str] | None, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(empty_text="reading the kernel's sockets …", glyphs=glyphs, id=id)
        self.interval: Interval | None = None
        self.in_force = FilterInForce()
        self.narrowing: Narrowing | None = None
        self.sort: Sort | None = None
        """None is the pane's own order."""
        self.shown_of_all = ""
        """How many rows are shown, for the names of the panes: "943/1,253"."""
        self.neighbours: Callable[[], Sequence[str]] = tuple
        """Names the panes that may stand in its place, for its title."""
        self._choices: Mapping[str, Callable[[], None]] | None = None

    def show_interval(self, interval: Interval) -> None:
        """Show the newest interval."""
        self.interval = interval
        self.rebuild()

    def rebuild(self) -> None:
        """Make the view anew from the interval, the filter and the order, and show it."""
        raise NotImplementedError

    @property
    def limits(self) -> list[str]:
        """What keeps rows out of the list, in words."""
        narrowed = [self.narrowing.title] if self.narrowing is not None else []
        return [*narrowed, f"filter {self.filter_text}"] if self.filter_tree is not None else narrowed

    def narrow(self, narrowing: Narrowing | None) -> None:
        """Show only some rows, or all again."""
        self.narrowing = narrowing
        self.rebuild()

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

    def first_press(self, column_id: str) -> Sort:
        """Give the order that choosing a column brings."""
        raise NotImplementedError

    @property
    def filter_text(self) -> str:
        """The filter as a line."""
        return self.in_force.text

    @property
    def filter_tree(self) -> Filter | None:
        """The filter; None shows all rows."""
        return self.in_force.tree

    def set_filter(self, in_force: FilterInForce) -> None:
        """Show only the rows of a filter."""
        self.in_force = in_force
        self.rebuild()

    def widen(self) -> None:
        """Take back the condition that was added last, or else the whole filter."""
        self.set_filter(self.in_force.former or FilterInForce())

    def action_like(self) -> None:
        """Ask for the letter of what rows shall have in common with the one at the cursor."""
        from monitor.presentation.alike import STATES, TRAITS  # noqa: PLC0415 - it brings numpy

        words = {**{letter: word for letter, (word, _) in TRAITS.items()}, **STATES}
        choices = {letter: (words[letter], partial(self._add_condition, letter)) for letter in self.LIKE_LETTERS}
        opposites = {letter.upper(): ("", partial(self._add_condition, letter.upper())) for letter in choices}
        self.choose("only, capital: not", {**choices, **opposites})

    def _add_condition(self, letter: str) -> None:
        from monitor.presentation.alike import condition_like, joined  # noqa: PLC0415 - it brings numpy
        from monitor.presentation.filter_description import describe  # noqa: PLC0415 - only who filters needs it
        from monitor.presentation.filter_parser import parse  # noqa: PLC0415 - as above

        if self.interval is None:
            return
        if letter.lower() == "p" and self.no_process is not None:
            self.post_message(self.Refused(self.no_process))
            return
        try:
            condition = condition_like(self.interval, self.rows_at_cursor(), letter)
            tree = condition if self.in_force.tree is None else joined(self.in_force.tree, condition)
            parse(describe(tree))  # a line has its limits
        except InputError as error:
            self.post_message(self.Refused(str(error)))
            return
        if tree != self.in_force.tree:
            self.set_filter(FilterInForce(describe(tree), tree, self.in_force))
            self.post_message(self.ConditionAdded(self, letter))

    def sort_by(self, column_id: str) -> None:
        """Sort by a column; by the one that is sorted already, the other way round."""
        from monitor.presentation.sorting import Sort  # noqa: PLC0415 - it brings numpy, after the first paint

        if self.sort is not None and self.sort.column == column_id:
            self.sort = Sort(column_id, not self.sort.is_descending)
        else:
            self.sort = self.first_press(column_id)
        self.rebuild()

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

    def action_next_marked(self) -> None:
        """Go to the next row with a mark; from the last one to the first."""
        marked = self.view.marked()
        after = marked[marked > self.cursor_position]
        self._go_to_marked(after[:1] if len(after) else marked[:1])

    def action_previous_marked(self) -> None:
        """Go to the row before with a mark; from the first one to the last."""
        marked = self.view.marked()
        before = marked[marked < self.cursor_position]
        self._go_to_marked(before[-1:] if len(before) else marked[-1:])

    def _go_to_marked(self, nearest: Rows) -> None:
        if len(nearest):
            self._move_by(int(nearest[0]) - self.cursor_position)
        else:
            self.post_message(self.Refused("no row here is marked ! or ~"))

    def action_sort(self) -> None:
        """Ask for the letter of a column."""
        letters = self._letters()
        if letters:
            columns = {
                letter: (title, partial(self.sort_by, column_id)) for letter, (column_id, title) in letters.items()
            }
            self.choose("sort", {**columns, "0": ("own", self._sort_by_own_order)})

    def _sort_by_own_order(self) -> None:
        self.sort = None
        self.rebuild()

    def action_sort_left(self) -> None:
        """Sort by the column to the left."""
        self._sort_beside(-1)

    def action_sort_right(self) -> None:
        """Sort by the column to the right."""
        self._sort_beside(1)

    def action_invert_sort(self) -> None:
        """Turn the order round."""
        if self.sort is not None and self.sort.column is not None:
            self.sort_by(self.sort.column)

    def on_live_table_sort_asked(self, message: LiveTable.SortAsked) -> None:
        """Sort by the column whose title was clicked."""
        message.stop()
        self.sort_by(message.column_id)

    def _letters(self) -> dict[str, tuple[str, str]]:
        """Give the sortable columns that are shown, as id and title, by their letters."""
        shown = [column for column in self.view.columns if column.is_sortable]
        return {column.letter: (column.id, column.title or column.id) for column in shown}

    def _sort_beside(self, step: int) -> None:
        ids = [column.id for column in self.view.columns if column.is_sortable]
        if not ids:
            return
        current = self.sort.column if self.sort is not None else None
        place = (ids.index(current) + step) % len(ids) if current in ids else (0 if step > 0 else len(ids) - 1)
        self.sort = self.first_press(ids[place])
        self.rebuild()
