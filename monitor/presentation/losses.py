"""What a row or a way needs and could lose: addresses, interfaces, a route; each with what would take it away."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network

from monitor.model.egress import NOT_KNOWN
from monitor.model.endpoint import Address, address_text
from monitor.model.route import RouteDecision
from monitor.model.sample import Interval
from monitor.presentation.reach_lines import places_of
from monitor.presentation.route_names import table_name
from monitor.presentation.safe_text import safe_text
from monitor.reasoning.what_if_gone import AddressGoes, Change, Going, InterfaceGoes, RouteGoes

_EVERYWHERE = {4: "0.0.0.0/0", 6: "::/0"}


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that may go. Its texts are safe."""

    change: Change
    name: str
    """As a sentence begins: "eth0 goes down"."""
    command: str
    """What would do it: "ip link set eth0 down"."""


def losses_of_row(interval: Interval, row: int, decision: RouteDecision | None) -> list[Loss]:
    """List what a connection needs, its address, interface and route; or a listener, where it is reached.

    Args:
        interval: The rows.
        row: One of them.
        decision: The kernel's answer about it; None where there is none.
    """
    table = interval.table
    if not bool(table.is_pair[row]):
        return _of_listener(interval, row)
    leaving = int(interval.interface[row])
    if interval.egress is not None and int(interval.egress.leaving[row]) != NOT_KNOWN:
        leaving = int(interval.egress.leaving[row])
    losses = [_address(table.local(row).on_the_wire.address), *_interface(interval, leaving)]
    return losses if decision is None else [*losses, *_route(decision)]


def losses_of_answer(interval: Interval, decision: RouteDecision) -> list[Loss]:
    """List what a way needs: its source address, its interface and its route."""
    address = [] if decision.source is None else [_address(decision.source)]
    return [*address, *_interface(interval, decision.device_index or 0), *_route(decision)]


def _of_listener(interval: Interval, row: int) -> list[Loss]:
    places = places_of(interval, row)
    indexes = {link.name: link.index for link in interval.sample.network.links}
    links = dict.fromkeys(indexes[place.device] for place in places)
    addresses = dict.fromkeys(place.endpoint.address for place in places)
    return [*map(_address, addresses), *(loss for link in links for loss in _interface(interval, link))]


def _address(address: Address) -> Loss:
    text = address_text(address)
    return Loss(AddressGoes(address), f"{text} goes", f"ip address del {text}")


def _interface(interval: Interval, index: int) -> list[Loss]:
    name = next((safe_text(link.name) for link in interval.sample.network.links if link.index == index), None)
    if name is None:
        return []
    return [
        Loss(InterfaceGoes(index), f"{name} goes down", f"ip link set {name} down"),
        Loss(InterfaceGoes(index, Going.REMOVED), f"{name} is removed", f"ip link del {name}"),
    ]


def _route(decision: RouteDecision) -> list[Loss]:
    prefix, index = decision.prefix, decision.device_index
    if prefix is None or decision.type != "unicast" or index is None:
        return []
    destination = ip_network(_EVERYWHERE[decision.flow.remote.version] if prefix == "default" else prefix)
    device, table = safe_text(decision.device or b""), table_name(decision.table)
    command = f"ip route del {prefix} dev {device} table {table}"
    return [Loss(RouteGoes(destination, index), f"route {prefix} by {device} goes", command)]
