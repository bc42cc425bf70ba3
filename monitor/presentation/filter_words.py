"""What single words of the filter line mean: a state, a place, a field and its value; anything else is searched for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from ipaddress import IPv6Address, ip_address, ip_network

from monitor.errors import InputError
from monitor.model.endpoint import Endpoint, parse_port
from monitor.model.tcp import PROTOCOL_TCP, TcpState, state_name
from monitor.presentation.filter_tree import (
    AddressIn,
    And,
    DirectionIs,
    EndpointIs,
    Filter,
    InterfaceIs,
    LeavesElsewhere,
    PidIs,
    PortIs,
    ProcessContains,
    ProtocolIs,
    Side,
    StateIs,
    Text,
    UserIs,
)
from monitor.presentation.option_words import PROTOCOLS
from monitor.presentation.safe_text import safe_text

EQUALS = frozenset({":", "=", "=="})
"""What may stand between a field and its value, beside a blank."""
JOINING_WORDS = frozenset({"and", "or", "not"})
OPERATOR = re.compile(r"[:=!<>~]+")

_MAX_PID = 1 << 22
"""PID_MAX_LIMIT of include/linux/threads.h."""
_FIELD_AND_VALUE = re.compile(
    rf"(?P<field>[A-Za-z][A-Za-z_-]*)(?P<operator>{OPERATOR.pattern})(?P<value>.*)", re.DOTALL
)
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]+")
_FOUR_NUMBERS = re.compile(r"[0-9]+(?:\.[0-9]+){3}(?P<port>:.*)?", re.ASCII | re.DOTALL)
_BRACKETED = re.compile(r"\[(?=[0-9A-Fa-f.]*:)[0-9A-Fa-f:.]*(?:%[^\]]*)?\](?P<port>:.*)?", re.DOTALL)
_NETWORK = re.compile(r"(?P<address>[0-9A-Fa-f]*[.:][0-9A-Fa-f.:]*)/(?P<length>.*)", re.DOTALL)

_STATES = {
    **{name.lower(): name for name in [state_name(PROTOCOL_TCP, state) for state in TcpState] + ["UNCONN"]},
    "established": "ESTAB",
    "listening": "LISTEN",
    "syn-received": "SYN-RECV",
    "unconnected": "UNCONN",
}
_DIRECTIONS = {"in": DirectionIs(is_accepted=True), "out": DirectionIs(is_accepted=False)}


def read_word(word: str) -> Filter:
    """Read a word that stands alone.

    Raises:
        InputError: it is an address, network, port or field that cannot be; the message names the mistake.
    """
    lowered = word.lower()
    if lowered in _STATES:
        return StateIs(_STATES[lowered])
    if lowered in PROTOCOLS:
        return ProtocolIs(PROTOCOLS[lowered])
    if lowered in _DIRECTIONS:
        return _DIRECTIONS[lowered]
    if lowered == "elsewhere":
        return LeavesElsewhere()
    return _read_place(word) or Text(word)


def split_field(word: str) -> tuple[str, str] | None:
    """Part "pid:812" into its field and its value; the value of a field alone is empty. None where it is no field.

    Raises:
        InputError: no field has that name, or the operator is not one of EQUALS.
    """
    if word.lower() in FIELDS:
        return word.lower(), ""
    parted = _FIELD_AND_VALUE.fullmatch(word)
    if parted is None or _is_place(word):
        return None
    field = parted["field"].lower()
    if field in FIELDS:
        check_operator(parted["operator"])
        return field, parted["value"]
    # Unfinished IPv6 addresses look like this as well.
    if parted["operator"] not in EQUALS or _HEXADECIMAL.fullmatch(field):
        return None
    raise InputError(f'no field is called "{safe_text(field, 60)}"; {_nearest(field, FIELDS)}, or quote the word')


def check_operator(operator: str) -> None:
    """Refuse what stands between a field and its value and means something else than equality."""
    if operator not in EQUALS:
        shown = safe_text(operator, 60)
        raise InputError(f'"{shown}" cannot be asked; write field:value, with "not" before it for the opposite')


def _nearest(word: str, names: Iterable[str]) -> str:
    """Say which of the names may have been meant, or all of them."""
    *others, last = get_close_matches(word, list(names)) or sorted(names)
    return f"write {', '.join(others)} or {last}" if others else f"write {last}"


def _read_place(word: str) -> Filter | None:
    network = _NETWORK.fullmatch(word)
    if network:
        return _read_network(network["address"], network["length"])
    if word.startswith(":") and not word.startswith("::"):
        return _read_port(word[1:])
    shaped = _FOUR_NUMBERS.fullmatch(word) or _BRACKETED.fullmatch(word)
    if shaped and shaped["port"] is not None:
        return _read_endpoint(word)
    if shaped:
        return _read_address(word.strip("[]"))
    return _read_address(word) if _is_place(word) else None


def _read_place_at(side: Side, text: str) -> Filter:
    place = _read_port(text) if text.isdigit() else _read_place(text)
    match place:
        case PortIs() | AddressIn() | EndpointIs():
            return replace(place, side=side)
        case And((AddressIn() as address, zone)):
            return And((replace(address, side=side), zone))
        case _:
            raise InputError(f'"{safe_text(text, 60)}" is no address, network, endpoint or :port')


def _is_place(word: str) -> bool:
    """Tell whether a word is an IPv6 address without brackets, which otherwise looks like a field and its value."""
    try:
        return ":" in word and bool(ip_address(word))
    except ValueError:
        return False


def _read_port(text: str) -> PortIs:
    port = parse_port(text)
    if port == 0:
        raise InputError("port 0 names no port; ports are 1 to 65535")
    return PortIs(port)


def _read_endpoint(word: str) -> EndpointIs:
    endpoint = Endpoint.parse(word)
    if endpoint.port == 0:
        raise InputError("port 0 names no port; ports are 1 to 65535")
    return EndpointIs(endpoint)


def _read_address(text: str) -> Filter:
    host, _, zone = text.partition("%")
    try:
        address = ip_address(host)
    except ValueError:
        raise InputError(f'"{safe_text(host, 60)}" is no IP address') from None
    found = AddressIn(ip_network(address))
    return And((found, InterfaceIs(zone))) if zone else found


def _read_network(address: str, length: str) -> AddressIn:
    try:
        bits = 128 if isinstance(ip_address(address), IPv6Address) else 32
    except ValueError:
        raise InputError(f'"{safe_text(address, 60)}" is no IP address') from None
    if not re.fullmatch("[0-9]{1,3}", length) or not 1 <= int(length) <= bits:
        raise InputError(f'prefix length "{safe_text(length, 60)}" is not one of 1 to {bits}')
    return AddressIn(ip_network(f"{address}/{length}", strict=False))


def _read_pid(text: str) -> PidIs:
    if not re.fullmatch("[0-9]{1,7}", text) or not 1 <= int(text) <= _MAX_PID:
        raise InputError(f'"{safe_text(text, 60)}" is no process id; write 1 to {_MAX_PID}')
    return PidIs(int(text))


def _read_state(text: str) -> StateIs:
    name = _STATES.get(text.lower())
    if name is None:
        raise InputError(f'no state is called "{safe_text(text, 60)}"; {_nearest(text.lower(), _STATES)}')
    return StateIs(name)


def _read_protocol(text: str) -> ProtocolIs:
    protocol = PROTOCOLS.get(text.lower())
    if protocol is None:
        raise InputError(f'no protocol is called "{safe_text(text, 60)}"; write tcp or udp')
    return ProtocolIs(protocol)


FIELDS: dict[str, Callable[[str], Filter]] = {
    "pid": _read_pid,
    "user": UserIs,
    "proc": ProcessContains,
    "process": ProcessContains,
    "iface": InterfaceIs,
    "interface": InterfaceIs,
    "via": InterfaceIs,
    "state": _read_state,
    "port": _read_port,
    "local": partial(_read_place_at, Side.LOCAL),
    "remote": partial(_read_place_at, Side.REMOTE),
    "proto": _read_protocol,
}
"""By name: what reads the value, which is not empty."""
