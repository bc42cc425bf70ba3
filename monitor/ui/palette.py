"""Palette: how each meaning looks, on dark ground, on light ground, in sixteen colours, and without colour.

The ground itself, and the colour of plain text, are the widget's own and come from the theme. Nothing is told apart
by colour alone: marks, words, weight and reverse video say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rich.style import Style

from monitor.presentation.view import Role

QUIET: Final = frozenset({Role.DIM, Role.HEADING, Role.RULE, Role.CLOSED})
"""Roles that recede from the ground, and so would drown in a cursor."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Styles that are laid over the ground of a widget."""

    roles: Mapping[Role, Style]
    """One for every role."""
    cursor: Style
    """Laid over the whole row at the cursor of the focused table; seen without colour too."""
    cursor_quiet: Style
    """Laid over that, where a role is one of QUIET."""
    resting_cursor: Style
    """Like cursor, in a table without focus."""
    rule: Style
    """Lines, and the track of a scrollbar."""
    title: Style
    """The name in a title."""
    focused_title: Style
    header: Style
    """Names of columns."""
    sorted_header: Style
    """Name of the column that decides the order."""

    def at_cursor(self, role: Role) -> Style:
        """Give what is laid over a cell of that role in the row at the cursor."""
        return self.cursor + self.cursor_quiet if role in QUIET else self.cursor

    def row(self, row: Role) -> Mapping[Role, Style]:
        """Give the styles of the cells in a row of that role.

        A row that is dim or closed is so in all its cells, one that is new in none: its mark says so. Any other role
        reaches the plain cells only.
        """
        if row in (Role.DIM, Role.CLOSED):
            return dict.fromkeys(Role, self.roles[row])
        if row is Role.NEW:
            return self.roles
        return {**self.roles, Role.PLAIN: self.roles[row]}


def _palette(looks: Mapping[Role, str], *, cursor: str, cursor_quiet: str, resting: str) -> Palette:
    """Make a palette of definitions that Style.parse understands; roles without one are plain."""
    roles = {role: Style.parse(looks.get(role, "")) for role in Role}
    return Palette(
        roles=roles,
        cursor=Style.parse(cursor),
        cursor_quiet=Style.parse(cursor_quiet),
        resting_cursor=Style.parse(resting),
        rule=roles[Role.RULE],
        title=roles[Role.HEADING],
        focused_title=Style(bold=True),
        header=roles[Role.HEADING],
        sorted_header=Style(bold=True),
    )


DARK: Final = _palette(
    {
        Role.DIM: "#7d8590",
        Role.STRONG: "bold",
        Role.TROUBLE: "bold #ff7b72",
        Role.ALERT: "bold reverse #e3b341",
        Role.NOTE: "#e3b341",
        Role.GOOD: "#7ccf8a",
        Role.LOCAL: "#79c0ff",
        Role.REMOTE: "#d2a8ff",
        Role.NAME: "#f0d0a8",
        Role.RATE: "#a5e3d0",
        Role.HEADING: "#9aa4b0",
        Role.RULE: "#5a6470",
        Role.NEW: "bold #7ee787",
        Role.CLOSED: "italic #7d8590",
    },
    cursor="bold on #24405f",
    cursor_quiet="#b6c2cf",
    resting="on #232b35",
)
"""For a dark ground."""

LIGHT: Final = _palette(
    {
        Role.DIM: "#656d76",
        Role.STRONG: "bold",
        Role.TROUBLE: "bold #b3202a",
        Role.ALERT: "bold reverse #7d4e00",
        Role.NOTE: "#7d4e00",
        Role.GOOD: "#116329",
        Role.LOCAL: "#0550ae",
        Role.REMOTE: "#6639ba",
        Role.NAME: "#80390c",
        Role.RATE: "#0b5c56",
        Role.HEADING: "#57606a",
        Role.RULE: "#868f99",
        Role.NEW: "bold #116329",
        Role.CLOSED: "italic #656d76",
    },
    cursor="bold on #bcdcff",
    cursor_quiet="#3d4650",
    resting="on #dfe5ec",
)
"""For a light ground."""

# What terminals show for colours 0 to 15 differs, and one of them is the ground: those that may be it are not used,
# and what recedes is dimmed rather than grey.
DARK_SIXTEEN: Final = _palette(
    {
        Role.DIM: "dim",
        Role.STRONG: "bold",
        Role.TROUBLE: "bold bright_red",
        Role.ALERT: "bold reverse",
        Role.NOTE: "bright_yellow",
        Role.GOOD: "green",
        Role.LOCAL: "bright_cyan",
        Role.REMOTE: "bright_magenta",
        Role.RATE: "cyan",
        Role.RULE: "dim",
        Role.NEW: "bold bright_green",
        Role.CLOSED: "dim italic",
    },
    cursor="bold bright_white on blue",
    cursor_quiet="not bold not dim",
    resting="bold not dim",
)
"""For a dark ground in the terminal's own sixteen colours."""

LIGHT_SIXTEEN: Final = _palette(
    {
        Role.DIM: "dim",
        Role.STRONG: "bold",
        Role.TROUBLE: "bold red",
        Role.ALERT: "bold reverse",
        Role.NOTE: "red",
        Role.LOCAL: "blue",
        Role.REMOTE: "magenta",
        Role.RULE: "dim",
        Role.NEW: "bold",
        Role.CLOSED: "dim italic",
    },
    cursor="bold bright_white on blue",
    cursor_quiet="not bold not dim",
    resting="bold not dim",
)
"""For a light ground in the terminal's own sixteen colours, of which green, yellow and cyan are too pale there."""

COLOURLESS: Final = _palette(
    {
        Role.DIM: "dim",
        Role.STRONG: "bold",
        Role.TROUBLE: "bold",
        Role.ALERT: "bold reverse",
        Role.NOTE: "bold",
        Role.RULE: "dim",
        Role.NEW: "bold",
        Role.CLOSED: "dim",
    },
    cursor="bold reverse not dim",
    cursor_quiet="not bold",
    resting="bold not dim",
)
"""For NO_COLOR and terminals without colours."""
