from __future__ import annotations

import socket
import struct
from ipaddress import ip_address

import pytest

from monitor.model.route import Flow, MtuOrigin

pytestmark = pytest.mark.kernel

FAR, FAR_V6 = "203.0.113.5", "2001:db8:ffff::5"


def others(kernel, remote: str = FAR, **selectors) -> list[tuple[object, ...]]:
    decision = kernel.route_to(Flow(ip_address(remote), protocol=6, **selectors))
    return [
        (hop.device, str(hop.gateway), str(hop.source), hop.rule and (hop.rule.priority, hop.rule.table), hop.metric)
        for hop in decision.alternatives
    ]


def test_default_route_of_another_interface_is_another_way(kernel, ip):
    assert others(kernel) == []
    ip("route add default via 198.51.100.254 metric 200", "-6 route add default via fe80::fe dev e1 metric 2000")
    assert others(kernel) == [(b"e1", "198.51.100.254", "198.51.100.1", (32766, 254), 200)]
    assert others(kernel, FAR_V6) == [(b"e1", "fe80::fe", "2001:db8:b::1", (32766, 254), 2000)]


def test_way_that_a_rule_hides_is_told_with_the_rule_that_would_lead_there(kernel, ip):
    ip("route add default via 198.51.100.254 table 100", "rule add pref 100 uidrange 1000-1000 lookup 100")
    assert others(kernel, uid=1000) == [(b"e0", "192.0.2.254", "192.0.2.1", (32766, 254), None)]
    assert others(kernel, uid=0) == []


def test_bound_device_leaves_no_other_interface(kernel, ip):
    ip("route add default via 198.51.100.254 metric 200")
    assert others(kernel, device=socket.if_nametoindex("e0")) == []


@pytest.mark.parametrize("change", ["link set e1 down", "route del 198.51.100.0/24"])
def test_interface_without_a_route_is_no_way_though_the_kernel_would_take_it_for_on_link(kernel, ip, change):
    ip(change)
    assert others(kernel) == []
    assert others(kernel, "192.0.2.9") == []


def test_own_address_has_no_other_way(kernel, ip):
    ip("route add default via 198.51.100.254 metric 200")
    assert others(kernel, "192.0.2.1") == []


def test_mtu_of_the_route_is_told_from_one_that_was_learned(kernel, ip):
    decision = kernel.route_to(Flow(ip_address(FAR)))
    assert (decision.mtu_origin, decision.mtu_expires_s) == (MtuOrigin.LINK, None)
    ip("route replace default via 192.0.2.254 mtu 1400", "neigh add 192.0.2.254 lladdr 02:00:00:00:00:fe dev e0")
    decision = kernel.route_to(Flow(ip_address(FAR)))
    assert (decision.mtu, decision.mtu_origin) == (1400, MtuOrigin.ROUTE)
    learn_path_mtu(1300)
    decision = kernel.route_to(Flow(ip_address(FAR)))
    assert (decision.mtu, decision.mtu_origin) == (1300, MtuOrigin.PATH)
    assert 0 < decision.mtu_expires_s <= 600


def learn_path_mtu(mtu: int) -> None:
    """Send a datagram to FAR, and answer it from the other end of e0 as a router that can't pass it on."""
    with (
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800)) as wire,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending,
    ):
        wire.bind(("p0", 0x0800))
        wire.settimeout(10)
        sending.connect((FAR, 9))
        sending.send(bytes(100))
        frame = wire.recv(2000)
        while frame[30:34] != socket.inet_aton(FAR):
            frame = wire.recv(2000)
        quoted = frame[14:42]
        problem = _with_checksum(struct.pack(">BBHHH", 3, 4, 0, 0, mtu) + quoted, 2)
        length = 20 + len(problem)
        ends = socket.inet_aton("192.0.2.254") + quoted[12:16]
        header = _with_checksum(struct.pack(">BBHHHBBH", 0x45, 0, length, 0, 0, 64, 1, 0) + ends, 10)
        wire.send(frame[6:12] + frame[:6] + b"\x08\x00" + header + problem)


def _with_checksum(data: bytes, place: int) -> bytes:
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)
    return data[:place] + struct.pack(">H", ~total & 0xFFFF) + data[place + 2 :]
