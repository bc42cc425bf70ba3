"""LinkedLine: a labelled line of a screen of words, what it leads to, and what it can be asked about.

unsent        1.2M    waits for the peer to open its window; 0 sent and not acknowledged
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from monitor.presentation.fitting import cell_width, fit
from monitor.presentation.text_line import TextLine
from monitor.presentation.view import Cell, Role

if TYPE_CHECKING:  # widgets import this module before the first paint, and numpy comes after it
    from monitor.model.sample import Interval
    from monitor.model.socket_table import Bools
    from monitor.presentation.narrowing import ListenerConnections

LABEL_WIDTH = 12
CURSOR_CELL = 1
"""Place among the left cells of the one, two cells wide, in which a screen may draw its cursor."""
CURSOR_WIDTH = 2
_VALUE_WIDTH = 8


@dataclass(frozen=True, slots=True)
class ToProcess:
    """The screen of a process."""

    pid: int


class ChosenConnections(Protocol):
    """Connections that have something in common; equal ones choose the same rows, also of a later interval."""

    def connections(self, interval: Interval) -> Bools:
        """Choose them among the rows of any interval."""
        ...


@dataclass(frozen=True, slots=True)
class ToRows:
    """The connections that share an endpoint's side; for narrowing Connections."""

    title: str
    """As a pane's title says it: "from 198.51.100.7"."""
    those: ChosenConnections

    def choose(self, interval: Interval) -> Bools:
        """Choose them among the rows of any interval."""
        return self.those.connections(interval)


@dataclass(frozen=True, slots=True)
class ToSocket:
    """The screen of another socket of this host."""

    cookie: int


@dataclass(frozen=True, slots=True)
class ToOwner:
    """The process that holds a socket; of several the user chooses."""

    cookie: int


@dataclass(frozen=True, slots=True)
class ToBind:
    """The bind screen, with what is asked there as it was typed."""

    text: str


@dataclass(frozen=True, slots=True)
class ToDemux:
    """The demux screen, with what is asked there as it was typed."""

    text: str


@dataclass(frozen=True, slots=True)
class ToTable:
    """The routes of a routing table."""

    table: int


@dataclass(frozen=True, slots=True)
class ToWorkers:
    """The workers of a service endpoint."""

    listener: ListenerConnections


@dataclass(frozen=True, slots=True)
class ToRouting:
    """The routes and rules that decided."""


@dataclass(frozen=True, slots=True)
class ToClipboard:
    """The terminal's clipboard, with one form of what is shown."""

    letter: str


@dataclass(frozen=True, slots=True)
class ToColumn:
    """A column of a list, which is shown or not."""

    name: str


@dataclass(frozen=True, slots=True)
class ToFilter:
    """A filter kept by its name."""

    name: str


Target = (
    ToProcess | ToRows | ToSocket | ToOwner | ToBind | ToDemux | ToTable | ToRouting | ToClipboard | ToColumn | ToFilter
)
"""Where Enter on a line leads. Equal targets lead to the same place, also in a later interval."""

_HINTS: dict[type[Target], tuple[str, str]] = {
    ToProcess: ("⏎ process", "⏎ process"),
    ToRows: ("⏎ all of them", "⏎ all"),
    ToSocket: ("⏎ its row", "⏎ row"),
    ToOwner: ("⏎ process", "⏎ process"),
    ToBind: ("⏎ can I bind", "⏎ bind"),
    ToDemux: ("⏎ why", "⏎ why"),
    ToTable: ("⏎ its table", "⏎ table"),
    ToRouting: ("⏎ routing", "⏎ routing"),
}
"""What Enter does, on a wide and on a narrow screen; of the clipboard the footer says so."""
_WIDE = 100

Part = str | tuple[str, ...]
"""A part of a line; of several forms, longest first, the first one that there is room for is shown."""


