"""The one key table: bindings, footer, help, palette and manual are made of it. Readable without Textual."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from monitor.ui.key import By, Key, Where

if TYPE_CHECKING:
    from textual.binding import Binding

__all__ = ["ACTING_KEYS", "KEYS", "LEAVE_KEYS", "By", "Key", "Where", "bindings", "footer", "keys_in"]

_PAGED = Where.TABLES | Where.FINDINGS | Where.LOG
"""Lists that may be long."""
_SEARCHED = Where.LISTS & ~(Where.ACTS | Where.SETTINGS)
"""Lists in which something can be found."""

KEYS = (
    Key("down,j", "↓ j", "cursor_down", "next row", By.TABLE, Where.LISTS),
    Key("up,k", "↑ k", "cursor_up", "row before", By.TABLE, Where.LISTS),
    Key("pagedown", "PgDn", "page_down", "page down", By.TABLE, Where.LISTS),
    Key("pageup", "PgUp", "page_up", "page up", By.TABLE, Where.LISTS),
    Key("ctrl+d", "Ctrl+D", "half_page_down", "half a page down", By.TABLE, _PAGED),
    Key("ctrl+u", "Ctrl+U", "half_page_up", "half a page up", By.TABLE, _PAGED),
    Key("home,g", "Home g", "first", "first row; there once more: stay on top of the list", By.TABLE, Where.LISTS),
    Key("end,G", "End G", "last", "last row", By.TABLE, Where.LISTS),
    Key("n", "n", "next_hit", "next row that was found; without F3 the next one marked ! or ~", By.TABLE, _SEARCHED),
    Key("N", "N", "previous_hit", "row before that was found, or is marked ! or ~", By.TABLE, _SEARCHED),
    Key("left,h", "← h", "scroll_left", "columns to the left; close a group", By.TABLE, Where.TABLES),
    Key("right,l", "→ l", "scroll_right", "columns to the right; open a group", By.TABLE, Where.TABLES),
    Key(
        "enter",
        "⏎ Enter",
        "open",
        "a listener: its connections; connection, event: all about it; finding: its rows; a line: where it leads",
        By.TABLE,
        Where.LISTS & ~(Where.ENVIRONMENT | Where.LOG | Where.ACTS | Where.SETTINGS),
        "open",
        1,
    ),
    Key("down", "↓ Down", "cursor_down", "next form", By.TABLE, Where.COPY),
    Key("up", "↑ Up", "cursor_up", "form before", By.TABLE, Where.COPY),
    Key("enter", "⏎ Enter", "open", "copy the form at the cursor", By.TABLE, Where.COPY, "copy", 1),
    Key("r", "r", "copy('r')", "copy a line of text", By.SCREEN, Where.COPY, "text", 3),
    Key("j", "j", "copy('j')", "copy JSON", By.SCREEN, Where.COPY, "JSON", 3),
    Key("s", "s", "copy('s')", "copy the command that lists it in ss", By.SCREEN, Where.COPY, "ss", 3),
    Key("t", "t", "copy('t')", "copy the command that captures its packets", By.SCREEN, Where.COPY, "tcpdump", 3),
    Key("i", "i", "copy('i')", "copy the command that asks for its route", By.SCREEN, Where.COPY, "ip route get", 3),
    Key("k", "k", "copy('k')", "copy the command that ends its process", By.SCREEN, Where.COPY, "kill", 3),
    Key("x", "x", "copy('x')", "copy the command that closes it", By.SCREEN, Where.COPY, "ss -K", 3),
    Key("enter", "⏎ Enter", "open", "the rules and routes behind the answer", By.TABLE, Where.ROUTING, "rules", 1),
    Key(
        "p",
        "p",
        "show_process",
        "the process that owns the row; of a shared listener the workers",
        By.SCREEN,
        Where.EVERYWHERE & ~(Where.WAYS | Where.ENVIRONMENT | Where.LOG | Where.COPY | Where.ACTS | Where.SETTINGS),
        "process",
        2,
    ),
    Key(
        "slash,f4",
        "/ F4",
        "filter",
        "filter while typing; Enter keeps, Esc restores",
        By.SCREEN,
        Where.TABLES | Where.LOG,
        "filter",
        1,
    ),
    Key("f3", "F3", "find", "find without hiding anything: n and N go on; Esc goes back", By.SCREEN, _SEARCHED),
    Key(
        "f",
        "f",
        "like",
        "only rows like this one, then the letter of what they share; a capital: all but those",
        By.TABLE,
        Where.LISTENERS | Where.CONNECTIONS | Where.EVENTS | Where.PROCESS,
        "like this",
        3,
    ),
    Key(
        "F",
        "F",
        "kept_filters",
        "filters kept by name: take one, keep the present one",
        By.APP,
        Where.LISTENERS | Where.CONNECTIONS | Where.EVENTS,
    ),
    Key(
        "c,f2",
        "c F2",
        "columns",
        "columns of the list: which, in which order, and how many",
        By.APP,
        Where.LISTENERS | Where.CONNECTIONS | Where.EVENTS,
    ),
    Key("space", "space", "toggle_column", "show the column, or no longer", By.SCREEN, Where.COLUMNS, "show, hide", 1),
    Key("enter", "⏎ Enter", "open", "show the column, or no longer", By.TABLE, Where.COLUMNS),
    Key("enter", "⏎ Enter", "open", "filter by the one at the cursor", By.TABLE, Where.FILTERS, "take", 1),
    Key("greater_than_sign", ">", "move_right", "one place to the right", By.SCREEN, Where.COLUMNS, "right", 2),
    Key("less_than_sign", "<", "move_left", "one place to the left", By.SCREEN, Where.COLUMNS, "left", 2),
    Key("d", "d", "density", "columns of this screen, of a narrow one, or all", By.SCREEN, Where.COLUMNS, "density", 2),
    Key("0", "0", "forget_choice", "the list's own columns again", By.SCREEN, Where.COLUMNS, "own", 3),
    Key("a", "a", "add_filter", "keep the present filter by a name", By.SCREEN, Where.FILTERS, "keep this one", 1),
    Key("x", "x", "drop_filter", "keep the filter at the cursor no longer", By.SCREEN, Where.FILTERS, "drop", 3),
    Key(
        "S",
        "S",
        "remember",
        "keep it for the next start, in a file that this user alone can read",
        By.APP,
        Where.SETTINGS,
        "for next time",
        2,
    ),
    Key(
        "s,f6",
        "s F6",
        "sort",
        "sort, then the letter of a column; again: the other way",
        By.TABLE,
        Where.TABLES,
        "sort",
        3,
    ),
    Key(
        "t,f5",
        "t F5",
        "group",
        "group, then a letter; Enter opens a group",
        By.TABLE,
        Where.CONNECTIONS | Where.EVENTS | Where.PROCESS,
        "group",
        5,
    ),
    Key(
        "A", "A", "whole_command", "the whole command line, unmasked; again: masked", By.SCREEN, Where.PROCESS, "all", 6
    ),
    Key("E", "E", "environment", "its environment; the values stay masked", By.SCREEN, Where.PROCESS, "environment", 6),
    Key("A", "A", "show_values", "the values; again: masked", By.SCREEN, Where.ENVIRONMENT, "values", 1),
    Key("less_than_sign", "<", "sort_left", "sort by the column to the left", By.TABLE, Where.TABLES),
    Key("greater_than_sign", ">", "sort_right", "sort by the column to the right", By.TABLE, Where.TABLES),
    Key("I", "I", "invert_sort", "turn the order round", By.TABLE, Where.TABLES),
    Key(
        "a",
        "a",
        "more_rows",
        "with TIME-WAIT and bound-only rows; again: with closed connections too; again: without",
        By.SCREEN,
        Where.CONNECTIONS,
    ),
    Key("a", "a", "more_rows", "with TIME-WAIT and bound-only rows, or without", By.SCREEN, Where.PROCESS),
    Key(
        "a",
        "a",
        "acknowledge",
        "acknowledge the finding, or no longer; it comes back when it changes",
        By.TABLE,
        Where.FINDINGS,
        "acknowledge",
        2,
    ),
    Key(
        "i",
        "i",
        "explain",
        "why each value of the row, mark or – is as it is",
        By.APP,
        (Where.MAIN & ~Where.LOG) | Where.PROCESS | Where.WORKERS,
    ),
    Key(
        "i",
        "i",
        "explain",
        "what the line at the cursor means",
        By.APP,
        Where.WAYS | Where.CONNECTION | Where.BIND | Where.DEMUX,
        "explain",
        2,
    ),
    Key("i", "i", "explain", "close the explanation", By.APP, Where.EXPLANATION),
    Key("r", "r", "route", "which way to a remote endpoint that you type", By.SCREEN, Where.MAIN, "route", 3),
    Key(
        "d",
        "d",
        "demux",
        "who gets what this peer sends, or a listener's clients; 8080 typed over it: who answers there",
        By.APP,
        Where.MAIN | Where.PROCESS | Where.CONNECTION | Where.WORKERS,
        "who gets it",
        4,
    ),
    Key("d", "d", "demux", "ask on: another pair, port, protocol or interface", By.APP, Where.DEMUX, "ask on", 1),
    Key(
        "b",
        "b",
        "bind",
        "can I bind this port; a listener's endpoint is filled in",
        By.APP,
        Where.MAIN | Where.PROCESS | Where.CONNECTION | Where.WORKERS,
        "bind",
        4,
    ),
    Key("b", "b", "bind", "ask on: another port, other options; Tab completes", By.APP, Where.BIND, "ask on", 1),
    Key(
        "w",
        "w",
        "what_if",
        "what if its address, interface or route goes: who dies, who moves",
        By.SCREEN,
        Where.LISTENERS | Where.ROUTING,
        "what if",
        4,
    ),
    Key(
        "D",
        "D",
        "dial",
        "dial: really connect, and compare with the prediction; asks first",
        By.TABLE,
        Where.ROUTING,
        "dial",
        5,
        acts=True,
    ),
    Key("D", "D", "dial", "dial again; asks first", By.SCREEN, Where.DIAL, "again", 4, acts=True),
    Key(
        "K,f9",
        "K F9",
        "signal",
        "signal the process that owns it: asks first, TERM before KILL; of a listener never a client",
        By.APP,
        Where.LISTENERS | Where.CONNECTIONS | Where.CONNECTION | Where.PROCESS,
        "signal…",
        5,
        acts=True,
    ),
    Key(
        "K",
        "K",
        "signal_again",
        "look at the process again and ask; for KILL where TERM did not help",
        By.SCREEN,
        Where.SIGNAL,
        "again",
        2,
        acts=True,
    ),
    Key(
        "X",
        "X",
        "close",
        "close the connection, or all marked ones: asks first",
        By.APP,
        Where.CONNECTIONS | Where.CONNECTION,
        "close…",
        5,
        acts=True,
    ),
    Key(
        "X",
        "X",
        "close_again",
        "look again at what was not closed, and ask",
        By.SCREEN,
        Where.CLOSE,
        "again",
        2,
        acts=True,
    ),
    Key("m", "m", "mark", "mark the row, or no longer, and go on", By.TABLE, Where.CONNECTIONS, acts=True),
    Key("M", "M", "unmark_all", "unmark all rows", By.TABLE, Where.CONNECTIONS, acts=True),
    Key("y", "y", "copy", "copy as text, JSON, a command for ss, tcpdump, ip, kill", By.APP, Where.ROWS, "copy", 5),
    Key(
        "S",
        "S",
        "save",
        "save what is here to a new file, which this user alone can read; lists whole",
        By.APP,
        # The values of an environment stay on the screen.
        Where.EVERYWHERE & ~(Where.ENVIRONMENT | Where.COPY | Where.ACTS | Where.SETTINGS),
    ),
    Key("tab", "Tab", "next_pane", "next pane", By.SCREEN, Where.MAIN),
    Key("shift+tab", "Shift+Tab", "previous_pane", "pane before", By.SCREEN, Where.MAIN),
    Key("1", "1", "pane('listeners')", "pane Listeners", By.SCREEN, Where.MAIN),
    Key("2", "2", "pane('connections')", "pane Connections", By.SCREEN, Where.MAIN),
    Key("3", "3", "pane('routing')", "pane Routing", By.SCREEN, Where.MAIN),
    Key("4", "4", "pane('events')", "pane Events", By.SCREEN, Where.MAIN),
    Key("5,exclamation_mark", "5 !", "pane('findings')", "pane Findings", By.SCREEN, Where.MAIN),
    Key("6", "6", "pane('log')", "pane Log", By.SCREEN, Where.MAIN),
    Key("z", "z", "zoom", "whole screen for this pane, and back", By.SCREEN, Where.MAIN, "zoom", 6),
    Key("space", "space", "pause", "pause, go on", By.APP, Where.EVERYWHERE & ~Where.COLUMNS, "pause", 3),
    Key("minus,f7", "- F7", "faster", "shorter period; below the shortest: auto", By.APP, Where.EVERYWHERE),
    Key("plus,f8", "+ F8", "slower", "longer period; above the longest: auto", By.APP, Where.EVERYWHERE),
    Key(
        "R",
        "R",
        "resolve",
        "ask for the names of the remote addresses on screen, or no longer; may reach the network",
        By.APP,
        Where.EVERYWHERE,
    ),
    Key("ctrl+r", "Ctrl+R", "sample_now", "sample now, also when paused", By.APP, Where.EVERYWHERE),
    Key(
        "escape,backspace", "esc", "back", "undo the last step: narrowing, filter, screen", By.SCREEN, Where.EVERYWHERE
    ),
    Key(
        "colon,ctrl+p", ": Ctrl+P", "command_palette", "palette: every action, every process", By.APP, Where.EVERYWHERE
    ),
    Key("question_mark,f1", "? F1", "help", "this help", By.APP, Where.EVERYWHERE, "help", 1),
    Key("q", "q", "leave", "quit; on any other screen back to the one before", By.SCREEN, Where.MAIN, "quit", 2),
    Key("q", "q", "leave", "back one screen", By.SCREEN, Where.EVERYWHERE & ~Where.MAIN, "back", 2),
    Key("Q,f10,ctrl+c", "Q F10 Ctrl+C", "leave_program", "quit from anywhere, at once", By.APP, Where.EVERYWHERE),
    Key("ctrl+l", "Ctrl+L", "redraw", "draw the screen anew", By.APP, Where.EVERYWHERE),
    Key("ctrl+z", "Ctrl+Z", "suspend_process", "suspend", By.APP, Where.EVERYWHERE),
)
"""In the order of help."""

ACTING_KEYS = frozenset(name for key in KEYS if key.acts for name in key.keys.split(","))
"""Textual's names of the keys that are absent with --read-only."""
LEAVE_KEYS = frozenset(name for key in KEYS if key.action == "leave_program" for name in key.keys.split(","))
"""Textual's names of the keys that quit at once, whatever is awaited; letters among them are text in a field."""


