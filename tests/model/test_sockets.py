"""A socket's identity is exact, and holds nothing that the kernel's fields cannot."""

from __future__ import annotations

import socket
from dataclasses import replace

import pytest

from monitor.model.endpoint import Endpoint
from monitor.model.sockets import SocketId
from tests.scenes import ANY6, row, table_of

ROWS = [
    row("tcp", "192.0.2.10:443", "198.51.100.7:51834", "ESTAB", cookie=(1 << 64) - 1, device=2),
    row("tcp", "[::ffff:192.0.2.10]:443", "[::ffff:198.51.100.7]:51834", "ESTAB"),
    row("udp", "[fe80::1]:546", ANY6, "UNCONN", device=(1 << 32) - 1),
]


@pytest.mark.parametrize("number", range(len(ROWS)))
def test_an_identity_holds_its_row(number):
    table = table_of(ROWS)
    made = SocketId.of(table, number)
    assert made.family == int(table.family[number])
    assert (made.local, made.remote) == (table.local(number), table.remote(number))
    named = (made.namespace, made.protocol, made.device, made.cookie)
    columns = (int(getattr(table, name)[number]) for name in ("protocol", "device", "cookie"))
    assert named == (table.namespace, *columns)


def test_mapped_addresses_keep_the_family_of_their_socket():
    assert SocketId.of(table_of(ROWS), 1).family == socket.AF_INET6


@pytest.mark.parametrize(
    "change",
    [
        {"protocol": 256},
        {"protocol": -1},
        {"device": 1 << 32},
        {"cookie": 1 << 64},
        {"cookie": -1},
        {"local": Endpoint.parse("[2001:db8::1]:443")},
        {"remote": replace(Endpoint.parse("192.0.2.1:1"), port=65536)},
        {"local": replace(Endpoint.parse("192.0.2.1:1"), port=-1)},
    ],
    ids=str,
)
def test_what_fits_no_field_is_refused(change):
    with pytest.raises(ValueError, match="socket"):
        replace(SocketId.of(table_of(ROWS), 0), **change)
