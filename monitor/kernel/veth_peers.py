"""Which interfaces of a network namespace are one end of a veth pair whose other end is in another namespace."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from typing import NamedTuple

from monitor.errors import KernelError
from monitor.kernel.netlink import NetlinkSocket
from monitor.kernel.netlink_messages import HEADER
from monitor.kernel.rtnetlink_list import NETLINK_ROUTE, U32, RtnetlinkList, attribute, attributes, number, unpack
from monitor.kernel.rtnetlink_numbers import IFINFO, RTM_GETLINK, RTM_NEWLINK
from monitor.kernel.visits import open_namespace, visit
from monitor.model.namespace import Namespace

_RTM_NEWNSID, _RTM_GETNSID = 88, 90
_NETNSA_NSID, _NETNSA_FD = 1, 3
"""include/uapi/linux/net_namespace.h: what one namespace calls another, and a descriptor of that."""
_GENERIC_BYTES = 4
"""struct rtgenmsg is one byte, and attributes begin at multiples of four."""
_NSID = struct.Struct("=i")
_IFLA_LINK, _IFLA_LINKINFO, _IFLA_LINK_NETNSID = 5, 18, 37
_IFLA_INFO_KIND = 1
_VETH = b"veth"
_LIST, _ASK = "list interfaces", "ask what a network namespace is called in another"


class Peer(NamedTuple):
    """The other end of a veth pair."""

    namespace: int
    """Inode of the one that it is in."""
    link: int
    """Its index there."""


def read_peers(namespace: Namespace, others: Sequence[Namespace]) -> dict[int, Peer]:
    """Give by index the interfaces of one namespace whose other end is in one of some others.

    Raises:
        KernelError: it cannot be entered, or does not answer.
        WireError: an answer breaks its contract.
        SourceError: as visit() does.
    """
    with ExitStack() as stack:
        # Not from inside: the own one is found by the pid of this process, whose first thread may be the one that goes.
        held = dict(_held(others, stack))
        stack.enter_context(visit(namespace))
        with closing(RtnetlinkList(_LIST)) as links:
            found = dict(filter(None, map(_peer, links.read(RTM_GETLINK, bytes(IFINFO.size), _LIST, RTM_NEWLINK))))
        with closing(NetlinkSocket.open(NETLINK_ROUTE, _ASK)) as kernel:
            numbers = {_id_here(kernel, descriptor): number for number, descriptor in held.items()}
    return {index: Peer(numbers[name], link) for index, (name, link) in found.items() if name in numbers}


def _held(namespaces: Sequence[Namespace], stack: ExitStack) -> Iterator[tuple[int, int]]:
    """Give the number and a descriptor of each that has not ended meanwhile; the stack closes them."""
    for namespace in namespaces:
        with suppress(KernelError):
            descriptor = open_namespace(namespace)
            stack.callback(os.close, descriptor)
            yield namespace.number, descriptor


def _peer(body: bytes) -> tuple[int, tuple[int, int]] | None:
    """Give a link's index, and of its peer what its namespace is called here and its index there; None of others."""
    _, _, index, _, _ = unpack(IFINFO, body)
    values = attributes(body, IFINFO.size)
    kind = attributes(values.get(_IFLA_LINKINFO, b""), 0).get(_IFLA_INFO_KIND, b"").rstrip(b"\0")
    name = values.get(_IFLA_LINK_NETNSID, b"")
    if kind != _VETH or len(name) != _NSID.size:
        return None
    return index, (_NSID.unpack(name)[0], number(values.get(_IFLA_LINK)))


def _id_here(kernel: NetlinkSocket, descriptor: int) -> int | None:
    """Ask what another namespace is called in this one; None where it has no name here."""
    question = bytes(_GENERIC_BYTES) + attribute(_NETNSA_FD, U32.pack(descriptor))
    messages, (refusal,) = kernel.look_up(_RTM_GETNSID, [question], _ASK, answer=_RTM_NEWNSID)
    if refusal:
        raise KernelError(_ASK, refusal)
    offset, length = int(messages.offsets[0]), int(messages.lengths[0])
    values = attributes(bytes(messages.data.data[offset + HEADER.itemsize : offset + length]), _GENERIC_BYTES)
    name = values.get(_NETNSA_NSID, b"")
    return int(_NSID.unpack(name)[0]) if len(name) == _NSID.size else None
