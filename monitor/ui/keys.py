"""The one key table: bindings, footer, help and palette are made of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Flag, auto

from textual.binding import Binding


class Where(Flag):
    """Places in which a key means something."""

    LISTENERS = auto()
    CONNECTIONS = auto()
    ROUTING = auto()
    PROCESS = auto()
    MAIN = auto()
    """The main screen, whichever pane has the focus."""
    EVERYWHERE = auto()

    TABLES = LISTENERS | CONNECTIONS | PROCESS


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of the table."""

    keys: str
    """Textual's names, parted by commas; the first is the one that is shown."""
    shown: str
    """As people write it: "↑ k"."""
    action: str
    """The action method without its prefix."""
    help: str
    """What it does, as help and palette say it."""
    where: Where
    footer: str = ""
    """The word in the footer; empty where it is not shown there."""


KEYS = (
    Key("down,j", "↓ j", "cursor_down", "next row", Where.TABLES),
    Key("up,k", "↑ k", "cursor_up", "row before", Where.TABLES),
    Key("pagedown", "PgDn", "page_down", "page down", Where.TABLES),
    Key("pageup", "PgUp", "page_up", "page up", Where.TABLES),
    Key("ctrl+d", "Ctrl+D", "half_page_down", "half a page down", Where.TABLES),
    Key("ctrl+u", "Ctrl+U", "half_page_up", "half a page up", Where.TABLES),
    Key("home,g", "Home g", "first", "first row; once more: stay on top", Where.TABLES),
    Key("end,G", "End G", "last", "last row", Where.TABLES),
    Key("left,h", "← h", "scroll_left", "columns to the left", Where.TABLES),
    Key("right,l", "→ l", "scroll_right", "columns to the right", Where.TABLES),
    Key("enter", "Enter", "open", "listener: its connections · connection: its process", Where.TABLES, "open"),
    Key("p", "p", "show_process", "the process that owns the row", Where.LISTENERS | Where.CONNECTIONS, "process"),
    Key("slash,f4", "/ F4", "filter", "filter while you type; Enter keeps, Esc restores", Where.TABLES, "filter"),
    Key("s,f6", "s F6", "sort", "sort: then one letter for the column", Where.TABLES, "sort"),
    Key("less_than_sign", "<", "sort_left", "sort by the column to the left", Where.TABLES),
    Key("greater_than_sign", ">", "sort_right", "sort by the column to the right", Where.TABLES),
    Key("I", "I", "invert_sort", "turn the order round", Where.TABLES),
    Key("a", "a", "more_rows", "rows: live, or with TIME-WAIT and bound-only", Where.CONNECTIONS | Where.PROCESS),
    Key("r", "r", "route", "which way to a remote endpoint", Where.MAIN, "route"),
    Key("tab", "Tab", "next_pane", "next pane", Where.MAIN),
    Key("shift+tab", "Shift+Tab", "previous_pane", "pane before", Where.MAIN),
    Key("1", "1", "pane('listeners')", "Listeners", Where.MAIN),
    Key("2", "2", "pane('connections')", "Connections", Where.MAIN),
    Key("3", "3", "pane('routing')", "Routing", Where.MAIN),
    Key("z", "z", "zoom", "whole screen for this pane, and back", Where.MAIN),
    Key("space", "Space", "pause", "pause, go on", Where.EVERYWHERE, "pause"),
    Key("minus,f7", "- F7", "faster", "shorter period", Where.EVERYWHERE),
    Key("plus,f8", "+ F8", "slower", "longer period", Where.EVERYWHERE),
    Key("ctrl+r", "Ctrl+R", "sample_now", "sample now, also when paused", Where.EVERYWHERE),
    Key("escape,backspace", "Esc", "back", "undo the last step: input, narrowing, filter, screen", Where.EVERYWHERE),
    Key("colon,ctrl+p", ": Ctrl+P", "command_palette", "palette: every action, any process", Where.EVERYWHERE),
    Key("question_mark,f1", "? F1", "help", "help for all keys", Where.EVERYWHERE, "help"),
    Key("q", "q", "leave", "back one screen; on the main screen quit", Where.EVERYWHERE, "quit"),
    Key("Q,f10,ctrl+c", "Q F10 Ctrl+C", "quit", "quit from anywhere", Where.EVERYWHERE),
    Key("ctrl+l", "Ctrl+L", "redraw", "draw the screen anew", Where.EVERYWHERE),
    Key("ctrl+z", "Ctrl+Z", "suspend_process", "suspend", Where.EVERYWHERE),
)
"""In the order of help. screens.md's letters; what is missing there has no key yet."""


def bindings(where: Where) -> list[Binding]:
    """Make the bindings of everything that belongs to one of the places."""
    return [
        Binding(key.keys, key.action, key.help, show=False, id=f"{key.action}") for key in KEYS if key.where & where
    ]


def footer(where: Where) -> Iterable[tuple[str, str]]:
    """Give key and word of what the footer shows in a place, in order."""
    return [
        (key.shown.split()[0].replace("Enter", "⏎").lower() if key.footer else "", key.footer)
        for key in KEYS
        if key.footer and key.where & (where | Where.EVERYWHERE)
    ]
