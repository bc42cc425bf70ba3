"""A filter's tree back to the line that says it: parse(describe(tree)) is the tree again."""

from __future__ import annotations

import re

from monitor.errors import InputError
from monitor.model.tcp import PROTOCOL_TCP
from monitor.presentation.filter_fields import WILDCARDS
from monitor.presentation.filter_numbers import number_text
from monitor.presentation.filter_operators import is_operator, is_sign, split_operator
from monitor.presentation.filter_places import FAMILIES
from monitor.presentation.filter_quotes import quoted
from monitor.presentation.filter_states import states_text
from monitor.presentation.filter_tree import (
    AddressIn,
    And,
    DeviceIs,
    DirectionIs,
    EndpointIs,
    Everything,
    FamilyIs,
    Filter,
    GroupIs,
    HasTrouble,
    InterfaceIs,
    IsAutobound,
    LeavesElsewhere,
    MarkIs,
    NameMatches,
    NamespaceIs,
    Not,
    NumberIs,
    Or,
    PidIs,
    PortIn,
    PortIs,
    ProcessContains,
    ProtocolIs,
    ReachIs,
    Side,
    StateIn,
    StateIs,
    Text,
    UserIs,
)
from monitor.presentation.filter_words import JOINING_WORDS, WORDS, read_word, split_field
from monitor.presentation.safe_text import safe_text

_NAMED = {ProcessContains: "proc", UserIs: "user", InterfaceIs: "iface", DeviceIs: "dev", NamespaceIs: "netns"}
_WORD = re.compile(r'[^\s()"!][^\s()"]*')


def describe(tree: Filter) -> str:
    """Write the usual form of a filter; Everything is the empty line. Unlike a typed line it is safe to be shown."""
    return "" if tree == Everything() else _written(tree)


def _written(tree: Filter) -> str:
    match tree:
        case And(parts):
            return " ".join(_within(part, (And, Or)) for part in parts)
        case Or(parts):
            return " or ".join(_within(part, (Or,)) for part in parts)
        case Not(part):
            return "not " + _within(part, (And, Or))
        case Everything():
            return "()"
        case _:
            return _condition(tree)


def _within(tree: Filter, bracketed: tuple[type, ...]) -> str:
    return f"({_written(tree)})" if isinstance(tree, bracketed) else _written(tree)


def _condition(tree: Filter) -> str:
    match tree:
        case Text(needle):
            return needle if _is_searched_for(needle) else quoted(needle)
        case ProcessContains(name) | UserIs(name) | InterfaceIs(name) | DeviceIs(name) | NamespaceIs(name):
            return f"{_NAMED[type(tree)]} {as_value(name)}"
        case GroupIs(name, value):
            return f"{name.value} {as_value(value)}"
        case NameMatches(name, pattern):
            return f"{name.value} ~ {as_value(pattern, wildcards=frozenset())}"
        case _:
            return _self_evident(tree)


def _self_evident(tree: Filter) -> str:
    """Write what stands for itself, or has a value that needs no quotes."""
    match tree:
        case StateIs(name):
            return name.lower()
        case PortIs() | PortIn() | AddressIn() | EndpointIs():
            place = _place(tree)
            return place if tree.side is Side.EITHER else f"{tree.side.value} {as_value(place)}"
        case ProtocolIs(protocol):
            return "tcp" if protocol == PROTOCOL_TCP else "udp"
        case FamilyIs(family):
            return "family " + next(name for name, number in FAMILIES.items() if number == family)
        case DirectionIs() | LeavesElsewhere() | HasTrouble() | IsAutobound():
            return next(word for word, (meant, _) in WORDS.items() if meant == tree)
        case _:
            return _compared(tree)


def _compared(tree: Filter) -> str:
    """Write a field and its value."""
    match tree:
        case StateIn(names):
            # With a blank it would hold for the whole line.
            return f"state:{states_text(names)}"
        case PidIs(pid):
            return f"pid {pid}"
        case NumberIs():
            return number_text(tree)
        case MarkIs(mark, mask):
            return f"fwmark {mark:#x}/{mask:#x}"
        case ReachIs(reach):
            return f"reach {reach.value}"
        case _:
            raise TypeError(tree)


def _place(tree: PortIs | PortIn | AddressIn | EndpointIs) -> str:
    match tree:
        case PortIs(port):
            return f":{port}"
        case PortIn(first, last):
            return f":{first}-{last}"
        case AddressIn(network):
            return str(network.network_address if network.prefixlen == network.max_prefixlen else network)
        case EndpointIs(endpoint):
            return str(endpoint)


def _is_searched_for(needle: str) -> bool:
    """Tell whether a needle may stand without quotes and means nothing else."""
    if not _WORD.fullmatch(needle) or needle.lower() in JOINING_WORDS or safe_text(needle) != needle:
        return False
    # Behind another word it would be read as what is asked of that one.
    if is_sign(needle):
        return False
    try:
        return split_field(needle) is None and read_word(needle) == Text(needle)
    except InputError:
        return False


def as_value(text: str, wildcards: frozenset[str] = WILDCARDS) -> str:
    """Write the value of a field; with quotes where it would mean something else, or cannot be shown."""
    is_plain = (
        _WORD.fullmatch(text)
        and not is_operator(text)
        and not split_operator(text)[0]
        and text.lower() not in JOINING_WORDS
        and wildcards.isdisjoint(text)
    )
    return text if is_plain and safe_text(text) == text else quoted(text)
