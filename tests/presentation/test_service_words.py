"""Services by the names of their ports: in filters, and beside the ports."""

from __future__ import annotations

from ipaddress import ip_address

import numpy as np
import pytest

from monitor.errors import InputError
from monitor.kernel.services_file import read_services
from monitor.model.endpoint import Endpoint
from monitor.model.service_names import SERVICES
from monitor.presentation.filter_completion import candidates_text, complete
from monitor.presentation.filter_parser import parse
from monitor.presentation.filter_tree import EndpointIs, PortIn, PortIs, Side
from monitor.presentation.list_columns import LIST_COLUMNS
from monitor.presentation.row_text import RowTexts
from monitor.presentation.selection import owner_line
from monitor.presentation.service_words import local_service, remote_service
from tests.presentation.connection_scene import db1_interval, lines_of, row_of, texts


@pytest.mark.parametrize(
    ("line", "tree"),
    [
        (":https", PortIs(443)),
        ("dport = :ssh", PortIs(22, Side.PEER)),
        ("sport = :HTTPS", PortIs(443, Side.LOCAL)),
        ("port > ssh", PortIn(23, 65535)),
        ("192.0.2.7:postgresql", EndpointIs(Endpoint(ip_address("192.0.2.7"), 5432))),
        ("[2001:db8::7]:https", EndpointIs(Endpoint(ip_address("2001:db8::7"), 443))),
    ],
)
def test_a_name_stands_wherever_a_port_may(line, tree):
    assert parse(line) == tree


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (":htps", 'column 1: "htps" is no port number and no known service; write https, http'),
        ("192.0.2.7:nothing-like-it", 'column 1: "nothing-like-it" is no port number and no known service; write'),
        ('dport "\x1b"', r'column 1: "\x1b" is no port number and no known service; write a number'),
    ],
)
def test_a_mistake_names_what_was_meant(line, sentence):
    with pytest.raises(InputError) as raised:
        parse(line)
    assert str(raised.value).startswith(sentence)


def test_only_the_port_of_the_side_that_accepts_is_named():
    interval = db1_interval()
    accepted = row_of(interval, "[2001:db8::10]:443", "[2001:db8:1::7]:40112")
    assert (local_service(interval, accepted), remote_service(interval, accepted)) == ("https", None)
    dialled = row_of(interval, "192.0.2.10:52002", "203.0.113.77:443")
    assert (local_service(interval, dialled), remote_service(interval, dialled)) == (None, "https")
    service = LIST_COLUMNS["service"]
    assert service.texts(RowTexts(interval), np.array([accepted, dialled])) == ["https", "https"]


def test_it_is_said_beside_the_port():
    interval = db1_interval()
    dialled = lines_of(interval, row_of(interval, "192.0.2.10:52002", "203.0.113.77:443"), width=160)
    assert "port of https" in texts(dialled)["Remote"]
    listener = interval.table.is_listener & (interval.table.local_port == 5432)
    strip = owner_line(RowTexts(interval), int(listener.nonzero()[0][0]))
    assert "port of postgresql" in "".join(cell.text for cell in strip.left)


@pytest.fixture
def machine(tmp_path):
    """Call 5432 what a file calls it."""
    path = tmp_path / "services"
    path.write_bytes(b"pg\x1b 5432/tcp postgres\nhttps 443/tcp\n")
    SERVICES.prefer(lambda: read_services(path))
    yield
    SERVICES.prefer(tuple)


def test_what_the_machine_calls_a_port_is_shown_typed_and_completed(machine):
    assert parse(":postgres") == PortIs(5432)
    assert complete(":postgre", None) == ":postgres"
    assert "postgresql" in candidates_text(":postgre", None)
    with pytest.raises(InputError, match=r"write postgres, postgresql"):
        parse(":postgress")
    interval = db1_interval()
    listener = interval.table.is_listener & (interval.table.local_port == 5432)
    assert local_service(interval, int(listener.nonzero()[0][0])) == r"pg\x1b"
