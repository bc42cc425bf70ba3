"""Frames from outside, for hosts whose links end in the same namespace: what is sent on p0 comes in by e0."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from ipaddress import ip_address

ETH_P_IP, ETH_P_IPV6 = 0x0800, 0x86DD
GHOST_MAC = bytes.fromhex("020000000077")


@dataclass(frozen=True, slots=True)
class Datagram:
    """A UDP datagram as its sender would make it."""

    source: str
    """An IPv4 or IPv6 address, which need not exist."""
    source_port: int
    destination: str
    destination_port: int
    payload: bytes = b"hello"

    def packet(self):
        """Build the IP packet."""
        source, destination = ip_address(self.source).packed, ip_address(self.destination).packed
        length = 8 + len(self.payload)
        if len(source) == 4:
            head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + length, 0, 0, 64, socket.IPPROTO_UDP, 0)
            head = head[:10] + struct.pack(">H", checksum(head + source + destination))
        else:
            head = struct.pack(">IHBB", 6 << 28, length, socket.IPPROTO_UDP, 64)
        udp = struct.pack(">HHHH", self.source_port, self.destination_port, length, 0) + self.payload
        pseudo = source + destination + struct.pack(">II", length, socket.IPPROTO_UDP)
        udp = udp[:6] + struct.pack(">H", checksum(pseudo + udp) or 0xFFFF) + udp[8:]
        return head + source + destination + udp


def send_in(device, datagram):
    """Have a datagram come in by e0 or e1, to the device's own hardware address."""
    target = hardware_address(device)
    kind = ETH_P_IPV6 if ":" in datagram.source else ETH_P_IP
    group = ip_address(datagram.destination)
    if group.is_multicast:
        target = b"\x33\x33" + group.packed[-4:] if group.version == 6 else b"\x01\0\x5e" + group.packed[-3:]
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
        wire.bind((device.replace("e", "p"), 0))
        wire.send(target + GHOST_MAC + struct.pack(">H", kind) + datagram.packet())


def hardware_address(device):
    """Give the address of an interface of this thread's namespace, which /sys may not show."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as there:
        there.bind((device, 0))
        return there.getsockname()[4]


def checksum(data):
    """The Internet checksum (RFC 1071)."""
    padded = data + b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
