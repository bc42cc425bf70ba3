"""What sockets take of a multicast group: asked of themselves, and read off the list where they may not be asked."""

from __future__ import annotations

import os
import socket
import struct
from contextlib import ExitStack
from dataclasses import replace
from ipaddress import ip_address

import pytest

from monitor.kernel.group_members import GroupDatagram, read_memberships
from monitor.kernel.proc_files import process_directory, read_file
from monitor.kernel.process_identity import ProcessStat
from monitor.model.bind_facts import SocketHolder
from monitor.model.receiver import Membership
from tests.servers import HeldSocket

pytestmark = pytest.mark.kernel

GROUP, SOURCE = "239.1.1.1", "192.0.2.77"
IP_MULTICAST_ALL, MCAST_JOIN_SOURCE_GROUP, MCAST_BLOCK_SOURCE, MCAST_JOIN_GROUP = 49, 46, 43, 42


@pytest.fixture
def device(ip) -> int:
    return socket.if_nametoindex("e0")


def storage(text):
    return struct.pack("=H2x4s", socket.AF_INET, socket.inet_aton(text)).ljust(128, b"\0")


def open_udp(scene: ExitStack, *options):
    made = scene.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    for option, value in options:
        made.setsockopt(socket.IPPROTO_IP, option, value)
    made.bind(("0.0.0.0", 5353))
    return made


def holder(made):
    with process_directory(os.getpid()) as inside:
        started = ProcessStat.parse(read_file("stat", inside)).start_time
    held = HeldSocket.of(made)
    return SocketHolder(held.cookie, held.inode, 5353, is_tcp=False, pid=held.pid, start_time=started, fd=held.fd)


def test_sockets_say_what_they_take(scene: ExitStack, device):
    join = MCAST_JOIN_GROUP, struct.pack("@I4x", device) + storage(GROUP)
    only = MCAST_JOIN_SOURCE_GROUP, struct.pack("@I4x", device) + storage(GROUP) + storage(SOURCE)
    others_only = MCAST_JOIN_SOURCE_GROUP, struct.pack("@I4x", device) + storage(GROUP) + storage("192.0.2.78")
    block = MCAST_BLOCK_SOURCE, struct.pack("@I4x", device) + storage(GROUP) + storage(SOURCE)
    off = IP_MULTICAST_ALL, 0
    made = {
        Membership.TAKES: [open_udp(scene), open_udp(scene, off, join), open_udp(scene, off, only)],
        Membership.REFUSES: [open_udp(scene, off), open_udp(scene, join, block), open_udp(scene, others_only)],
    }
    datagram = GroupDatagram(ip_address(GROUP), ip_address(SOURCE), device)
    for membership, sockets in made.items():
        found = read_memberships(datagram, [holder(one) for one in sockets])
        assert set(found.values()) == {membership}
        assert len(found) == 3


def test_socket_that_may_not_be_asked_is_read_off_the_list(scene: ExitStack, device):
    holders = [replace(holder(one), pid=0) for one in (open_udp(scene), open_udp(scene, (IP_MULTICAST_ALL, 0)))]
    found = read_memberships(GroupDatagram(ip_address(GROUP), None, device), holders)
    assert [found[one.cookie] for one in holders] == [Membership.TAKES, Membership.IF_JOINED]
    assert read_memberships(GroupDatagram(ip_address("ff05::1"), None, device), holders) == {}
