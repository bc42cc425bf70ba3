"""EventList: what happened to connections, newest last, with what could be found out about each."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from monitor.model.process import Process
from monitor.model.transitions import NoTransitions

Records = npt.NDArray[np.void]
"""An array of EVENT."""


class EventKind(IntEnum):
    """What happened."""

    OPENED = 1
    """The handshake is finished."""
    CLOSED = 2
    """The socket is gone, but for a TIME-WAIT that may stand for it."""
    FAILED = 3
    """The handshake of a connection that was dialled never finished."""


class Ending(IntEnum):
    """How a connection ended."""

    UNKNOWN = 0
    CLOSED_HERE = 1
    """This side sent its FIN first, and it was acknowledged."""
    CLOSED_THERE = 2
    """The peer sent its FIN first."""
    IN_ORDER = 3
    """Both sides closed; which one first is not known."""
    RESET_HERE = 4
    """This side's program cut it: it closed with unread data, or asked for a reset."""
    RESET_THERE = 5
    """The peer, or something on the way, sent a reset."""
    BROKEN = 6
    """Without an acknowledged FIN: a reset of either side, or the peer went silent."""
    TIMED_OUT = 7
    """The kernel gave up after sending the same again and again."""
    REFUSED = 8
    """The peer, or something on the way, refused the SYN."""
    UNANSWERED = 9
    """Nothing came back until the kernel or the program gave up."""


class OwnerHint(IntEnum):
    """From where a process is known."""

    NONE = 0
    SAMPLE = 1
    """A sample saw it hold the socket."""
    ACTION = 2
    """It was seen to open or to close the socket."""
    LISTENER = 3
    """It holds the listener that took the connection; another one may have accepted it."""


EVENT = np.dtype(
    [
        # Counts up from 1: the identity of an event.
        ("number", "u8"),
        # CLOCK_BOOTTIME in seconds.
        ("at", "f8"),
        # Likewise, of the opening; NaN where it was not seen.
        ("opened_at", "f8"),
        # 0 where no sample and no close told it.
        ("cookie", "u8"),
        # 0 where no sample saw it.
        ("cgroup", "u8"),
        ("local_high", "u8"),
        ("local_low", "u8"),
        ("remote_high", "u8"),
        ("remote_low", "u8"),
        # Bytes of data that came, and that the peer acknowledged; of an opening 0.
        ("received", "u8"),
        ("acknowledged", "u8"),
        ("device", "u4"),
        ("uid", "u4"),
        ("rtt_us", "u4"),
        ("total_retrans", "u4"),
        ("segs_out", "u4"),
        # Its number in `processes`; 0 for none.
        ("process", "i4"),
        # How many processes held the socket.
        ("holders", "u2"),
        ("local_port", "u2"),
        ("remote_port", "u2"),
        # As in SocketTable: decides whether the counters are known.
        ("info_length", "u2"),
        ("kind", "u1"),
        ("ending", "u1"),
        ("owner_hint", "u1"),
        ("protocol", "u1"),
        ("family", "u1"),
        # State in the last sample that saw it; 0 where none did.
        ("last_state", "u1"),
        ("direction", "i1"),
        ("has_uid", "?"),
        # No sample saw it: it came and went between two.
        ("is_short", "?"),
    ]
)
"""One event; columns named as in SocketTable are those."""


@dataclass(frozen=True, slots=True, eq=False)
class EventList:
    """The events that are still listed, and the number of all."""

    boot_time: float
    """CLOCK_BOOTTIME in seconds until which events were read."""
    since: float
    """Likewise, from when on."""
    namespace: int
    records: Records
    """EVENT records, oldest first."""
    processes: Mapping[int, Process]
    """Those that the records name, by the number by which they do."""
    opened: int = 0
    """All that were seen, listed or not."""
    closed: int = 0
    """Likewise, closed listeners and UDP sockets among them."""
    failed: int = 0
    lost_closes: int = 0
    """Closes that happened and were not seen."""
    lost_transitions: int = 0
    """Openings and endings likewise, each counted as often as the socket changed its state."""
    nameless_closes: int = 0
    """TCP sockets that no sample saw and whose closes told no remote endpoint: cut by their own programs, which takes
    it away, or never connected. Not listed, and only counted where transitions do not tell them apart."""
    unheard_s: float = 0.0
    """Seconds in which nobody listened, since a collector had ended and the next one had not begun."""
    heard_since: float = -math.inf
    """CLOCK_BOOTTIME in seconds from when on somebody has listened without a gap."""
    no_closes: str | None = None
    """Why closes are not seen, a sentence; None where they are."""
    no_transitions: NoTransitions | None = None
    """Why openings are not seen at once; None where they are."""
    opened_per_second: float = 0.0
    """Over the last seconds."""
    closed_per_second: float = 0.0

    @property
    def happened(self) -> int:
        """Number of all events that were seen, listed or not; also the number of the newest."""
        return self.opened + self.closed + self.failed

    def covered_s(self, most_s: float, now: float) -> float:
        """Tell over how many of the last seconds before `now`, a CLOCK_BOOTTIME, the list names every event."""
        is_whole = self.happened == len(self.records) or not len(self.records)
        begin = self.unbroken_since if is_whole else max(self.unbroken_since, float(self.records["at"][0]))
        return min(most_s, max(now - begin, 0.0))

    @property
    def unbroken_since(self) -> float:
        """CLOCK_BOOTTIME in seconds from when on events were read without a gap."""
        return max(self.since, self.heard_since)

    def says_more_than(self, former: EventList | None) -> bool:
        """Whether more is known than before, be it that something was missed; None stands for nothing known."""
        return self.summary != (_NOTHING if former is None else former.summary)

    @property
    def summary(self) -> tuple[object, ...]:
        """How much happened, how much was missed, and why."""
        missed = self.lost_closes, self.lost_transitions, self.nameless_closes, self.unheard_s
        return self.happened, *missed, self.no_closes, self.no_transitions


_NOTHING = 0, 0, 0, 0, 0.0, None, None
