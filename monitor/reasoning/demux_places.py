"""The segments of a question: one; or one for each local address at which a port can be met, without a source."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import numpy as np

from monitor.model.endpoint import Endpoint, address_from_words, unmapped
from monitor.model.links import endpoint_on
from monitor.model.receiver import ReceiverQuestion
from monitor.model.sample import Network
from monitor.model.segment import Segment
from monitor.model.socket_table import SocketTable


def segments_of(question: ReceiverQuestion, table: SocketTable, network: Network) -> list[Segment]:
    """List what is asked about: one segment, or what new clients may send to each local address.

    Args:
        question: who gets it.
        table: the sockets, whose own addresses count as well: 127.0.0.53 is local without being listed.
        network: links and addresses.
    """
    if question.segment is not None:
        return [question.segment]
    protocol, asked, device = question.protocol, question.destination, question.device
    port, version = (asked.port, asked.address.version) if isinstance(asked, Endpoint) else (asked, 0)
    found = dict.fromkeys((*_listed(network, port), *_taken(table, protocol, port)))
    return [Segment(protocol, place, None, device) for place in found if version in (0, place.address.version)]


def _listed(network: Network, port: int) -> Iterator[Endpoint]:
    links = {link.index: link for link in network.links}
    for entry in network.addresses:
        link = links.get(entry.link)
        if link is not None and not entry.is_tentative:
            yield endpoint_on(link, entry.address, port)


def _taken(table: SocketTable, protocol: int, port: int) -> Iterator[Endpoint]:
    """Give the loopback addresses that sockets wait on."""
    waits = (table.is_listener | table.is_udp_unconnected) & (table.local_port == port) & (table.protocol == protocol)
    words = np.unique(np.stack([table.local_high[waits], table.local_low[waits]], axis=1), axis=0)
    for high, low in words.tolist():
        address = unmapped(address_from_words(high, low, socket.AF_INET6))
        if address.is_loopback:
            yield Endpoint(address, port)
