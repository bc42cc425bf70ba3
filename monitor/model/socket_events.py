"""SocketEvents: what happened to sockets between two readings, as the kernel told it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from monitor.model.closes import CLOSE, Records
from monitor.model.transitions import TRANSITION, Actor, NoTransitions


@dataclass(frozen=True, slots=True, eq=False)
class SocketEvents:
    """Closes of one network namespace, transitions of the whole machine."""

    boot_time: float
    """CLOCK_BOOTTIME in seconds when they were handed over."""
    namespace: int
    """Inode of the network namespace; 0 where unknown."""
    closes: Records
    """CLOSE records in the order of closing."""
    transitions: Records
    """TRANSITION records in the order of their times."""
    actors: Mapping[int, Actor] = field(default_factory=dict)
    """By the number of their thread: who made those transitions."""
    lost_closes: int = 0
    """Since the reading before: dropped by the kernel, or left out since too many waited."""
    lost_transitions: int = 0
    """Likewise."""
    no_closes: str | None = None
    """Why closes are not seen, a sentence; None where they are."""
    no_transitions: NoTransitions | None = None
    """Why transitions are not seen; None where they are."""
    since: float | None = None
    """CLOCK_BOOTTIME in seconds from when on this source has listened; None where it does not, or not yet."""

    @classmethod
    def none(cls, boot_time: float, namespace: int, no_closes: str | None = None) -> SocketEvents:
        """Make a reading in which nothing happened, or of a source that does not listen."""
        return cls(boot_time, namespace, np.zeros(0, CLOSE), np.zeros(0, TRANSITION), no_closes=no_closes)
