"""DemuxDecision: which socket a segment reaches, through which stages, and why every other one lost."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitor.model.receiver import ReceiverFacts


class Answer(StrEnum):
    """Who gets a segment."""

    SOCKET = "socket"
    ONE_OF = "one_of"
    """One of a group; the kernel's hash, a program or the processor picks."""
    ALL_OF = "all_of"
    NOBODY = "none"
    NOT_DELIVERED = "not_delivered"
    """It never comes to the look-up of sockets, or is dropped there whatever it finds."""


class Certainty(StrEnum):
    """How sure an answer is."""

    CERTAIN = "certain"
    PREDICTED = "predicted"
    ONE_OF = "one-of"
    """The group is known; which member is not."""


class Agreement(StrEnum):
    """How the rules over the table and the kernel's own look-up stand to each other."""

    AGREE = "agree"
    RULES_ONLY = "rules-only"
    """The kernel was not asked."""
    STEERED = "steered"
    """The kernel names a waiting socket that the rules do not: something outside the tables, such as BPF sk_lookup."""
    REORDERED = "reordered"
    """Both name sockets of one bucket, and the kernel another than the rules."""
    CHANGED = "changed"
    """The kernel knows of a connection that the table lacks, or no longer of one that it holds: time has passed."""


class StageKind(StrEnum):
    """A step of the look-up, in the kernel's order."""

    EXACT = "exact pair"
    STEERING = "sk_lookup"
    ADDRESS = "exact address"
    WILDCARD = "wildcard"
    EVERY = "every match"


class Fate(StrEnum):
    """What became of a candidate."""

    WINS = "wins"
    MEMBER = "member"
    """One of the group among which the kernel picks."""
    OTHER_ADDRESS = "other-address"
    OTHER_DEVICE = "other-device"
    OTHER_PEER = "other-peer"
    """Connected to another remote endpoint."""
    IPV6_ONLY = "ipv6-only"
    IPV4_ONLY = "ipv4-only"
    NOT_LISTENING = "not-listening"
    """It holds the port and neither listens nor has a connection."""
    LOWER_SCORE = "lower-score"
    BEHIND = "behind"
    """It fits as well, and comes later in the kernel's chain."""
    OLDER = "older"
    """Shares the endpoint by SO_REUSEADDR; the socket that was bound last takes everything."""
    NOT_ASKED = "not-asked"
    """An earlier stage has decided."""
    OVERRULED = "overruled"
    """The rules choose it, the kernel does not."""
    NOT_JOINED = "not-joined"
    """It refuses the multicast group."""

    @property
    def is_chosen(self) -> bool:
        """Whether the segment goes, or may go, to the candidate."""
        return self in (Fate.WINS, Fate.MEMBER)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A socket that a stage looked at."""

    row: int
    """In the table that the decision was made of."""
    fate: Fate
    score: int | None = None
    """The kernel's compute_score() without the processor's point; None where it was not scored."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One step and those whom it looked at."""

    kind: StageKind
    candidates: tuple[Candidate, ...] = ()
    """Winners first, then in the kernel's order."""
    left_out: int = 0
    """Losers beyond those listed."""

    @property
    def decides(self) -> bool:
        """Whether the look-up ends here."""
        return any(candidate.fate.is_chosen for candidate in self.candidates)


class Effect(StrEnum):
    """What becomes of a segment at its receiver."""

    ACCEPTED = "accepted"
    """A handshake begins, whose connection joins the accept queue."""
    QUEUE_FULL = "queue-full"
    """Dropped without a word: the accept queue is full."""
    CHALLENGED = "challenged"
    """Answered with a challenge ACK; it never reaches the listener."""
    CROSSED = "crossed"
    """Answered with SYN-ACK: simultaneous open."""
    RESET = "reset"
    """Answered with RST."""
    RESENT = "resent"
    """The SYN-ACK is sent again."""
    COMPLETED = "completed"
    """A valid ACK ends the handshake; the connection joins its listener's accept queue."""
    RECYCLED = "recycled"
    """An acceptable SYN ends the TIME-WAIT and goes on to the listener."""
    RECYCLED_RESET = "recycled-reset"
    """An acceptable SYN ends the TIME-WAIT and is answered with RST, since nobody listens."""
    ACKNOWLEDGED = "acknowledged"
    """The kernel acknowledges again what it has acknowledged before."""
    QUEUED = "queued"
    """Joins the receive queue."""
    BUFFER_FULL = "buffer-full"
    """Dropped and counted: the receive buffer is full."""
    UNREACHABLE = "unreachable"
    """Answered with ICMP port unreachable."""
    DROPPED = "dropped"
    """Dropped without a word."""
    LOST = "lost"
    """Dropped, refused or passed on before any socket is looked for."""


@dataclass(frozen=True, slots=True)
class Effects:
    """What becomes of the two kinds of segment."""

    opening: Effect | None
    """Of a SYN; None for UDP."""
    data: Effect


class Unseen(StrEnum):
    """What may still intervene and can't be seen from here."""

    FILTERS = "filters"
    """Packet filter, NAT, XDP and tc act before the look-up."""
    GROUP_PROGRAM = "group-program"
    """A BPF program may be attached to the REUSEPORT group: it then picks, not the hash."""
    PROCESSOR = "processor"
    """SO_INCOMING_CPU prefers the socket of the processor that handles the packet."""
    SYN_COOKIES = "syn-cookies"
    """With SYN cookies an ACK without any entry may complete a handshake."""
    MEMBERSHIP = "membership"
    """Whether a socket has joined the multicast group itself."""
    SIGNATURE = "signature"
    """A listener with TCP-MD5 or TCP-AO for this peer drops what is not signed."""


@dataclass(frozen=True, slots=True)
class DemuxDecision:
    """Who gets a segment. Rows are those of the table that the decision was made of."""

    facts: ReceiverFacts
    answer: Answer
    certainty: Certainty
    agreement: Agreement
    winner: int | None
    """The receiver, or the member that is predicted; None also where the table lacks the socket that was found."""
    members: tuple[int, ...]
    """Every possible receiver, the winner among them; for ALL_OF those that get a copy."""
    ruled: tuple[int, ...]
    """Whom the rules alone name."""
    stages: tuple[Stage, ...]
    effects: Effects
    successors: tuple[int, ...] = ()
    """Whom a SYN goes to that ends a TIME-WAIT."""
    unseen: tuple[Unseen, ...] = ()

    hangs_on_device: bool = False
    """Whether the interface was only assumed and another one could change the answer."""

    @property
    def is_certain(self) -> bool:
        """Whether nothing visible could make it another socket."""
        return self.certainty is Certainty.CERTAIN
