"""What is asked about a route, as words: "198.51.100.7:443 udp uid=33 dev=eth0", or with the command's own dashes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.errors import InputError
from monitor.model.endpoint import Address, Endpoint, parse_port, shown
from monitor.model.links import link_named
from monitor.model.route import Flow, Link
from monitor.model.tcp import PROTOCOL_TCP
from monitor.presentation.option_words import PROTOCOLS, option_words

SELECTORS = ("proto", "uid", "mark", "dev", "src", "sport", "dport", "tos")
"""What takes a value: "uid=33", or as the command has it "--uid 33"."""
_NUMBER = re.compile(r"0x[0-9a-fA-F]{1,8}|[0-9]{1,10}", re.ASCII)
_UNNAMED_PORT = -1
"""Beside 0, which can be named, and is refused."""
_MAX_BYTE = 0xFF
_MAX_WORD = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteQuestion:
    """A question in the user's words: the interface by name, and what was left out still out."""

    remote: Endpoint
    """With port 0 where none was named."""
    protocol: int | None = None
    """None where nothing was said; TCP stands in."""
    source: Address | None = None
    source_port: int | None = None
    device: str | None = None
    mark: int | None = None
    uid: int | None = None
    """None for whoever asks the kernel."""
    tos: int | None = None

    @classmethod
    def of_words(cls, remote: str, selectors: Mapping[str, str]) -> RouteQuestion:
        """Read a remote endpoint, and selectors by their names.

        Raises:
            InputError: one of them is malformed, or two contradict each other.
        """
        endpoint = Endpoint.parse(remote, default_port=_UNNAMED_PORT)
        port = parse_port(selectors["dport"]) if "dport" in selectors else endpoint.port
        if endpoint.port not in (_UNNAMED_PORT, port):
            raise InputError(f"two remote ports are named, {endpoint.port} and {port}")
        if port == 0:
            raise InputError("nothing can be sent to port 0; name a port from 1 on, or none")
        return cls(
            remote=Endpoint(endpoint.address, 0 if port == _UNNAMED_PORT else port, endpoint.zone),
            protocol=_protocol(selectors["proto"]) if "proto" in selectors else None,
            source=_source(selectors["src"]) if "src" in selectors else None,
            source_port=parse_port(selectors["sport"]) if "sport" in selectors else None,
            device=selectors.get("dev"),
            mark=_number("mark", selectors, _MAX_WORD),
            uid=_number("uid", selectors, _MAX_WORD - 1),
            tos=_number("tos", selectors, _MAX_BYTE),
        )

    @property
    def names_interface(self) -> bool:
        """Whether flow() needs the links to know what is meant."""
        return self.device is not None or self.remote.zone is not None

    def flow(self, links: Sequence[Link]) -> Flow:
        """Put it in the kernel's terms.

        Raises:
            InputError: it names an interface that is not among the links.
        """
        if self.remote.zone is not None:
            link_named(self.remote.zone, links)
        return Flow(
            remote=self.remote.address,
            zone=self.remote.zone,
            protocol=PROTOCOL_TCP if self.protocol is None else self.protocol,
            source=self.source,
            source_port=self.source_port,
            remote_port=self.remote.port or None,
            device=None if self.device is None else link_named(self.device, links).index,
            mark=self.mark,
            uid=self.uid,
            tos=self.tos,
        )


def parse_question(text: str) -> RouteQuestion:
    """Read what was typed: a remote endpoint, and selectors in any order; of one given twice the last counts.

    Raises:
        InputError: a word is none of these; the message names it.
    """
    remote: str | None = None
    selectors: dict[str, str] = {}
    for name, value in option_words(text, SELECTORS):
        if name and not value:
            raise InputError(f"{name} takes a value: {name}=…")
        if name:
            selectors[name] = value
        elif value.startswith("-") or "=" in value:
            raise InputError(f'"{shown(value)}" is no selector; these are: {", ".join(SELECTORS)}')
        elif remote is None:
            remote = value
        else:
            raise InputError(f'one remote endpoint at a time: "{shown(remote)}" and "{shown(value)}"')
    if remote is None:
        raise InputError("an address is missing: 198.51.100.7, 198.51.100.7:443 or [2001:db8::7]:443")
    return RouteQuestion.of_words(remote, selectors)


def _protocol(text: str) -> int:
    named = PROTOCOLS.get(text.lower())
    return _read("proto", text, _MAX_BYTE) if named is None else named


def _source(text: str) -> Address:
    source = Endpoint.parse(text, default_port=0)
    if source.port:
        raise InputError(f'src takes an address without a port, not "{shown(text)}"; sport is for the port')
    if source.zone is not None:
        raise InputError(f'src takes an address without an interface, not "{shown(text)}"; dev is for the interface')
    return source.address


def _number(name: str, selectors: Mapping[str, str], largest: int) -> int | None:
    return _read(name, selectors[name], largest) if name in selectors else None


def _read(name: str, text: str, largest: int) -> int:
    base = 16 if text.startswith("0x") else 10
    if not _NUMBER.fullmatch(text) or int(text, base) > largest:
        raise InputError(f'{name} takes a number from 0 to {largest}, not "{shown(text)}"')
    return int(text, base)