@dataclass(frozen=True, slots=True)
class LinkedLine:
    """One line; two equal lines look the same and lead to the same place."""

    line: TextLine
    target: Target | None = None
    value: str | None = None
    """For explain(): what this line is about; None for a heading."""


@dataclass(frozen=True, slots=True)
class LineMaker:
    """Makes the lines of one width. Texts are safe already."""

    width: int
    """Cells."""

    def heading(self, text: str) -> LinkedLine:
        """Make a rule that carries a title."""
        rest = max(0, self.width - cell_width(text) - 3)
        return LinkedLine(
            TextLine((Cell("─ ", Role.RULE), Cell(text, Role.HEADING), Cell(" " + "─" * rest, Role.RULE)))
        )

    def words(  # noqa: PLR0913 - one for each thing that a line has
        self,
        value: str,
        label: str,
        first: Cell,
        parts: Sequence[Part] = (),
        *,
        target: Target | None = None,
        last: str = "",
    ) -> LinkedLine:
        """Make a line of words: the first one in its role, then the parts that there is room for.

        Args:
            value: what explain() is asked for.
            label: before the words; empty where the line goes on about the one above.
            first: what the line says.
            parts: more of it, most important first.
            target: where it leads.
            last: text that takes what room is left, and is cut.
        """
        right = hint(target, self.width)
        room = self.width - LABEL_WIDTH - CURSOR_WIDTH - cell_width(first.text)
        room -= sum(cell_width(cell.text) for cell in right)
        rest = "".join(f" · {part}" for part in fitting_parts(parts, room, " · "))
        left = room - cell_width(rest) - 3
        if last and left > _VALUE_WIDTH:
            rest += f" · {fit(last, min(left, cell_width(last)))}"
        return LinkedLine(TextLine((*_start(label), first, Cell(rest)), right), target, value)

    def number(  # noqa: PLR0913 - one for each thing that a line has
        self,
        value: str,
        label: str,
        number: str,
        parts: Sequence[str],
        role: Role = Role.PLAIN,
        *,
        curve: str = "",
    ) -> LinkedLine:
        """Make a line of a number, its curve, and what it means, in parts as there is room; the first always stands.

        A curve that would leave no room for the first part is left out.
        """
        shown = Cell(f"{number:<{_VALUE_WIDTH}} ", Role.DIM if number in ("0", "–") else role)
        room = self.width - LABEL_WIDTH - CURSOR_WIDTH - cell_width(shown.text) - sum(map(cell_width, parts[:1]))
        drawn = (Cell(f"{curve}  ", Role.RATE),) if curve and cell_width(curve) + 2 <= room else ()
        room -= sum(cell_width(cell.text) for cell in drawn)
        rest = "; ".join([*parts[:1], *fitting_parts(parts[1:], room, "; ")])
        return LinkedLine(TextLine((*_start(label), shown, *drawn, Cell(rest, Role.DIM))), None, value)


def hint(target: Target | None, width: int) -> tuple[Cell, ...]:
    """Say at the end of a line what Enter does there."""
    if target is None:
        return ()
    wide, narrow = _HINTS[type(target)]
    return (Cell(f"  {wide if width >= _WIDE else narrow} ", Role.DIM),)


def fitting_parts(parts: Sequence[Part], room: int, separator: str) -> list[str]:
    """Give the first parts that fit, each with its separator before it; one that is too long ends the line."""
    shown: list[str] = []
    for part in parts:
        forms = (part,) if isinstance(part, str) else part
        needed = [cell_width(separator) + cell_width(form) for form in forms]
        fitting = next((number for number, cells in enumerate(needed) if cells <= room), None)
        if fitting is None:
            break
        shown.append(forms[fitting])
        room -= needed[fitting]
    return shown


def _start(label: str) -> tuple[Cell, Cell]:
    return Cell(f" {label:<{LABEL_WIDTH - 1}}", Role.HEADING), Cell(" " * CURSOR_WIDTH)
