"""What a machine calls its ports, read from a file that anybody may have written."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.kernel import services_file
from monitor.kernel.services_file import read_services
from monitor.model.service_names import Service
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP

TEXT = b"""\
# A comment, and an empty line

ssh\t22/tcp\t\t\t# Secure Shell
postgresql 5432/tcp postgres Pg # two more names
domain 53/udp
domain 53/sctp
nothing 0/tcp
far 65536/tcp
far 123456789/tcp
negative -1/tcp
letters x/tcp
half 80
\xff\x1b[2J 81/tcp \xe2\x80\xae
cut 82/tcp"""


@pytest.mark.parametrize("end", [b"", b"\n"], ids=["without a last newline", "with one"])
def test_ports_of_tcp_and_udp_are_read_with_all_their_names(tmp_path, end):
    path = tmp_path / "services"
    path.write_bytes(TEXT + end)
    assert read_services(path) == [
        Service(PROTOCOL_TCP, 22, (b"ssh",)),
        Service(PROTOCOL_TCP, 5432, (b"postgresql", b"postgres", b"Pg")),
        Service(PROTOCOL_UDP, 53, (b"domain",)),
        Service(PROTOCOL_TCP, 81, (b"\xff\x1b[2J", b"\xe2\x80\xae")),
        Service(PROTOCOL_TCP, 82, (b"cut",)),
    ]


def test_what_is_too_long_is_left_out(tmp_path, monkeypatch):
    path = tmp_path / "services"
    long = b"x" * (services_file.LONGEST_NAME + 1)
    many = b" ".join(b"n%d" % number for number in range(40))
    path.write_bytes(b"%s 1/tcp\nshort 2/tcp %s y\nalso 3/tcp %s\nbehind 4/tcp\n" % (long, long, many))
    read = read_services(path)
    assert [service.names[0] for service in read] == [b"short", b"also", b"behind"]
    assert read[0].names == (b"short", b"y")
    assert len(read[1].names) == services_file.MOST_NAMES
    monkeypatch.setattr(services_file, "MOST_BYTES", path.stat().st_size - 3)
    assert [service.port for service in read_services(path)] == [2, 3]


def test_nothing_is_read_of_what_is_no_file(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert [read_services(place) for place in (pipe, tmp_path, tmp_path / "missing")] == [[], [], []]


@given(st.binary(max_size=200))
def test_any_bytes_are_services_within_bounds(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "services"
    path.write_bytes(data)
    for service in read_services(path):
        assert 0 < service.port <= 65_535
        assert service.protocol in (PROTOCOL_TCP, PROTOCOL_UDP)
        assert 0 < len(service.names) <= services_file.MOST_NAMES
