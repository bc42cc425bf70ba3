"""Ports, addresses, networks and endpoints of the filter line, in our words and as the HOST of ss(8)."""

from __future__ import annotations

import re
import socket
from dataclasses import replace
from difflib import get_close_matches
from ipaddress import IPv6Address, ip_address, ip_network

from monitor.errors import InputError
from monitor.model.endpoint import Endpoint, parse_port
from monitor.model.service_names import SERVICES
from monitor.presentation.filter_operators import Operator
from monitor.presentation.filter_tree import (
    AddressIn,
    And,
    EndpointIs,
    Everything,
    FamilyIs,
    Filter,
    InterfaceIs,
    Not,
    Or,
    PortIn,
    PortIs,
    Side,
)
from monitor.presentation.safe_text import safe_text

LAST_PORT = 0xFFFF
_FOUR_NUMBERS = re.compile(r"[0-9]+(?:\.[0-9]+){3}(?P<port>:.*)?", re.ASCII | re.DOTALL)
_BRACKETED = re.compile(r"\[(?=[0-9A-Fa-f.]*:)[0-9A-Fa-f:.]*(?:%[^\]]*)?\](?P<port>:.*)?", re.DOTALL)
_NETWORK = re.compile(
    r"(?P<open>\[)?(?P<address>[0-9]{1,3}|[0-9A-Fa-f]*[.:][0-9A-Fa-f.:]*)/(?P<length>[^:\]]*)(?(open)\])(?P<port>:.*)?",
    re.DOTALL,
)
_IPV4_START = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){0,2}")
"""As ss has it: what is missing of an IPv4 network's address is 0."""
FAMILIES = {"inet": socket.AF_INET, "inet6": socket.AF_INET6}
_FAMILY = re.compile(r"(?P<family>inet6?):", re.IGNORECASE)
_RANGE = re.compile(r"(?P<first>[0-9]+)-(?P<last>[0-9]+)", re.ASCII)


def read_place(word: str) -> Filter | None:
    """Read a word that may be a port, an address, a network or an endpoint, at either side; None where it is none.

    Raises:
        InputError: it is one that cannot be.
    """
    network = _NETWORK.fullmatch(word)
    if network:
        return _at_port(read_network(network["address"], network["length"]), network["port"])
    if word.startswith(":") and not word.startswith("::"):
        return read_ports(word[1:])
    shaped = _FOUR_NUMBERS.fullmatch(word) or _BRACKETED.fullmatch(word)
    if shaped and shaped["port"] not in (None, ":*"):
        return _read_endpoint(word)
    if shaped:
        return _read_address(word.removesuffix(":*").strip("[]"))
    return _read_address(word) if is_bare_ipv6(word) else None


def read_place_at(side: Side, text: str) -> Filter:
    """Read a place of one side; a number alone is a port."""
    named = _FAMILY.match(text)
    if named is not None:
        of_family = FamilyIs(FAMILIES[named["family"].lower()])
        at = read_place_at(side, text[named.end() :])
        return of_family if at == Everything() else And((of_family, at))
    word = text
    if word in ("*", "*:*", ":*"):
        return Everything()
    word = word.removeprefix("*") if word.startswith("*:") else word
    place = read_ports(word) if word.isdigit() or _RANGE.fullmatch(word) else read_place(word)
    if place is None:
        raise InputError(f'"{safe_text(text, 60)}" is no address, network, endpoint or :port')
    return _moved(place, side)


def compare_ports(side: Side, operator: Operator, text: str) -> Filter:
    """Compare the port of one side, or that of either; a range can only be equal."""
    word = text.removeprefix("*").removeprefix(":")
    positive = operator.positive
    if positive is Operator.EQUAL:
        return operator.of(_moved(read_ports(word, least=0), side))
    port = _read_port(word)
    ranges = {
        Operator.ABOVE: (port + 1, LAST_PORT),
        Operator.AT_LEAST: (port, LAST_PORT),
        Operator.BELOW: (0, port - 1),
        Operator.AT_MOST: (0, port),
    }
    if positive not in ranges:
        raise InputError(f'"{operator.value}" cannot be asked of a port')
    first, last = ranges[positive]
    return PortIn(first, last, side) if first <= last else Not(Everything())


def is_bare_ipv6(word: str) -> bool:
    """Tell whether a word is an IPv6 address without brackets, which otherwise looks like a field and its value."""
    try:
        return ":" in word and bool(ip_address(word))
    except ValueError:
        return False


def read_ports(text: str, *, least: int = 1) -> PortIs | PortIn:
    """Read a port by its number or its service's name, or a range of ports: "443", "https", "8000-8999"."""
    parted = _RANGE.fullmatch(text)
    if parted:
        first, last = parse_port(parted["first"]), parse_port(parted["last"])
        if first > last:
            raise InputError(f"{first}-{last} is no range; the lower port stands first")
        return PortIn(first, last) if first != last or not first else _one_port(first, least)
    return _one_port(_read_port(text), least)


def read_network(address: str, length: str) -> AddressIn:
    """Read a network; of an IPv4 one only the first numbers may be there."""
    if _IPV4_START.fullmatch(address):
        address += ".0" * (3 - address.count("."))
    try:
        bits = 128 if isinstance(ip_address(address), IPv6Address) else 32
    except ValueError:
        raise InputError(f'"{safe_text(address, 60)}" is no IP address') from None
    if not re.fullmatch("[0-9]{1,3}", length) or int(length) > bits:
        raise InputError(f'prefix length "{safe_text(length, 60)}" is not one of 0 to {bits}')
    return AddressIn(ip_network(f"{address}/{length}", strict=False))


def _read_port(text: str) -> int:
    if text[:1].isdigit() or not text:
        return parse_port(text)
    lowered = text.lower()
    port = SERVICES.ports.get(lowered.encode("utf-8", "surrogateescape"))
    if port is None:
        # Of some ten thousand names only those that begin alike are compared: this is asked with every letter.
        known = (safe_text(name) for name in SERVICES.ports if lowered.startswith(chr(name[0])))
        *others, last = [*get_close_matches(lowered, known), "a number"]
        meant = f"{', '.join(others)} or {last}" if others else last
        raise InputError(f'"{safe_text(text, 60)}" is no port number and no known service; write {meant}')
    return port


def _one_port(port: int, least: int) -> PortIs | PortIn:
    if port == 0 and least:
        raise InputError("port 0 names no port; ports are 1 to 65535")
    return PortIs(port) if port else PortIn(0, 0)


def _read_endpoint(word: str) -> EndpointIs:
    host, colon, port = word.rpartition(":")
    endpoint = Endpoint.parse(word if port[:1].isdigit() else f"{host}{colon}{_read_port(port)}")
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


def _at_port(network: AddressIn, port: str | None) -> Filter:
    """Ask for a port beside a network, both at the same end."""
    if port is None or port == ":*":
        return network
    ports = read_ports(port[1:])
    sides = (Side.LOCAL, Side.REMOTE)
    return Or(tuple(And((replace(network, side=side), replace(ports, side=side))) for side in sides))


def _moved(place: Filter, side: Side) -> Filter:
    """Ask for a place at one side."""
    match place:
        case PortIs() | PortIn() | AddressIn() | EndpointIs():
            return replace(place, side=side)
        case Or((And() as at_one_end, _)):
            return _moved(at_one_end, side)
        case And(parts):
            return And(tuple(_moved(part, side) for part in parts))
        case _:
            return place
