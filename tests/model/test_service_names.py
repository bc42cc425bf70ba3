"""What ports are called."""

from __future__ import annotations

import re

from monitor.model.service_names import Service, ServiceNames, table_services
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP


def test_tcp_and_udp_are_told_apart():
    names = ServiceNames()
    assert (names.name(PROTOCOL_TCP, 514), names.name(PROTOCOL_UDP, 514)) == (b"shell", b"syslog")
    assert (names.name(PROTOCOL_TCP, 22), names.name(PROTOCOL_UDP, 22)) == (b"ssh", None)
    assert names.name(PROTOCOL_TCP, 443) == names.name(PROTOCOL_UDP, 443) == b"https"
    assert names.name(PROTOCOL_TCP, 3000) is None


def test_a_name_has_one_port_and_a_port_of_a_protocol_one_name():
    services = [*table_services()]
    assert len({(service.protocol, service.port) for service in services}) == len(services)
    assert len({(service.protocol, name) for service in services for name in service.names}) == len(services)
    assert len({(name, service.port) for service in services for name in service.names}) == len(ServiceNames().ports)


def test_every_name_can_be_typed_behind_a_colon():
    ports = ServiceNames().ports
    assert all(re.fullmatch(b"[a-z][a-z0-9-]*", name) and 0 < port < 1 << 16 for name, port in ports.items())


def test_what_the_machine_calls_a_port_goes_before_the_table_and_its_first_word_before_its_others():
    machine = [
        Service(PROTOCOL_TCP, 8080, (b"webcache", b"Http-Alt")),
        Service(PROTOCOL_TCP, 8080, (b"later",)),
        Service(PROTOCOL_UDP, 22, (b"ssh",)),
        Service(PROTOCOL_TCP, 2222, (b"ssh",)),
    ]
    names = ServiceNames(lambda: machine)
    assert names.name(PROTOCOL_TCP, 8080) == b"webcache"
    assert (names.name(PROTOCOL_TCP, 22), names.name(PROTOCOL_UDP, 22)) == (b"ssh", b"ssh")
    assert [names.ports[name] for name in (b"webcache", b"http-alt", b"later", b"ssh", b"https")] == [
        8080,
        8080,
        8080,
        22,
        443,
    ]


def test_names_are_read_once_when_one_is_wanted_and_anew_where_others_are_preferred():
    asked = []
    names = ServiceNames(lambda: asked.append("first") or ())
    assert not asked
    assert names.name(PROTOCOL_TCP, 443) == b"https"
    assert names.ports[b"https"] == 443
    names.prefer(lambda: asked.append("second") or [Service(PROTOCOL_TCP, 443, (b"tls",))])
    assert names.name(PROTOCOL_TCP, 443) == b"tls"
    assert names.ports[b"tls"] == 443
    assert asked == ["first", "second"]
