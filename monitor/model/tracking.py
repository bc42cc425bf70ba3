"""Tracking: what the packet filter's table of connections (conntrack) has of one pair, and what it makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitor.model.endpoint import Endpoint


class TrackingState(StrEnum):
    """Whether a pair is in the table, and whether it is translated."""

    TRANSLATED = "translated"
    PLAIN = "plain"
    """In the table, and what it is."""
    UNTRACKED = "untracked"
    """Not in the table of this network namespace."""
    IDLE = "idle"
    """The table of this network namespace is empty, or the kernel has none."""
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Tracking:
    """The answer about packets from one endpoint to another: as whose they leave the packet filter."""

    state: TrackingState
    source: Endpoint | None = None
    """Of a pair in the table: what stands in the packet's source once it is translated."""
    destination: Endpoint | None = None
    """Likewise."""
    why: str = ""
    """Why the table could not be read: the sentence of the error."""

    @property
    def is_translated(self) -> bool:
        """Whether one side sees another pair than the other."""
        return self.state is TrackingState.TRANSLATED
