"""Egress: whether a connection still leaves as today's routing tables would have it.

Who accepted a connection did not choose its local address: the route is asked with that address as source, and only
the leaving interface is judged. Who dialled had the address picked by the route: the question is put unbound, as
connect() put it, and the address that it gives now is judged.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from ipaddress import IPv4Address

from monitor.model.endpoint import Address, Endpoint, unmapped
from monitor.model.route import Flow, RouteDecision
from monitor.model.sample import DIRECTION_DIALLED

LOOPBACK = b"lo"


class Verdict(StrEnum):
    """How a connection stands to today's route."""

    AGREES = "agrees"
    ELSEWHERE = "leaves elsewhere"
    NO_WAY = "no way"
    UNKNOWN = "not known"


class Reason(StrEnum):
    """Why; `was` and `now` of the Ground name what was compared."""

    SAME_DEVICE = "same-device"
    """Today's route leaves by the interface that owns the local address."""
    SAME_SOURCE = "same-source"
    """Today's route picks the same local address."""
    THIS_HOST = "this-host"
    """The remote address is this host's own: nothing leaves it."""
    ONE_OF_SEVERAL = "one-of-several"
    """A multipath route has this way as well; the kernel's hash picks one for each flow."""
    ADDRESS_ON_LOOPBACK = "address-on-loopback"
    """The local address is held by lo on purpose, so every interface is right for it."""
    OTHER_DEVICE = "other-device"
    OTHER_SOURCE = "other-source"
    ADDRESS_GONE = "address-gone"
    """No interface has the local address any more."""
    REFUSED = "refused"
    """The kernel has no way; `now` is the errno."""
    NOT_ASKED = "not-asked"
    """No route was looked up, or the answer lacks what is compared."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A reason with the values that it compares: interface names (untrusted), addresses, or an errno."""

    reason: Reason
    was: bytes | Address | None = None
    """What the connection has."""
    now: bytes | Address | str | None = None
    """What the route says today."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """A verdict and what it rests on, most deciding first."""

    verdict: Verdict
    grounds: tuple[Ground, ...]


def question_about(flow: Flow, direction: int) -> Flow:
    """Put the question whose answer agreement() judges.

    Args:
        flow: the connection as it is, with its local address as source.
        direction: DIRECTION_* of monitor.model.sample.
    """
    return replace(flow, source=None) if direction == DIRECTION_DIALLED else flow


def agreement(local: Endpoint, direction: int, owner: bytes | None, decision: RouteDecision | None) -> Agreement:
    """Compare a connection with today's answer to question_about().

    Args:
        local: the connection's local endpoint.
        direction: DIRECTION_* of monitor.model.sample; an unknown one is judged like an accepted one.
        owner: name of the interface that owns the local address; None where none does.
        decision: the kernel's answer; None where it was not asked.
    """
    if decision is None:
        return _because(Verdict.UNKNOWN, Ground(Reason.NOT_ASKED))
    address = unmapped(local.address)
    if owner is None and isinstance(address, IPv4Address) and address.is_loopback:
        # All of 127.0.0.0/8 is local through lo, though as a rule only 127.0.0.1 is listed.
        owner = LOOPBACK
    gone = Ground(Reason.ADDRESS_GONE, was=address)
    if decision.errno == "EADDRNOTAVAIL":
        return _because(Verdict.NO_WAY, gone)
    if decision.errno is not None:
        return _because(Verdict.NO_WAY, Ground(Reason.REFUSED, now=decision.errno))
    if direction != DIRECTION_DIALLED:
        return _by_device(owner, decision)
    if owner is None:
        return _because(Verdict.NO_WAY, gone)
    return _by_source(address, owner, decision)


def _by_device(owner: bytes | None, decision: RouteDecision) -> Agreement:
    if decision.type == "local":
        return _because(Verdict.AGREES, Ground(Reason.THIS_HOST, was=owner))
    if owner is None or decision.device is None:
        # The kernel took the address as source though no interface lists it: a route makes it local (AnyIP).
        return _because(Verdict.UNKNOWN, Ground(Reason.NOT_ASKED))
    if owner == decision.device:
        return _because(Verdict.AGREES, Ground(Reason.SAME_DEVICE, was=owner, now=decision.device))
    if owner == LOOPBACK:
        return _because(Verdict.AGREES, Ground(Reason.ADDRESS_ON_LOOPBACK, was=owner, now=decision.device))
    if any(hop.device == owner for hop in decision.alternatives):
        return _because(Verdict.AGREES, Ground(Reason.ONE_OF_SEVERAL, was=owner, now=decision.device))
    return _because(Verdict.ELSEWHERE, Ground(Reason.OTHER_DEVICE, was=owner, now=decision.device))


def _by_source(address: Address, owner: bytes, decision: RouteDecision) -> Agreement:
    if decision.type == "local":
        # Only a program that bound its socket itself talks to its own host from another address than the route's.
        return _because(Verdict.AGREES, Ground(Reason.THIS_HOST, was=address, now=decision.source))
    if decision.source is None:
        return _because(Verdict.UNKNOWN, Ground(Reason.NOT_ASKED))
    if decision.source == address:
        return _because(Verdict.AGREES, Ground(Reason.SAME_SOURCE, was=address, now=decision.source))
    if any(hop.source == address for hop in decision.alternatives):
        return _because(Verdict.AGREES, Ground(Reason.ONE_OF_SEVERAL, was=address, now=decision.source))
    grounds = [Ground(Reason.OTHER_SOURCE, was=address, now=decision.source)]
    if decision.device is not None and decision.device != owner:
        grounds.append(Ground(Reason.OTHER_DEVICE, was=owner, now=decision.device))
    return Agreement(Verdict.ELSEWHERE, tuple(grounds))


def _because(verdict: Verdict, ground: Ground) -> Agreement:
    return Agreement(verdict, (ground,))
