"""What was measured for each kind of finding, with the limit beside it. None is not known."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptQueueNumbers:
    """The fullest accept queue of a service."""

    queued: int
    limit: int
    """The backlog in force: what listen() was given, cut to somaxconn. The queue holds one more."""
    somaxconn: int | None
    sockets: int
    """Listening sockets at the endpoint, a queue each."""
    full_sockets: int
    """Of those, the ones that take no more."""
    is_only_full: bool
    """Whether no other queue of the host is full: then what overflows is this one."""
    overflows: int | None
    """Handshakes dropped by full queues of the whole host (ListenOverflows) in the last `over_s`."""
    drops: int | None
    """Packets dropped by these sockets themselves in the last `over_s`."""
    over_s: float | None
    """Seconds between the samples that were compared."""

    @property
    def is_full(self) -> bool:
        """Whether the kernel drops new clients, and not only soon."""
        return self.full_sockets > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseWaitNumbers:
    """The sockets in CLOSE-WAIT that one program holds."""

    sockets: int
    quiet: int
    """Of those, the ones on which nothing passed for a while."""
    oldest_idle_s: float | None
    """Longest time without data on one of them."""
    unread_ends: int
    """Of those, the ones where the program has not even read that the peer closed."""
    remotes: int
    """Number of different remote endpoints."""
    per_minute: float | None
    """By how much they grow; None where they were not watched for long enough."""
    watched_s: float
    """How long they were watched."""
    descriptors: int | None
    """Open descriptors of the process."""
    descriptor_limit: int | None

    @property
    def seconds_left(self) -> float | None:
        """Until no descriptor is left, at this pace; None where that is not known, or it does not grow."""
        if self.descriptors is None or self.descriptor_limit is None or not self.per_minute or self.per_minute <= 0:
            return None
        return max(0, self.descriptor_limit - self.descriptors) / self.per_minute * 60


FindingNumbers = AcceptQueueNumbers | CloseWaitNumbers
