"""What the environment says of the terminal: its colours, its ground, its signs. Nothing is asked of the terminal."""

from __future__ import annotations

import locale
from collections.abc import Callable, Mapping
from enum import Enum

_CONSOLES = ("linux", "vt", "cons")
"""TERM of terminals without our signs; COLORTERM beside one is left over from another terminal."""
_MANY = 256


class Colours(Enum):
    """How many colours a terminal shows; the values are Textual's names for them."""

    NONE = ""
    SIXTEEN = "standard"
    """The sixteen that its user has chosen; fewer count as so many."""
    MANY = "256"
    TRUE = "truecolor"


def colours_of(environment: Mapping[str, str], look_up: Callable[[str], int] | None = None) -> Colours:
    """Tell how many colours to use; look_up gives the number that terminfo has for a TERM."""
    term = environment.get("TERM", "").lower()
    if environment.get("NO_COLOR"):
        return Colours.NONE
    if environment.get("COLORTERM", "").strip().lower() in {"truecolor", "24bit"} and not _is_console(term):
        return Colours.TRUE
    if "256color" in term:
        return Colours.MANY
    count = (look_up or _terminfo_colours)(term)
    if count >= _MANY:
        return Colours.MANY
    return Colours.SIXTEEN if count > 0 else Colours.NONE


def has_dark_ground(environment: Mapping[str, str]) -> bool | None:
    """Tell whether the ground is dark; None where the terminal itself may be asked."""
    # rxvt, Konsole and others: "foreground;background", or with a word between, as numbers of the sixteen colours.
    ground = environment.get("COLORFGBG", "").rpartition(";")[2]
    if ground.isdecimal():
        return int(ground) in {*range(7), 8}
    return True if _is_console(environment.get("TERM", "")) else None


def lacks_signs(environment: Mapping[str, str]) -> bool:
    """Tell whether the terminal can be sent nothing but ASCII."""
    return locale.getencoding().lower().replace("-", "") != "utf8" or _is_console(environment.get("TERM", ""))


def _is_console(term: str) -> bool:
    return term.startswith(_CONSOLES)


def _terminfo_colours(term: str) -> int:
    """Look up max_colors; 0 where there is none, and 16 where nothing is known of the terminal.

    curses opens one terminal in the life of a process, and gives the same answer ever after.
    """
    try:
        import curses  # noqa: PLC0415 - most terminals say it in TERM or COLORTERM

        curses.setupterm(term, 1)
        return max(0, curses.tigetnum("colors"))
    except (ImportError, curses.error):
        return 16
