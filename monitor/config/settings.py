"""Configuration: everything that a file can settle, with what holds where it does not.

An option `panes.start` of the file is the field `panes_start`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.presentation.column_choice import ColumnChoice, Density

REVERSED = " reversed"
"""Behind the id of a column: its order the other way round."""


@dataclass(frozen=True, slots=True)
class TableSettings:
    """How a table is shown at first."""

    choice: ColumnChoice = field(default_factory=ColumnChoice)
    sort: str = ""
    """Id of a column, REVERSED or not; empty for the table's own order."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the options say. An instance without arguments is the default."""

    period: float | None = None
    """Seconds from one sample to the next; None for as long as samples need."""
    filter: str = ""
    """The filter of Connections at the start."""
    theme: str = "auto"
    ascii: bool | None = None
    """Whether to use no signs beyond ASCII; None where the terminal decides."""
    mouse: bool = True
    hint: bool = True
    """Whether a hint is shown until the first key."""
    remember: bool = False
    """Whether columns, orders and the pane of the last time are kept when the monitor ends."""
    panes_start: str = "connections"
    """Where the keys go at first."""
    panes_upper: tuple[str, ...] = ("listeners", "routing")
    """What stands in the upper part of a large screen."""
    panes_upper_percent: int = 28
    """How much of its height that takes."""
    listeners_columns: tuple[str, ...] = ()
    listeners_density: Density = Density.AUTO
    listeners_sort: str = ""
    connections_columns: tuple[str, ...] = ()
    connections_density: Density = Density.AUTO
    connections_sort: str = ""
    events_columns: tuple[str, ...] = ()
    events_density: Density = Density.AUTO
    events_sort: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    """Kept filters, by name."""
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Other keys of actions, as they stand in the file."""

    def table(self, pane: str) -> TableSettings:
        """Give how the table of a pane is shown at first."""
        columns, density, sort = (getattr(self, f"{pane}_{part}") for part in ("columns", "density", "sort"))
        return TableSettings(ColumnChoice(columns, density), sort)
