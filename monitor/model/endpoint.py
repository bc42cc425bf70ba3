"""Endpoint: an address and a port, one side of a pair."""

from __future__ import annotations

import re
import socket
from abc import ABC
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING

from monitor.errors import InputError

if TYPE_CHECKING:
    Address = IPv4Address | IPv6Address
else:

    class Address(ABC):  # noqa: B024 - nothing to implement: the two kinds are registered
        """Either kind of IP address, as one class that a decoder of frames can name."""

    Address.register(IPv4Address)
    Address.register(IPv6Address)

MAPPED_IPV4 = 0xFFFF << 32
"""The low word of ::ffff:0.0.0.0; the high word of a mapped address is 0."""

LINK_LOCAL_HIGHS = range(0xFE80 << 48, 0xFEC0 << 48)
"""High words of the addresses that need a zone: fe80::/10."""

_LOW_WORD = (1 << 64) - 1
_PORT = re.compile(r"[0-9]{1,5}", re.ASCII)
_NAME = re.compile(r"(?=.*[a-zA-Z])[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)*\.?", re.ASCII)
"""What could be the name of a host."""
_BRACKETED = re.compile(r"\[(?P<address>[^\[\]]*)\](?::(?P<port>.*))?", re.DOTALL)
MAX_PORT = 65535


def unmapped(address: Address) -> Address:
    """Give the IPv4 address of a mapped one (::ffff:192.0.2.1), any other as it is."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return address if mapped is None else mapped


def address_words(address: Address) -> tuple[int, int]:
    """Give an address as two 64-bit words, high and low; IPv4 in its mapped form, as the columns hold it."""
    if isinstance(address, IPv4Address):
        return 0, MAPPED_IPV4 | int(address)
    return int(address) >> 64, int(address) & _LOW_WORD


def address_from_words(high: int, low: int, family: int) -> Address:
    """Give back the address of two column words.

    A mapped address on an AF_INET6 socket stays an IPv6Address, since that is what was bound.
    """
    if family == socket.AF_INET:
        return IPv4Address(low & 0xFFFF_FFFF)
    return IPv6Address((high << 64) | low)


def needs_zone(address: Address) -> bool:
    """Whether the address means something on one link only (fe80::/10); one of IPv4 is never written with a zone."""
    return isinstance(address, IPv6Address) and address.is_link_local


def packet_text(high: int, low: int, port: int) -> str:
    """Give str(endpoint.on_the_wire) straight from the column words, for an endpoint that needs no zone."""
    if high == 0 and low >> 32 == MAPPED_IPV4 >> 32:
        return f"{socket.inet_ntop(socket.AF_INET, (low & 0xFFFF_FFFF).to_bytes(4))}:{port}"
    return f"[{socket.inet_ntop(socket.AF_INET6, ((high << 64) | low).to_bytes(16))}]:{port}"


def address_text(address: Address) -> str:
    """Give the text form that ss and ip use; mapped addresses keep their dotted tail."""
    family = socket.AF_INET if isinstance(address, IPv4Address) else socket.AF_INET6
    return socket.inet_ntop(family, address.packed)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One side of a pair; the RFC calls it a socket."""

    address: Address
    """The wildcard address stands for every local address."""
    port: int
    """0 where no port is named."""
    zone: str | None = None
    """The interface that a link-local IPv6 address belongs to; None where the address needs none."""

    @property
    def is_wildcard(self) -> bool:
        """Whether the address is 0.0.0.0, plain or mapped, or ::."""
        return self.on_the_wire.address.is_unspecified

    @property
    def on_the_wire(self) -> Endpoint:
        """The endpoint as packets carry it: an IPv6 socket speaks IPv4 under a mapped address (::ffff:192.0.2.1)."""
        address = unmapped(self.address)
        return self if address is self.address else Endpoint(address, self.port)

    @property
    def address_text(self) -> str:
        """The address with its zone, without brackets."""
        text = address_text(self.address)
        return f"{text}%{self.zone}" if self.zone else text

    def __str__(self) -> str:
        """Give "192.0.2.1:443" or "[2001:db8::1%eth0]:443"."""
        if isinstance(self.address, IPv6Address):
            return f"[{self.address_text}]:{self.port}"
        return f"{self.address_text}:{self.port}"

    @classmethod
    def parse(cls, text: str, *, default_port: int | None = None) -> Endpoint:
        """Read "address:port", "[v6]:port", or an address alone where a default port is given.

        Raises:
            InputError: the text names no endpoint; the message says which part is wrong.
        """
        address, port = _split(text)
        if port is None and default_port is None:
            raise InputError(f'no port in "{shown(text)}"; write address:port, or [address]:port for IPv6')
        host, zone = _split_zone(address, text)
        number = default_port if port is None else parse_port(port, context=text)
        return cls(_parse_address(host, text), number or 0, zone)


def parse_port(text: str, *, context: str | None = None) -> int:
    """Read a port number, 0 to 65535, digits only.

    Raises:
        InputError: no number, or out of range; the message repeats the context.
    """
    where = f' in "{shown(context)}"' if context is not None and context != text else ""
    if not _PORT.fullmatch(text):
        if text.isascii() and text.isdigit():
            raise InputError(f"port {shown(text)} is out of range{where}")
        raise InputError(f'"{shown(text)}" is no port number{where}')
    if int(text) > MAX_PORT:
        raise InputError(f"port {text} is out of range{where}")
    return int(text)


def _split(text: str) -> tuple[str, str | None]:
    bracketed = _BRACKETED.fullmatch(text)
    if bracketed:
        return bracketed["address"], bracketed["port"]
    if "[" in text or "]" in text:
        raise InputError(f'"{shown(text)}" is no endpoint; write [address]:port for IPv6')
    if text.count(":") == 1:
        address, port = text.split(":")
        return address, port
    return text, None


def _split_zone(address: str, text: str) -> tuple[str, str | None]:
    host, percent, zone = address.partition("%")
    if not percent:
        return host, None
    if not zone or ":" not in host:
        raise InputError(f'the zone in "{shown(text)}" is empty or belongs to no IPv6 address')
    return host, zone


def _parse_address(host: str, text: str) -> Address:
    try:
        return ip_address(host)
    except ValueError:
        unasked = "; names are never looked up" if _NAME.fullmatch(host) else ""
        raise InputError(f'"{shown(host or text)}" is no IP address{unasked}') from None


def shown(text: str) -> str:
    """Repeat what was typed, printable and short enough for one sentence."""
    clean = text[:60].encode("unicode_escape").decode("ascii")
    return clean + ("…" if len(text) > len(clean) and len(text) > 60 else "")  # noqa: PLR2004 - as clipped above
