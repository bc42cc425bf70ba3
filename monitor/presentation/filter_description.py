"""A filter's tree back to the line that says it: parse(describe(tree)) is the tree again."""

from __future__ import annotations

import re

from monitor.errors import InputError
from monitor.model.tcp import PROTOCOL_TCP
from monitor.presentation.filter_quotes import quoted
from monitor.presentation.filter_tree import (
    AddressIn,
    And,
    DirectionIs,
    EndpointIs,
    Everything,
    Filter,
    InterfaceIs,
    LeavesElsewhere,
    Not,
    Or,
    PidIs,
    PortIs,
    ProcessContains,
    ProtocolIs,
    Side,
    StateIs,
    Text,
    UserIs,
)
from monitor.presentation.filter_words import JOINING_WORDS, OPERATOR, read_word, split_field
from monitor.presentation.safe_text import safe_text

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
        case ProcessContains(needle):
            return f"proc {_value(needle)}"
        case UserIs(name):
            return f"user {_value(name)}"
        case InterfaceIs(name):
            return f"iface {_value(name)}"
        case PidIs(pid):
            return f"pid {pid}"
        case _:
            return _self_evident(tree)


def _self_evident(tree: Filter) -> str:
    """Write what needs no field before it."""
    match tree:
        case StateIs(name):
            return name.lower()
        case PortIs() | AddressIn() | EndpointIs():
            place = _place(tree)
            return place if tree.side is Side.EITHER else f"{tree.side.value} {_value(place)}"
        case ProtocolIs(protocol):
            return "tcp" if protocol == PROTOCOL_TCP else "udp"
        case DirectionIs(is_accepted):
            return "in" if is_accepted else "out"
        case LeavesElsewhere():
            return "elsewhere"
        case _:
            raise TypeError(tree)


def _place(tree: PortIs | AddressIn | EndpointIs) -> str:
    match tree:
        case PortIs(port):
            return f":{port}"
        case AddressIn(network):
            return str(network.network_address if network.prefixlen == network.max_prefixlen else network)
        case EndpointIs(endpoint):
            return str(endpoint)


def _is_searched_for(needle: str) -> bool:
    """Tell whether a needle may stand without quotes and means nothing else."""
    if not _WORD.fullmatch(needle) or needle.lower() in JOINING_WORDS or safe_text(needle) != needle:
        return False
    try:
        return split_field(needle) is None and read_word(needle) == Text(needle)
    except InputError:
        return False


def _value(text: str) -> str:
    is_plain = _WORD.fullmatch(text) and not OPERATOR.fullmatch(text) and text.lower() not in JOINING_WORDS
    return text if is_plain and safe_text(text) == text else quoted(text)
