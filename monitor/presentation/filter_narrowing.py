"""What of a filter the kernel can decide while it lists sockets.

The narrowed list holds every row that the filter chooses, and may hold others: the filter is asked of all of them
afterwards. So a condition that the kernel cannot decide is taken to hold, and under `not` to fail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from ipaddress import ip_network

from monitor.model.dump_narrowing import (
    AddressWithin,
    AllOf,
    AnyOf,
    Condition,
    DumpNarrowing,
    End,
    Narrowing,
    Negated,
    PortBetween,
)
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP, WAITING_STATES, TcpState, state_name
from monitor.presentation.filter_tree import (
    AddressIn,
    And,
    EndpointIs,
    Everything,
    Filter,
    Not,
    Or,
    PortIn,
    PortIs,
    ProtocolIs,
    Side,
    StateIn,
    StateIs,
)

_Answer = bool | Condition
"""Decided by the state alone, or by the kernel."""
_STATES = tuple(state for state in TcpState if not state.bit & WAITING_STATES)
"""Those of sockets with a peer: what waits for anybody is listed whole, whatever is asked of it."""


def narrowing_of(tree: Filter) -> DumpNarrowing | None:
    """Say which sockets have to be listed; None for all."""
    narrowing = DumpNarrowing(_narrowing(tree, PROTOCOL_TCP), _narrowing(tree, PROTOCOL_UDP))
    return None if narrowing == _NOT_NARROWED else narrowing


def lasting_narrowing_of(tree: Filter) -> DumpNarrowing | None:
    """Say which sockets have to be listed so that all is seen that happens to those of a filter; None for all.

    What is listed may change its state, and a UDP socket its ends; a TCP connection keeps its ends for as long as it
    lasts. So ends alone narrow, and those of TCP; UDP sockets are left out where the filter never chooses one.
    """
    tcp, udp = (_Reading(protocol, None).most(tree) for protocol in (PROTOCOL_TCP, PROTOCOL_UDP))
    of_tcp = _NONE if tcp is False else Narrowing(_ALL.states, None if tcp is True else tcp)
    narrowing = DumpNarrowing(of_tcp, _NONE if udp is False else _ALL)
    return None if narrowing == _NOT_NARROWED else narrowing


def _narrowing(tree: Filter, protocol: int) -> Narrowing:
    answers = {state: _Reading(protocol, state).most(tree) for state in _STATES}
    states = sum(state.bit for state, answer in answers.items() if answer is not False)
    wanted = dict.fromkeys(answer for answer in answers.values() if answer is not False)
    conditions = [answer for answer in wanted if not isinstance(answer, bool)]
    # In some states all are wanted: states beside it are one mask, with one condition for all.
    if not conditions or True in wanted:
        return Narrowing(states, None)
    return Narrowing(states, conditions[0] if len(conditions) == 1 else AnyOf(tuple(conditions)))


_ALL = Narrowing(sum(state.bit for state in _STATES), None)
_NONE = Narrowing(0, None)
_NOT_NARROWED = DumpNarrowing(_ALL, _ALL)


class _Reading:
    """What a filter asks of sockets of one protocol, in one state or in any: the state then decides nothing."""

    def __init__(self, protocol: int, state: TcpState | None) -> None:
        self._protocol = protocol
        self._name = None if state is None else state_name(protocol, state)

    def most(self, tree: Filter) -> _Answer:
        """Give what holds wherever the filter does."""
        match tree:
            case And(parts):
                return _all(self.most(part) for part in parts)
            case Or(parts):
                return _any(self.most(part) for part in parts)
            case Not(part):
                return _opposite(self.least(part))
            case _:
                answer = self._exact(tree)
                return True if answer is None else answer

    def least(self, tree: Filter) -> _Answer:
        """Give what holds nowhere else than the filter does."""
        match tree:
            case And(parts):
                return _all(self.least(part) for part in parts)
            case Or(parts):
                return _any(self.least(part) for part in parts)
            case Not(part):
                return _opposite(self.most(part))
            case _:
                answer = self._exact(tree)
                return False if answer is None else answer

    def _exact(self, tree: Filter) -> _Answer | None:
        """Give what decides a condition; None where neither state nor kernel does."""
        match tree:
            case Everything():
                return True
            case StateIs() | StateIn() if self._name is None:
                return None
            case StateIs(name):
                return name == self._name
            case StateIn(names):
                return self._name in names
            case ProtocolIs(protocol):
                return protocol == self._protocol
            case _:
                return self._place(tree)

    def _place(self, tree: Filter) -> _Answer | None:
        match tree:
            case PortIs(port, side):
                return self._at(side, lambda end: PortBetween(end, port, port))
            case PortIn(first, last, side):
                return self._at(side, lambda end: PortBetween(end, first, last))
            case AddressIn(network, side):
                return self._at(side, lambda end: AddressWithin(end, network))
            case EndpointIs(endpoint, side) if endpoint.zone is None:
                network = ip_network(endpoint.address)
                return self._at(
                    side,
                    lambda end: AllOf(
                        (AddressWithin(end, network), PortBetween(end, endpoint.port, endpoint.port)),
                    ),
                )
            case _:
                return None

    def _at(self, side: Side, condition: Callable[[End], Condition]) -> _Answer:
        if side is Side.LOCAL:
            return condition(End.LOCAL)
        remote = condition(End.REMOTE)
        return _any((condition(End.LOCAL), remote)) if side is Side.EITHER else remote


def _all(answers: Iterable[_Answer]) -> _Answer:
    parts = []
    for answer in answers:
        if answer is False:
            return False
        if answer is not True:
            parts.append(answer)
    return True if not parts else parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def _any(answers: Iterable[_Answer]) -> _Answer:
    parts = []
    for answer in answers:
        if answer is True:
            return True
        if answer is not False:
            parts.append(answer)
    return False if not parts else parts[0] if len(parts) == 1 else AnyOf(tuple(parts))


def _opposite(answer: _Answer) -> _Answer:
    match answer:
        case bool():
            return not answer
        case Negated(part):
            return part
        case _:
            return Negated(answer)
