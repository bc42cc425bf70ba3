"""GroupedPane: a RowsPane whose rows are grouped by what a letter asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.message import Message

from monitor.ui.widgets.rows_pane import RowsPane

if TYPE_CHECKING:
    from monitor.presentation.group_keys import Grouping

GROUP_LETTERS = {
    "p": "PROCESS",
    "r": "REMOTE_ADDRESS",
    "o": "REMOTE_PORT",
    "l": "LISTENER",
    "a": "LOCAL_ADDRESS",
    "v": "INTERFACE",
    "s": "STATE",
    "u": "USER",
    "c": "UNIT",
}
"""By letter: the name of a Grouping."""


class GroupedPane(RowsPane):
    """A subclass has a grouping of its own, which may be none."""

    letters: ClassVar[Mapping[str, str]] = GROUP_LETTERS
    own_way: ClassVar[tuple[str, str]] = ("n", "none")
    """The letter and the word that lead back to the own grouping."""

    @dataclass(eq=False)
    class Grouped(Message):
        """The rows were grouped, or are shown in the pane's own way again."""

        pane: GroupedPane
        is_own_way: bool

    def __init__(self, *, glyphs: Mapping[int, str] | None, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self.grouping: Grouping | None = None
        """What was asked for; None is the pane's own way."""

    def order_asked_for(self) -> object:
        """Give what the order follows from."""
        return super().order_asked_for(), self.grouping

    def group_by(self, grouping: Grouping | None) -> None:
        """Group the rows, or show them in the pane's own way again."""
        self.grouping = grouping
        self.opened = frozenset()
        self.sort = None
        self.rebuild()
        self.post_message(self.Grouped(self, is_own_way=grouping is None))

    def action_group(self) -> None:
        """Ask for the letter of what the rows shall be grouped by."""
        from monitor.presentation.group_keys import Grouping  # noqa: PLC0415 - it brings numpy

        groupings = {letter: Grouping[name] for letter, name in self.letters.items()}
        choices = {letter: (by.value, partial(self.group_by, by)) for letter, by in groupings.items()}
        letter, word = self.own_way
        self.choose("group", {**choices, letter: (word, partial(self.group_by, None))})
