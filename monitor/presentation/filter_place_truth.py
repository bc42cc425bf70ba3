"""Which rows have their ends where a filter asks: ports, networks, endpoints."""

from __future__ import annotations

import socket

import numpy as np

from monitor.model.endpoint import address_words
from monitor.model.socket_table import Bools, SocketTable
from monitor.presentation.filter_tree import AddressIn, EndpointIs, PortIn, PortIs, Side
from monitor.presentation.filter_truth import Truth, known
from monitor.presentation.row_search import RowSearch
from monitor.reasoning.address_ranges import is_in

_IPV4 = 4


def _port_is(tree: PortIs, rows: RowSearch) -> Truth:
    table = rows.table
    return known(_at_side(tree.side, table.local_port == tree.port, table.remote_port == tree.port, table))


def _port_in(tree: PortIn, rows: RowSearch) -> Truth:
    table = rows.table
    local = (table.local_port >= tree.first) & (table.local_port <= tree.last)
    remote = (table.remote_port >= tree.first) & (table.remote_port <= tree.last)
    return known(_at_side(tree.side, local, remote, table))


def _address_in(tree: AddressIn, rows: RowSearch) -> Truth:
    table, network = rows.table, tree.network
    local = is_in(network, table.local_high, table.local_low)
    remote = is_in(network, table.remote_high, table.remote_low)
    return known(_at_side(tree.side, local, remote, table) & _has_family(network.version, table))


def _endpoint_is(tree: EndpointIs, rows: RowSearch) -> Truth:
    table, endpoint = rows.table, tree.endpoint
    high, low = map(np.uint64, address_words(endpoint.address))
    local = (table.local_high == high) & (table.local_low == low) & (table.local_port == endpoint.port)
    remote = (table.remote_high == high) & (table.remote_low == low) & (table.remote_port == endpoint.port)
    found = _at_side(tree.side, local, remote, table) & _has_family(endpoint.address.version, table)
    if endpoint.zone is None:
        return known(found)
    is_there = np.isin(table.device, rows.interfaces(lambda name: name == endpoint.zone))
    return Truth(found & is_there & table.knows_device, ~found | (~is_there & table.knows_device))


def _at_side(side: Side, local: Bools, remote: Bools, table: SocketTable) -> Bools:
    """Join what is true of the endpoints of each side; a row without a remote endpoint has zeros there."""
    if side is Side.LOCAL:
        return local
    if side is Side.PEER:
        return remote
    return remote & table.is_pair if side is Side.REMOTE else local | (remote & table.is_pair)


def _has_family(version: int, table: SocketTable) -> Bools:
    """Choose the rows whose addresses may match: IPv6 ones only on IPv6 sockets, IPv4 ones on both."""
    found: Bools = (table.family == socket.AF_INET6) | (version == _IPV4)
    return found


ANSWERS = (_port_is, _port_in, _address_in, _endpoint_is)
"""Functions from a condition and rows to a Truth, each for the type of its first argument."""
