"""HostFacts: what a network namespace counts and where its limits stand; and how many descriptors processes have open.

The counters run since the namespace was made: only what they rose by between two samples tells of now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class HostFacts:
    """Each None where it could not be read; `unread` has the reason."""

    counters: Mapping[str, int] = field(default_factory=dict)
    """By the kernel's name with its group, such as "TcpExt.ListenOverflows"; those that it has."""
    somaxconn: int | None = None
    """net.core.somaxconn: listen() cuts every backlog to it."""
    abort_on_overflow: int | None = None
    """net.ipv4.tcp_abort_on_overflow: 1 where a handshake that ends at a full accept queue is answered with a reset."""
    port_range: tuple[int, int] | None = None
    """net.ipv4.ip_local_port_range: first and last port that connect() chooses from."""
    reserved_ports: tuple[tuple[int, int], ...] | None = None
    """net.ipv4.ip_local_reserved_ports: first and last port of each part, which connect() leaves out."""
    time_wait_reuse: int | None = None
    """net.ipv4.tcp_tw_reuse: 0 never, 1 always, 2 on loopback; after a second connect() takes over a TIME-WAIT port."""
    conntrack_count: int | None = None
    """Connections that the packet filter keeps track of; None also where it keeps track of none."""
    conntrack_max: int | None = None
    """How many it may; beyond that it drops packets of new ones."""
    unread: tuple[str, ...] = ()
    """What could not be read and why, a sentence each."""


@dataclass(frozen=True, slots=True)
class DescriptorUse:
    """Open descriptors of one process."""

    open: int
    limit: int | None
    """The soft RLIMIT_NOFILE, at which open() and accept() fail with EMFILE; None for none, or where it is hidden."""
