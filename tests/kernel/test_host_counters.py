"""What the namespace counts, and its limits: of this namespace, and unknown where they cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.kernel import host_counters, net_settings
from monitor.kernel.host_counters import SETTINGS_AGE_S, HostCounters
from tests.servers import full_accept_queue


@pytest.mark.kernel
def test_the_counters_are_of_this_namespace(namespace, scene):
    before = HostCounters().read(0).counters
    assert (before["TcpExt.ListenOverflows"], before["Udp.RcvbufErrors"], before["Udp6.RcvbufErrors"]) == (0, 0, 0)
    scene.enter_context(full_accept_queue())
    assert HostCounters().read(0).counters["TcpExt.ListenOverflows"] >= 1


@pytest.mark.kernel
def test_the_settings_are_of_this_namespace_and_read_again_after_a_while(namespace):
    reader = HostCounters()
    assert reader.read(0).port_range == (32768, 60999)
    Path("/proc/sys/net/ipv4/ip_local_port_range").write_text("40000 40099")
    Path("/proc/sys/net/ipv4/ip_local_reserved_ports").write_text("40010,40020-40029")
    assert reader.read(SETTINGS_AGE_S - 1).port_range == (32768, 60999)
    facts = reader.read(SETTINGS_AGE_S)
    assert (facts.port_range, facts.reserved_ports) == ((40000, 40099), ((40010, 40010), (40020, 40029)))


@pytest.fixture
def proc(tmp_path, monkeypatch):
    """Stand a directory in for /proc/net and /proc/sys/net."""
    monkeypatch.setattr(host_counters, "_NET", tmp_path)
    monkeypatch.setattr(net_settings, "_ROOT", tmp_path)
    return tmp_path


def test_a_kernel_without_any_of_it_lacks_nothing(proc):
    facts = HostCounters().read(0)
    assert (facts.counters, facts.somaxconn, facts.conntrack_max, facts.unread) == ({}, None, None, ())


def test_counters_are_found_by_name_wherever_they_stand(proc):
    (proc / "netstat").write_text("TcpExt: TW ListenDrops Odd\nTcpExt: 5 7 9\nIpExt: ListenDrops\nIpExt: 3\n")
    (proc / "snmp6").write_text("Udp6RcvbufErrors    \t4\nUdp6InErrors\nIp6InReceives 9\n")
    assert HostCounters().read(0).counters == {"TcpExt.ListenDrops": 7, "Udp6.RcvbufErrors": 4}


def test_a_setting_that_holds_no_number_is_unknown_and_said(proc):
    (proc / "core").mkdir()
    (proc / "core/somaxconn").write_text("many")
    facts = HostCounters().read(0)
    assert facts.somaxconn is None
    assert facts.unread == ("net.core.somaxconn could not be read: it holds no number",)


def test_a_file_that_cannot_be_read_is_said(proc):
    (proc / "netstat").mkdir()
    assert HostCounters().read(0).unread == ("/proc/net/netstat could not be read: Is a directory",)
