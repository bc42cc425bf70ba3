"""Where a waiting socket can be reached, interface by interface, and who gets the clients where it does not."""

from __future__ import annotations

from monitor.model.endpoint import Endpoint, unmapped
from monitor.model.sample import Interval
from monitor.model.tcp import PROTOCOL_TCP
from monitor.presentation.demux_names import SocketNames
from monitor.presentation.row_text import RowTexts
from monitor.presentation.safe_text import safe_text
from monitor.presentation.text_line import TextLine, plain
from monitor.presentation.view import Cell, Role
from monitor.reasoning.reachability import ReachableAt, reachable_at
from monitor.reasoning.takers import Place, takers_at

_DEVICE_WIDTH = 9
_BOTH_STACKS = "for IPv4 and IPv6"


def listener_lines(interval: Interval, row: int) -> list[TextLine]:
    """Say where a listener can be reached, who else gets clients there, and for which packets it is."""
    if not interval.sample.network.is_read:
        return [plain("reading the addresses of this machine …", Role.DIM)]
    places = places_of(interval, row)
    if not places:
        return [plain("no interface that is up has its address: nobody can reach it", Role.TROUBLE)]
    lines = [plain("Reachable at", Role.HEADING)]
    device = b""
    for place, others in zip(places, _others(interval, row, places), strict=True):
        name = "" if place.device == device else safe_text(place.device)
        device = place.device
        lines.append(
            TextLine((Cell(f"{name:<{_DEVICE_WIDTH}}", Role.NAME), Cell(safe_text(str(place.endpoint)), Role.LOCAL)))
        )
        if others:
            who = f"clients there get {_named(interval, others)}"
            lines.append(TextLine((Cell(" " * _DEVICE_WIDTH), Cell(who, Role.NOTE))))
    return [*lines, plain(f"{stack_words(interval, row)}{_other_family(interval, row)}", Role.DIM)]


def reach_strip(interval: Interval, row: int) -> TextLine:
    """Say in one line where a listener can be reached."""
    if not bool(interval.table.is_listener[row] | interval.table.is_udp_unconnected[row]):
        return plain(" bound only: it holds its port and neither listens nor connects", Role.DIM)
    if not interval.sample.network.is_read:
        return plain(" reading the addresses of this machine …", Role.DIM)
    places = places_of(interval, row)
    if not places:
        return plain(" no interface that is up has its address: nobody can reach it", Role.TROUBLE)
    addresses = dict.fromkeys(safe_text(place.endpoint.address_text) for place in places)
    taken = sum(map(bool, _others(interval, row, places)))
    instead = f"; others get the clients at {taken} of them" if taken else ""
    return plain(f" reachable at {' '.join(addresses)}, {stack_words(interval, row)}{instead}")


def stack_words(interval: Interval, row: int) -> str:
    """Say for which packets a waiting socket is: "for IPv4 and IPv6"."""
    local = interval.table.local(row)
    if unmapped(local.address).version == 4:  # noqa: PLR2004 - IPv4
        return "for IPv4 only"
    if not local.is_wildcard:
        return "for IPv6 only"
    return "for IPv6 only" if int(interval.table.v6only[row]) == 1 else _BOTH_STACKS


def places_of(interval: Interval, row: int) -> list[ReachableAt]:
    """List where a waiting socket can be reached, by interface."""
    return _places(interval, row, RowTexts(interval).local(row))


def _other_family(interval: Interval, row: int) -> str:
    """Say who gets the clients of the other family on the port of a wildcard listener: "; IPv6 clients get …"."""
    local = RowTexts(interval).local(row)
    if not local.is_wildcard or stack_words(interval, row) == _BOTH_STACKS:
        return ""
    is_ipv4 = unmapped(local.address).version == 4  # noqa: PLR2004 - IPv4
    wildcard = Endpoint.parse(f"[::]:{local.port}" if is_ipv4 else f"0.0.0.0:{local.port}")
    places = _places(interval, row, wildcard, is_v6_only=True)
    takers = dict.fromkeys(row for rows in takers_at(interval, row, _asked(interval, places)) for row in rows)
    family = "IPv6" if is_ipv4 else "IPv4"
    if not takers:
        refusal = "refused" if int(interval.table.protocol[row]) == PROTOCOL_TCP else "not served"
        return f"; {family} clients are {refusal}" if places else ""
    return f"; {family} clients get {_named(interval, tuple(takers))}"


def _others(interval: Interval, row: int, places: list[ReachableAt]) -> list[tuple[int, ...]]:
    """Give for each place who gets its clients; nobody where it is the row itself, or those that share its endpoint."""
    return [() if row in rows else rows for rows in takers_at(interval, row, _asked(interval, places))]


def _named(interval: Interval, rows: tuple[int, ...]) -> str:
    """Name who has the sockets, by their endpoint where that is one."""
    names, texts = SocketNames(RowTexts(interval)), RowTexts(interval)
    who = ", ".join(dict.fromkeys(names.who(row) for row in rows))
    places = list(dict.fromkeys(safe_text(str(texts.local(row))) for row in rows))
    return f"{who} on {places[0]}" if len(places) == 1 else who


def _asked(interval: Interval, places: list[ReachableAt]) -> list[Place]:
    indexes = {link.name: link.index for link in interval.sample.network.links}
    return [Place(place.endpoint, indexes[place.device]) for place in places]


def _places(interval: Interval, row: int, local: Endpoint, *, is_v6_only: bool = False) -> list[ReachableAt]:
    network = interval.sample.network
    return reachable_at(
        local,
        is_v6_only=is_v6_only or int(interval.table.v6only[row]) == 1,
        device=int(interval.table.device[row]),
        links=network.links,
        addresses=network.addresses,
    )
