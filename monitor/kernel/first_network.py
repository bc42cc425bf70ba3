"""Links and addresses by plain netlink, for the first sample and for commands that end at once.

The same answers as rtnetlink.py's, which needs pyroute2: importing that costs longer than a whole sample.
"""

from __future__ import annotations

import socket
import struct
from contextlib import closing
from ipaddress import ip_address

from monitor.kernel.network_flags import address_with, link_with
from monitor.kernel.rtnetlink_list import RtnetlinkList, attributes, number, unpack
from monitor.kernel.rtnetlink_numbers import IFINFO, RTM_GETLINK, RTM_NEWLINK
from monitor.model.route import InterfaceAddress, Link
from monitor.model.sample import Network

_RTM_NEWADDR, _RTM_GETADDR = 20, 22

_IFADDR = struct.Struct("=BBBBI")
"""struct ifaddrmsg: family, prefix length, flags, scope, index."""

_IFLA_IFNAME, _IFLA_MTU, _IFLA_MASTER = 3, 4, 10
_IFA_ADDRESS, _IFA_LOCAL, _IFA_FLAGS = 1, 2, 8

FIRST_GENERATION = 1
"""Of what is read here; rtnetlink.py counts on from it."""


def read_network() -> tuple[Network, bool]:
    """Read all links and addresses of this network namespace, as FIRST_GENERATION.

    Returns:
        The network, and whether the kernel called a list of it inconsistent each time that it was asked for.

    Raises:
        KernelError: the kernel refuses, or a sandbox has no netlink.
        WireError: the answer breaks its contract.
    """
    with closing(RtnetlinkList("list interfaces")) as kernel:
        links = tuple(map(_link, kernel.read(RTM_GETLINK, bytes(IFINFO.size), "list interfaces", RTM_NEWLINK)))
        was_interrupted = kernel.was_interrupted
        answers = kernel.read(_RTM_GETADDR, bytes(_IFADDR.size), "list addresses", _RTM_NEWADDR)
        addresses = tuple(address for body in answers if (address := _address(body)) is not None)
        network = Network(FIRST_GENERATION, links, addresses, FIRST_GENERATION, has_rules=False)
        return network, was_interrupted or kernel.was_interrupted


def _link(body: bytes) -> Link:
    _, _, index, flags, _ = unpack(IFINFO, body)
    values = attributes(body, IFINFO.size)
    return link_with(
        flags,
        index=index,
        name=values.get(_IFLA_IFNAME, b"").rstrip(b"\0"),
        mtu=number(values.get(_IFLA_MTU)),
        master=number(values.get(_IFLA_MASTER)),
    )


def _address(body: bytes) -> InterfaceAddress | None:
    family, prefix_length, short_flags, scope, index = unpack(_IFADDR, body)
    values = attributes(body, _IFADDR.size)
    # On a point-to-point link IFA_ADDRESS is the other end; IPv6 has no IFA_LOCAL there without a peer.
    packed = values.get(_IFA_LOCAL) or values.get(_IFA_ADDRESS)
    if packed is None or family not in {socket.AF_INET, socket.AF_INET6} or len(packed) not in {4, 16}:
        return None
    flags = number(values.get(_IFA_FLAGS), otherwise=short_flags)
    return address_with(flags, link=index, address=ip_address(packed), prefix_length=prefix_length, scope=scope)
