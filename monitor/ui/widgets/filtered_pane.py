"""FilteredPane: a ListPane with an order and a filter of its own, and the keys for both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.message import Message

from monitor.errors import InputError
from monitor.presentation.column_choice import NO_CHOICE, ColumnChoice
from monitor.ui.keys import By, Where, bindings
from monitor.ui.widgets.list_pane import ListPane
from monitor.ui.widgets.live_table import LiveTable

if TYPE_CHECKING:
    from monitor.model.sample import Interval
    from monitor.model.socket_table import Bools
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


class FilteredPane(ListPane):
    """What Listeners and the lists of single sockets and events share. A subclass makes the view."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(By.TABLE, Where.TABLES)]

    LIKE_LETTERS: ClassVar[str] = ""
    """What rows can be alike in here: letters of presentation.alike."""

    @dataclass(eq=False)
    class ConditionAdded(Message):
        """The filter asks for one thing more than before."""

        pane: FilteredPane
        letter: str
        """By which it was asked for."""

    def __init__(self, *, glyphs: Mapping[int, str] | None, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self.in_force = FilterInForce()
        self.narrowing: Narrowing | None = None
        self.sort: Sort | None = None
        """None is the pane's own order."""
        self.first_sort = ""
        """The order of the first rows, as the configuration names it."""
        self.choice = NO_CHOICE
        """Which columns are shown, and in which order."""

    @property
    def limits(self) -> list[str]:
        """What keeps rows out of the list, in words."""
        narrowed = [self.narrowing.title] if self.narrowing is not None else []
        return [*narrowed, f"filter {self.filter_text}"] if self.filter_tree is not None else narrowed

    def narrow(self, narrowing: Narrowing | None) -> None:
        """Show only some rows, or all again."""
        self.narrowing = narrowing
        self.rebuild()

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

    def show_interval(self, interval: Interval) -> None:
        """Show the newest interval; the first one in the order that was configured."""
        if self.first_sort:
            from monitor.presentation.sorting import Sort  # noqa: PLC0415 - it brings numpy, after the first paint

            column, _, reversed_ = self.first_sort.partition(" ")
            usual = self.first_press(column)
            self.sort = Sort(column, usual.is_descending is not bool(reversed_))
            self.first_sort = ""
        super().show_interval(interval)

    def show_columns(self, choice: ColumnChoice) -> None:
        """Show other columns."""
        self.choice = choice
        self.rebuild()

    def first_press(self, column_id: str) -> Sort:
        """Give the order that choosing a column brings."""
        raise NotImplementedError

    def sort_by(self, column_id: str) -> None:
        """Sort by a column; by the one that is sorted already, the other way round."""
        from monitor.presentation.sorting import Sort  # noqa: PLC0415 - it brings numpy, after the first paint

        if self.sort is not None and self.sort.column == column_id:
            self.sort = Sort(column_id, not self.sort.is_descending)
        else:
            self.sort = self.first_press(column_id)
        self.rebuild()

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
