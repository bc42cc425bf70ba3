"""OPTIONS: the one table of what the file may say. Reading and the commented default are made of it."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.config import readers
from monitor.config.readers import Reader

PANES = ("listeners", "connections", "routing", "events", "findings", "log")
TABLES = ("listeners", "connections", "events")
"""Panes with columns to choose."""


@dataclass(frozen=True, slots=True)
class Option:
    """One key of the file."""

    key: str
    """With its section before a dot, where it has one."""
    words: str
    """What it decides; line feeds part its lines in the commented default."""
    read: Reader

    @property
    def field(self) -> str:
        """The name of the same in a Configuration."""
        return self.key.replace(".", "_")

    @property
    def section(self) -> str:
        """The table of the file in which it stands; empty for its top."""
        return self.key.rpartition(".")[0]

    @property
    def name(self) -> str:
        """The key within its section."""
        return self.key.rpartition(".")[2]


def _table_options(pane: str) -> tuple[Option, ...]:
    return (
        Option(
            f"{pane}.columns",
            "Columns from left to right; empty for as many as the screen is wide enough for.",
            readers.columns_of(pane),
        ),
        Option(
            f"{pane}.density",
            "Where no columns are named: those of this screen (auto), of a narrow one (compact), or all (full).",
            readers.read_density,
        ),
        Option(
            f"{pane}.sort",
            'The column that decides the order, as "idle" or "idle reversed"; empty for the list\'s own order.',
            readers.sort_of(pane),
        ),
    )


OPTIONS = (
    Option("period", 'Seconds between two samples, 0.1 to 3600; "auto": as long as samples need.', readers.read_period),
    Option("filter", "The filter of Connections at the start, as after the key /.", readers.read_filter),
    Option("theme", "auto (asks the terminal), dark or light.", readers.one_of("auto", "dark", "light")),
    Option("ascii", 'Whether to use no signs beyond ASCII; "auto": as the terminal needs.', readers.read_auto_switch),
    Option("mouse", "false leaves the mouse to the terminal, for selecting text.", readers.read_switch),
    Option("hint", "Whether a hint is shown until the first key is pressed.", readers.read_switch),
    Option(
        "remember",
        "Whether columns, orders and the pane of the last time are kept when the monitor ends.\n"
        "What differs from here stands in $XDG_STATE_HOME/fourtuple/state.toml and wins; delete that to forget it.",
        readers.read_switch,
    ),
    Option("panes.start", f"Where the keys go at first: {', '.join(PANES)}.", readers.one_of(*PANES)),
    Option(
        "panes.upper",
        "What stands above on a large screen: listeners, routing, both, or neither. The rest is one key away.",
        readers.some_of(("listeners", "routing")),
    ),
    Option("panes.upper_percent", "How much of its height that takes, 15 to 75.", readers.read_percent),
    *(option for pane in TABLES for option in _table_options(pane)),
)
"""In the order of the file; filters and keys follow in sections of their own, whose keys the user names."""
REMEMBERED = frozenset(
    {"hint", "panes.start", *(f"{pane}.{part}" for pane in TABLES for part in ("columns", "density", "sort"))}
)
"""Keys of what is kept when the monitor ends, where it differs from the user's file."""
DROPPED_FILTERS = "dropped_filters"
"""Section of what is remembered: filters of the user's file that are kept no longer, as they stood there."""
