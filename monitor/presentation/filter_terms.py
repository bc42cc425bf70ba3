"""What conditions on a row are put in: its sides, names and numbers, and how these are compared."""

from __future__ import annotations

from enum import Enum


class Side(Enum):
    """Which endpoint of a row a condition is about."""

    EITHER = ""
    LOCAL = "local"
    REMOTE = "remote"
    """Sockets without a remote endpoint do not fulfil it."""
    PEER = "dst"
    """As ss(8) reads it: where there is no remote endpoint it is the wildcard and port 0."""


class Name(Enum):
    """Names that a pattern may be for."""

    PROCESS = "proc"
    USER = "user"
    INTERFACE = "iface"
    DEVICE = "dev"
    CGROUP = "cgroup"
    """Path from the root of cgroup v2."""
    UNIT = "unit"
    CONTAINER = "container"
    SLICE = "slice"
    IMAGE = "image"
    NETNS = "netns"


class Number(Enum):
    """Numbers of a row that can be compared."""

    RTT = "rtt"
    """Microseconds."""
    RETRANSMITS = "retrans"
    """Segments sent again since the opening."""
    RATE = "rate"
    """Bytes per second, both ways together."""
    RECEIVED = "down"
    """Bytes per second received."""
    SENT = "up"
    """Bytes per second acknowledged by the peer."""
    AGE = "age"
    """Microseconds since the opening; where that was not seen, no less than what is known."""
    IDLE = "idle"
    """Microseconds since the last data, either way."""
    RECV_Q = "rcvq"
    """Bytes that the program has not read; of a listener unknown."""
    SEND_Q = "sndq"
    """Bytes that the peer has not acknowledged; of a listener unknown."""


class Relation(Enum):
    """How a number stands to another."""

    EQUAL = "="
    ABOVE = ">"
    AT_LEAST = ">="
    BELOW = "<"
    AT_MOST = "<="


class Reach(Enum):
    """From where a socket that waits for anybody can be reached."""

    LOOPBACK = "lo"
    ADDRESS = "net"
    EVERYWHERE = "all"
