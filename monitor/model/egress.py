"""Egress: how every connection stands to today's routing tables, as columns beside a SocketTable."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum, StrEnum, auto

import numpy as np
import numpy.typing as npt

from monitor.model.endpoint import Address
from monitor.model.socket_table import U16, U64, Bools, Rows

I32 = npt.NDArray[np.int32]


class Verdict(StrEnum):
    """How a connection stands to today's route."""

    AGREES = "agrees"
    ELSEWHERE = "leaves elsewhere"
    NO_WAY = "no way"
    UNKNOWN = "not known"


class Reason(IntEnum):
    """Why; each belongs to one verdict."""

    NOT_ASKED = 0
    """Not asked yet, or a row that sends nothing, or the interface that owns its address is not known."""
    HIDDEN_SELECTOR = auto()
    """The answer depends on a rule's selector that this program can't see of the socket: its mark, user or TOS."""
    SAME_DEVICE = auto()
    """Today's route leaves by the interface that owns the local address."""
    SAME_SOURCE = auto()
    """Today's route picks the same local address."""
    THIS_HOST = auto()
    """The remote address is this host's own: nothing leaves it."""
    ONE_OF_SEVERAL = auto()
    """A multipath route has this way as well; the kernel's hash picks one for each flow."""
    ADDRESS_HELD_APART = auto()
    """The local address is held by lo, a dummy or a route on purpose, so every interface is right for it."""
    REMOTE_ON_LINK = auto()
    """The peer lives in the leaving interface's own subnet and came in there: this host answers for all addresses."""
    AS_OPENED = auto()
    """It left by this interface already when it was opened."""
    OTHER_DEVICE = auto()
    """It leaves by another interface than the one that owns its address, or than when it was opened."""
    OTHER_SOURCE = auto()
    """It was dialled with the route's choice of address, and the route would choose another today."""
    ADDRESS_GONE = auto()
    """No interface has the local address any more."""
    REFUSED = auto()
    """The kernel has no way; the errno says why."""


VERDICT_OF: dict[Reason, Verdict] = {
    Reason.NOT_ASKED: Verdict.UNKNOWN,
    Reason.HIDDEN_SELECTOR: Verdict.UNKNOWN,
    Reason.OTHER_DEVICE: Verdict.ELSEWHERE,
    Reason.OTHER_SOURCE: Verdict.ELSEWHERE,
    Reason.ADDRESS_GONE: Verdict.NO_WAY,
    Reason.REFUSED: Verdict.NO_WAY,
} | {reason: Verdict.AGREES for reason in Reason if Reason.SAME_DEVICE <= reason <= Reason.AS_OPENED}


def _reasons_for(*verdicts: Verdict) -> Bools:
    """Tell of each reason, by its number, whether it stands for one of the verdicts."""
    return np.array([VERDICT_OF[reason] in verdicts for reason in Reason])


_FOR_ELSEWHERE = _reasons_for(Verdict.ELSEWHERE, Verdict.NO_WAY)
_FOR_UNKNOWN = _reasons_for(Verdict.UNKNOWN)

NOT_KNOWN = -1
"""In a column of interface indexes."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """The verdict on one connection, with the values that it compares. Interface names are untrusted."""

    reason: Reason
    local: Address
    """The connection's own address, as packets carry it."""
    was: bytes | None = None
    """The interface by which it left when it was opened, else the one that owns its address."""
    now: bytes | None = None
    """The interface by which it leaves today."""
    redialled_by: bytes | None = None
    """Of a dialled one: the interface by which it would leave if it were dialled today."""
    redialled_from: Address | None = None
    """Of a dialled one: the address that it would get today."""
    errno: str | None = None
    """Name of the errno, where there is no way."""

    @property
    def verdict(self) -> Verdict:
        """What the reason stands for."""
        return VERDICT_OF[self.reason]


@dataclass(frozen=True, slots=True, eq=False)
class Egress:
    """One entry for each row of a table. Interfaces are indexes: 0 for none, NOT_KNOWN where nobody could tell."""

    reason: npt.NDArray[np.uint8]
    """See Reason."""
    errno: U16
    """What connect() would say; 0 where there is a way."""
    was: I32
    """The interface by which it left when it was opened, where that was seen; else the one that owns its address."""
    leaving: I32
    """The interface by which it leaves today."""
    redialled_by: I32
    """Of a dialled connection: the interface by which it would leave if it were dialled today."""
    redialled_high: U64
    redialled_low: U64
    """The address that it would then get; 0 in both words where that is not known."""
    opened_by: I32
    """The interface by which it left when the monitor saw it open."""
    had_own_source: npt.NDArray[np.int8]
    """Whether the route would have given its address then: 1 yes, 0 no (its program bound it), NOT_KNOWN."""
    first_seen: npt.NDArray[np.int64]
    """Network.routing_generation when the row was first judged."""

    @classmethod
    def unasked(cls, rows: int) -> Egress:
        """Make the columns of rows that nobody asked about."""
        unknown = np.full(rows, NOT_KNOWN, np.int32)
        return cls(
            reason=np.full(rows, Reason.NOT_ASKED, np.uint8),
            errno=np.zeros(rows, np.uint16),
            was=unknown,
            leaving=unknown.copy(),
            redialled_by=unknown.copy(),
            redialled_high=np.zeros(rows, np.uint64),
            redialled_low=np.zeros(rows, np.uint64),
            opened_by=unknown.copy(),
            had_own_source=np.full(rows, NOT_KNOWN, np.int8),
            first_seen=np.full(rows, NOT_KNOWN, np.int64),
        )

    def take(self, rows: Rows) -> Egress:
        """Give some rows, in that order."""
        return Egress(**{column.name: getattr(self, column.name)[rows] for column in fields(self)})

    def with_rows(self, rows: Rows, others: Egress) -> Egress:
        """Exchange some rows for others, given in the same order."""
        taken = {}
        for column in fields(self):
            values = getattr(self, column.name).copy()
            values[rows] = getattr(others, column.name)
            taken[column.name] = values
        return Egress(**taken)

    def says_the_same(self, other: Egress | None) -> bool:
        """Whether the columns of two intervals of one table are equal."""
        return other is not None and all(
            np.array_equal(getattr(self, column.name), getattr(other, column.name)) for column in fields(self)
        )

    def verdict(self, row: int) -> Verdict:
        """Give the verdict on one row."""
        return VERDICT_OF[Reason(int(self.reason[row]))]

    @property
    def is_elsewhere(self) -> Bools:
        """Rows that today's routes send another way than theirs, or nowhere."""
        return _FOR_ELSEWHERE[self.reason]

    def leave_elsewhere(self, rows: Rows) -> Bools:
        """Tell of some rows whether they are elsewhere."""
        return _FOR_ELSEWHERE[self.reason[rows]]

    @property
    def is_known(self) -> Bools:
        """Rows on which there is a verdict."""
        return ~_FOR_UNKNOWN[self.reason]