def bindings(by: By, where: Where) -> list[Binding]:
    """Make the bindings of what somebody carries out in a place.

    All have priority: they are carried out in the order of the keys, before a later key is sent to what has the focus.
    Otherwise what is typed in one go behind a slow line ("/sq") would act as keys of the list and not reach the field.
    """
    from textual.binding import Binding  # noqa: PLC0415 - manual and configuration read the table without Textual

    return [
        Binding(key.keys, key.action, key.help, show=False, priority=True)
        for key in KEYS
        if key.by is by and key.where & where
    ]


def keys_in(where: Where, *, is_read_only: bool, table: Iterable[Key] = KEYS) -> list[Key]:
    """Give the keys of a place, in the order of help."""
    return [key for key in table if key.where & where and not (key.acts and is_read_only)]


def footer(
    where: Where, width: int, *, is_ascii: bool = False, is_read_only: bool = False, table: Iterable[Key] = KEYS
) -> list[tuple[str, str]]:
    """Give key and word of what the footer shows in a place; where it is narrow, the least needed go."""
    fitting = [key for key in keys_in(where, is_read_only=is_read_only, table=table) if key.footer and key.keys]
    names = {key: key.names(is_ascii=is_ascii).split()[0] for key in fitting}
    while fitting and sum(len(names[key]) + len(key.footer) + 3 for key in fitting) > width:
        fitting.remove(max(reversed(fitting), key=lambda key: key.footer_rank))
    return [(names[key], key.footer) for key in fitting]
