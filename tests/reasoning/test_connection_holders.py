"""Whoever holds an end of a connection is found, whichever end it is."""

from __future__ import annotations

import pytest

from monitor.model.connection import TcpConnection
from monitor.model.endpoint import Endpoint
from monitor.model.owner_table import OwnerTable
from monitor.model.process import Process
from monitor.reasoning.connection_holders import connection_holders
from tests.scenes import row, table_of

ROWS = [
    row("tcp", "192.0.2.10:22", "198.51.100.7:51834", "ESTAB", inode=5),
    row("tcp", "192.0.2.10:22", "198.51.100.7:51835", "ESTAB", inode=6),
    row("tcp", "[::ffff:192.0.2.10]:22", "[::ffff:198.51.100.8]:51834", "ESTAB", inode=7),
    row("udp", "192.0.2.10:22", "198.51.100.7:51834", "ESTAB", inode=8),
]
OWNERS = OwnerTable.from_rows(
    [(5, 811, 3), (5, 812, 4), (6, 813, 4), (7, 814, 4), (8, 815, 4)],
    {pid: Process(pid, 1, b"sshd", 0) for pid in range(811, 816)},
)


def connection(local: str, remote: str) -> TcpConnection:
    return TcpConnection(Endpoint.parse(local), Endpoint.parse(remote))


@pytest.mark.parametrize(
    ("asked", "pids"),
    [
        (connection("192.0.2.10:22", "198.51.100.7:51834"), {811, 812}),
        (connection("198.51.100.7:51835", "192.0.2.10:22"), {813}),
        (connection("192.0.2.10:22", "198.51.100.8:51834"), {814}),
        (connection("192.0.2.10:22", "198.51.100.9:51834"), set()),
    ],
)
def test_the_holders_of_a_connection_are_found_from_either_side(asked, pids):
    assert connection_holders(table_of(ROWS), OWNERS, [asked]) == pids


def test_of_several_connections_all_holders_are_found():
    asked = [connection("192.0.2.10:22", f"198.51.100.7:{port}") for port in (51834, 51835)]
    assert connection_holders(table_of(ROWS), OWNERS, asked) == {811, 812, 813}
