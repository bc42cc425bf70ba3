"""What ports are called."""

from __future__ import annotations

import re

from monitor.model import service_names
from monitor.model.service_names import service_name, service_ports
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP


def test_tcp_and_udp_are_told_apart():
    assert (service_name(PROTOCOL_TCP, 514), service_name(PROTOCOL_UDP, 514)) == ("shell", "syslog")
    assert (service_name(PROTOCOL_TCP, 22), service_name(PROTOCOL_UDP, 22)) == ("ssh", None)
    assert service_name(PROTOCOL_TCP, 443) == service_name(PROTOCOL_UDP, 443) == "https"
    assert service_name(PROTOCOL_TCP, 3000) is None


def test_a_name_has_one_port_and_a_port_of_a_protocol_one_name():
    entries = [*service_names._entries()]
    assert len({name for _, name, _ in entries}) == len(entries)
    places = [(protocol, port) for protocols, _, port in entries for protocol in protocols]
    assert len(set(places)) == len(places)


def test_every_name_can_be_typed_behind_a_colon():
    assert all(re.fullmatch("[a-z][a-z0-9-]*", name) and 0 < port < 1 << 16 for name, port in service_ports().items())
