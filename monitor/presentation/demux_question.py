"""What is asked about a receiver, as words: "8080", "198.51.100.7:51834 192.0.2.10:443 dev=eth0", "[::1]:53 udp"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.errors import InputError
from monitor.model.endpoint import Endpoint, parse_port, shown
from monitor.model.links import link_named
from monitor.model.receiver import ReceiverQuestion
from monitor.model.route import Link
from monitor.model.tcp import PROTOCOL_TCP
from monitor.presentation.option_words import PROTOCOLS, option_words
from monitor.presentation.route_names import protocol_name

_VALUED = ("dev", "proto")
_MISSING = "a port or an endpoint is missing: 8080, 192.0.2.10:8080, or where it comes from and where to"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemuxQuestion:
    """A question in the user's words: interfaces by name."""

    destination: Endpoint | int
    """Without a source also a port alone, or a wildcard address: every local address, or every one of its family."""
    source: Endpoint | None = None
    protocol: int = PROTOCOL_TCP
    device: str | None = None

    @classmethod
    def of_ends(
        cls, first: str, second: str | None = None, *, protocol: int = PROTOCOL_TCP, device: str | None = None
    ) -> DemuxQuestion:
        """Read a port or an endpoint; or where a segment comes from, and where it goes to.

        Raises:
            InputError: one of them is malformed, or the two do not go together.
        """
        if second is None:
            return cls(destination=_place(first), protocol=protocol, device=device)
        remote, local = _end(first), _end(second)
        if remote.address.version != local.address.version:
            raise InputError(f"{shown(str(remote))} can't send to {shown(str(local))}: IPv4 and IPv6 do not mix")
        if local.is_wildcard or not local.port:
            raise InputError(
                f"{shown(str(local))} is no destination of a segment: name an address and a port from 1 on"
            )
        return cls(destination=local, source=remote, protocol=protocol, device=device)

    @property
    def is_about_addresses(self) -> bool:
        """Whether it asks about several local addresses, one answer for each."""
        return isinstance(self.destination, int) or self.destination.is_wildcard

    @property
    def interfaces(self) -> tuple[str, ...]:
        """The interfaces that it names, also as zones; the device last."""
        ends = (self.source, self.destination)
        zones = dict.fromkeys(end.zone for end in ends if isinstance(end, Endpoint) and end.zone is not None)
        return (*zones, *([self.device] if self.device is not None else []))

    def resolved(self, links: Sequence[Link]) -> ReceiverQuestion:
        """Put it in the kernel's terms.

        Raises:
            InputError: it names an interface that is not among the links.
        """
        indexes = [link_named(name, links).index for name in self.interfaces]
        device = None if self.device is None else indexes[-1]
        return ReceiverQuestion(self.protocol, self.destination, self.source, device)

    def __str__(self) -> str:
        """Give it as it can be typed."""
        words = [str(end) for end in (self.source, self.destination) if end is not None]
        words += [] if self.protocol == PROTOCOL_TCP else [protocol_name(self.protocol)]
        words += [] if self.device is None else [f"dev={self.device}"]
        return " ".join(words)


def parse_question(text: str) -> DemuxQuestion:
    """Read what was typed: one or two ends, and options in any order; of one given twice the last counts.

    Raises:
        InputError: a word is none of these; the message names it.
    """
    ends: list[str] = []
    options: dict[str, str] = {}
    for name, value in option_words(text, _VALUED):
        if name:
            options[name] = _checked(name, value)
        elif value.startswith("-"):
            raise InputError(f'"{shown(value)}" is no option; dev=eth0 and udp are')
        else:
            ends.append(value)
    if not ends:
        raise InputError(_MISSING)
    if len(ends) > 2:  # noqa: PLR2004 - both ends of a pair
        raise InputError(f'two endpoints at most, where it comes from and where to: "{shown(ends[2])}" is a third')
    return DemuxQuestion.of_ends(*ends, protocol=PROTOCOLS[options.get("proto", "tcp")], device=options.get("dev"))


def _checked(name: str, value: str) -> str:
    if name == "proto" and value not in PROTOCOLS:
        raise InputError("proto takes tcp or udp")
    if not value:
        raise InputError("dev takes the name of an interface: dev=eth0")
    return value


def _end(text: str) -> Endpoint:
    return Endpoint.parse(text).on_the_wire


def _place(text: str) -> Endpoint | int:
    """Read a port alone, or an endpoint."""
    place = parse_port(text) if text.isascii() and text.isdigit() else _end(text)
    if not (place.port if isinstance(place, Endpoint) else place):
        raise InputError("no client can name port 0; name a port from 1 on")
    return place
