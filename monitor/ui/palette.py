"""Palette: how each meaning looks, on dark ground, on light ground, and without colour.

The ground itself, and the colour of plain text, are the widget's own and come from the theme.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rich.style import Style

from monitor.presentation.view import Role


@dataclass(frozen=True, slots=True)
class Palette:
    """Styles that are laid over the ground of a widget."""

    roles: Mapping[Role, Style]
    """One for every role."""
    cursor: Style
    """Laid over the whole row at the cursor of the focused table; seen without colour too."""
    resting_cursor: Style
    """The same in a table without focus."""
    rule: Style
    """Lines, and the track of a scrollbar."""
    title: Style
    """The name in a title."""
    focused_title: Style
    header: Style
    """Names of columns."""
    sorted_header: Style
    """Name of the column that decides the order."""

    def row(self, row: Role) -> Mapping[Role, Style]:
        """Give the styles of the cells in a row of that role.

        A row that is dim or closed is so in all its cells. Any other role reaches the plain cells only, so that a
        new row does not hide which of its values means trouble.
        """
        if row in (Role.DIM, Role.CLOSED):
            return dict.fromkeys(Role, self.roles[row])
        return {**self.roles, Role.PLAIN: self.roles[row]}


def _coloured(colours: Mapping[Role, str], *, rule: str, header: str, cursor: str, resting: str) -> Palette:
    """Make a palette of definitions that Style.parse understands; roles without one are plain."""
    return Palette(
        roles={role: Style.parse(colours.get(role, "")) for role in Role},
        cursor=Style.parse(cursor),
        resting_cursor=Style.parse(resting),
        rule=Style.parse(rule),
        title=Style.parse(header),
        focused_title=Style(bold=True),
        header=Style.parse(header),
        sorted_header=Style(bold=True),
    )


DARK: Final = _coloured(
    {
        Role.DIM: "#7d8590",
        Role.STRONG: "bold",
        Role.TROUBLE: "bold #ff7b72",
        Role.ALERT: "bold reverse #e3b341",
        Role.NOTE: "#e3b341",
        Role.GOOD: "#7ee787",
        Role.LOCAL: "#79c0ff",
        Role.REMOTE: "#d2a8ff",
        Role.NAME: "#ffd8a8",
        Role.RATE: "#a5e3d0",
        Role.HEADING: "#9aa4b0",
        Role.RULE: "#4d555f",
        Role.NEW: "bold #7ee787",
        Role.CLOSED: "italic #7d8590",
    },
    rule="#4d555f",
    header="#9aa4b0",
    cursor="bold on #24405f",
    resting="on #232b35",
)
"""For a dark ground."""

LIGHT: Final = _coloured(
    {
        Role.DIM: "#6e7781",
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
        Role.RULE: "#a8b1bb",
        Role.NEW: "bold #116329",
        Role.CLOSED: "italic #6e7781",
    },
    rule="#a8b1bb",
    header="#57606a",
    cursor="bold on #bcdcff",
    resting="on #dfe5ec",
)
"""For a light ground."""

COLOURLESS: Final = _coloured(
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
    rule="dim",
    header="",
    cursor="bold reverse not dim",
    resting="bold not dim",
)
"""For NO_COLOR and terminals without colours."""


def choose_palette(*, is_dark: bool, has_colour: bool) -> Palette:
    """Pick the palette for a theme."""
    if not has_colour:
        return COLOURLESS
    return DARK if is_dark else LIGHT
