"""What stands behind a route decision: the rules in their order, and the routes of the table that it came from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitor.model.endpoint import Address
from monitor.model.route import RouteDecision, Rule

MOST_ROUTES = 1000
"""A table may hold a million."""


class RuleFate(StrEnum):
    """What became of a rule."""

    DECIDED = "decided"
    """It led to the answer."""
    NO_MATCH = "no match"
    """A selector does not fit the packet."""
    NO_ROUTE = "no route"
    """It fits, but its table has no route for the packet, or one that is suppressed or thrown back."""
    SKIPPED = "skipped"
    """A goto leads past it, or it leads nowhere itself (goto, nop)."""
    NOT_REACHED = "not reached"
    """The answer was found before."""
    UNCERTAIN = "uncertain"
    """It looks at what is not known of the packet, or the deciding rule could not be derived."""


@dataclass(frozen=True, slots=True)
class RuleStep:
    """One rule on the way. Derived: the kernel names none."""

    rule: Rule
    fate: RuleFate


@dataclass(frozen=True, slots=True)
class TableRoute:
    """One route of a table."""

    prefix: str
    type: str
    """unicast, local, blackhole, throw, …"""
    device: bytes | None
    """Name of the leaving interface, of several next hops the first one's; untrusted."""
    gateway: Address | None
    source: Address | None
    metric: int | None
    protocol: int
    """Who put it there: RTPROT_* of linux/rtnetlink.h, such as 2 kernel, 3 boot, 4 static, 16 dhcp."""
    next_hops: int
    """How many there are; 0 where the route leads nowhere."""
    is_matched: bool
    """Whether the decision came from this route."""


@dataclass(frozen=True, slots=True)
class Routing:
    """A decision with what stands behind it."""

    decision: RouteDecision
    steps: tuple[RuleStep, ...]
    """All rules of the family, in the kernel's order."""
    table: int | None
    """Number of the table whose routes these are: the one that decided, or the one asked for; None for neither."""
    routes: tuple[TableRoute, ...]
    """As the kernel lists them, at most MOST_ROUTES."""
    is_cut: bool
    """Whether the table holds more."""
