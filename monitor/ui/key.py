"""Key: one entry of the key table; where it means something and who carries it out. Known without Textual."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, Flag, auto


class Where(Flag):
    """Places in which a key means something."""

    LISTENERS = auto()
    CONNECTIONS = auto()
    ROUTING = auto()
    PROCESS = auto()
    """The process screen."""
    ENVIRONMENT = auto()
    """The environment of a process."""
    CONNECTION = auto()
    """The connection screen."""
    EXPLANATION = auto()
    """The explanation of a line."""
    WORKERS = auto()
    """The workers of a listener."""
    RULES = auto()
    """Rules and routes."""
    WHAT_IF = auto()
    """What if an address, interface or route goes."""
    DIAL = auto()
    """Dialling for real."""
    BIND = auto()
    """The bind screen."""
    DEMUX = auto()
    """The demux screen."""
    FINDINGS = auto()
    """What is wrong."""
    EVENTS = auto()
    """What happened."""
    LOG = auto()
    """What was done."""
    COPY = auto()
    """Rows in the forms of other programs."""
    SIGNAL = auto()
    """Whether to signal a process."""
    CLOSE = auto()
    """Whether to close sockets."""
    COLUMNS = auto()
    """The columns of a table."""
    FILTERS = auto()
    """Filters kept by name."""

    SETTINGS = COLUMNS | FILTERS
    """Screens that change how others look."""

    WAYS = RULES | WHAT_IF | DIAL
    """Screens that are opened from Routing."""
    TABLES = LISTENERS | CONNECTIONS | EVENTS | PROCESS | WORKERS
    ACTS = SIGNAL | CLOSE
    """Screens that ask before something is done outside."""
    LISTS = TABLES | WAYS | ENVIRONMENT | CONNECTION | EXPLANATION | BIND | DEMUX | FINDINGS | LOG | ACTS | SETTINGS
    """Wherever there is a cursor."""
    MAIN = LISTENERS | CONNECTIONS | ROUTING | EVENTS | FINDINGS | LOG
    """The main screen, whichever pane has the focus."""
    ROWS = LISTENERS | CONNECTIONS | PROCESS | CONNECTION | FINDINGS
    """Wherever what is at the cursor stands for sockets of the newest sample."""
    EVERYWHERE = (
        MAIN | WAYS | PROCESS | ENVIRONMENT | CONNECTION | EXPLANATION | WORKERS | BIND | DEMUX | COPY | ACTS | SETTINGS
    )


class By(Enum):
    """Who carries an action out."""

    TABLE = "table"
    """The list that has the cursor."""
    SCREEN = "screen"
    APP = "app"


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of the table."""

    keys: str
    """Textual's names, parted by commas."""
    shown: str
    """As people write it; the first word stands in the footer: "/ F4"."""
    action: str
    """The action method without its prefix; it belongs to `by`."""
    help: str
    """What it does, as help and palette say it."""
    by: By
    where: Where
    footer: str = ""
    """The word in the footer; empty where it is not shown there."""
    footer_rank: int = 5
    """Where the footer is narrow, the highest ranks go first."""
    acts: bool = False
    """Whether it leads to something done outside the program; such keys are absent with --read-only."""

    @property
    def name(self) -> str:
        """What the configuration calls it: "pane_listeners"."""
        return re.sub(r"\W+", "_", self.action).strip("_")

    def names(self, *, is_ascii: bool) -> str:
        """Give the names as people write them, on a plain console only those of ASCII."""
        return " ".join(name for name in self.shown.split() if name.isascii() or not is_ascii)
