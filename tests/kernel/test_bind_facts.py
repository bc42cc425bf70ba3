"""The settings that bind() goes by, against what was set in a namespace; and where they cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from monitor.errors import KernelError
from monitor.kernel import bind_facts, net_settings
from monitor.kernel.bind_facts import read_bind_facts
from monitor.model.bind_facts import LocalKind
from tests.namespaces import NetworkNamespace


def setting(name: str, value: str) -> None:
    (Path("/proc/sys/net") / name).write_text(f"{value}\n")


@pytest.mark.kernel
def test_the_settings_of_the_namespace_are_read(namespace: NetworkNamespace):
    assert read_bind_facts(()).notices == ()
    setting("ipv4/ip_unprivileged_port_start", "80")
    setting("ipv4/ip_local_port_range", "40000 40010")
    setting("ipv4/ip_local_reserved_ports", "40002,40004-40006")
    setting("ipv4/ip_nonlocal_bind", "1")
    setting("ipv4/ip_autobind_reuse", "1")
    setting("ipv6/bindv6only", "1")
    facts = read_bind_facts(())
    assert (facts.unprivileged_from, facts.range_first, facts.range_last) == (80, 40000, 40010)
    assert facts.reserved == ((40002, 40002), (40004, 40006))
    assert (facts.nonlocal_ipv4, facts.nonlocal_ipv6, facts.autobind_reuse, facts.v6only_default) == (
        True,
        False,
        True,
        True,
    )


@pytest.mark.kernel
def test_local_routes_are_read_with_their_kinds(ip: Callable[..., str]):
    ip("addr add 192.0.2.1/24 brd + dev lo", "route add local 203.0.113.0/24 dev lo")
    found = {
        (str(IPv4Address(prefix.address)), prefix.length): prefix.kind for prefix in read_bind_facts(()).local_prefixes
    }
    assert found["127.0.0.0", 8] is LocalKind.LOCAL
    assert found["192.0.2.1", 32] is LocalKind.LOCAL
    assert found["192.0.2.255", 32] is LocalKind.BROADCAST
    assert found["203.0.113.0", 24] is LocalKind.LOCAL


@pytest.mark.kernel
def test_a_vrf_without_routes_hides_nothing(ip: Callable[..., str], monkeypatch: pytest.MonkeyPatch):
    ip("route add local 203.0.113.0/24 dev lo table 301")
    # No route stands in table 300 yet, and so there is no such table.
    monkeypatch.setattr(bind_facts, "_vrf_tables", lambda: {7: 300, 8: 301})
    facts = read_bind_facts(())
    assert facts.notices == ()
    assert facts.vrf_tables == {7: 300, 8: 301}
    assert {str(IPv4Address(prefix.address)) for prefix in facts.local_prefixes} >= {"127.0.0.0", "203.0.113.0"}


def test_what_cannot_be_read_is_said_and_assumed_as_the_kernel_has_it(monkeypatch, tmp_path):
    def refuse() -> dict[int, int]:
        raise KernelError("list interfaces", 1)

    monkeypatch.setattr(net_settings, "_ROOT", tmp_path)
    monkeypatch.setattr(bind_facts, "_vrf_tables", refuse)
    (tmp_path / "ipv4").mkdir()
    (tmp_path / "ipv4/ip_unprivileged_port_start").write_text("many\n")
    facts = read_bind_facts(())
    assert (facts.unprivileged_from, facts.range_first) == (1024, 32768)
    assert facts.notices == (
        "could not list interfaces: Operation not permitted (EPERM)",
        "net.ipv4.ip_unprivileged_port_start could not be read: its default is assumed",
    )
