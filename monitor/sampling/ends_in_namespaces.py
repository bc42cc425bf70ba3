"""Finds the other ends of connections between network namespaces, and asks whether a veth pair joins them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.errors import KernelError, WireError
from monitor.kernel.veth_peers import Peer, read_peers
from monitor.model.endpoint import address_words
from monitor.model.namespace import Namespace
from monitor.model.row_namespaces import RowNamespaces
from monitor.model.sample import Interval
from monitor.reasoning.ends_elsewhere import EndElsewhere, ends_elsewhere


@dataclass(frozen=True, slots=True)
class FoundEnd:
    """A socket that is the other end of a connection."""

    row: int
    is_certain: bool
    """It is the only one, and the interfaces that own both addresses are the two ends of one veth pair; else likely."""


def find_ends(joined: Interval, parts: Sequence[Interval]) -> dict[int, tuple[FoundEnd, ...]]:
    """Find by row of the joined interval what is at its other end in another namespace; rows without are left out.

    Args:
        joined: Of several namespaces.
        parts: The interval of each of them, whose addresses are read, in the order of its namespaces.
    """
    places = joined.namespaces
    if places is None:
        return {}
    owned = [{address_words(one.address): one.link for one in part.sample.network.addresses} for part in parts]
    ends = ends_elsewhere(joined.table, places, owned)
    asker = _PeerAsker(places, ends)
    return {row: tuple(FoundEnd(end.row, asker.are_peers(row, found)) for end in found) for row, found in ends.items()}


class _PeerAsker:
    """Asks in each namespace once."""

    def __init__(self, places: RowNamespaces, ends: Mapping[int, Sequence[EndElsewhere]]) -> None:
        self._places = places
        self._peers: dict[int, Mapping[int, Peer]] = {}
        self._others: dict[int, dict[int, Namespace]] = {}
        for row, found in ends.items():
            others = self._others.setdefault(places.of_row(row).number, {})
            others.update((other.number, other) for other in (places.of_row(end.row) for end in found))

    def are_peers(self, row: int, found: Sequence[EndElsewhere]) -> bool:
        """Tell whether the only thing that was found is joined to the row by a veth pair."""
        if len(found) > 1 or not found[0].near_link:
            return False
        wanted = Peer(self._places.of_row(found[0].row).number, found[0].link)
        return self._peers_of(self._places.of_row(row)).get(found[0].near_link) == wanted

    def _peers_of(self, namespace: Namespace) -> Mapping[int, Peer]:
        if namespace.number not in self._peers:
            try:
                peers = read_peers(namespace, tuple(self._others[namespace.number].values()))
            except (KernelError, WireError):
                # What the kernel does not confirm stays likely.
                peers = {}
            self._peers[namespace.number] = peers
        return self._peers[namespace.number]
