"""What decides about bind() beside the sockets: the namespace's settings and local routes, and the asker's rights."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace

from monitor.errors import KernelError, WireError
from monitor.kernel.net_settings import NetSettings, port_list, port_range
from monitor.kernel.rtnetlink_list import RtnetlinkList, attributes, number, unpack
from monitor.kernel.rtnetlink_numbers import (
    IFINFO,
    RTA_DST,
    RTA_TABLE,
    RTM_GETLINK,
    RTM_GETROUTE,
    RTM_NEWLINK,
    RTM_NEWROUTE,
    RTMSG,
)
from monitor.kernel.socket_options import read_options
from monitor.kernel.table_routes import if_table_exists, table_request
from monitor.model.bind_facts import BindFacts, LocalKind, LocalPrefix, SocketHolder
from monitor.model.route import RT_TABLE_LOCAL

_IFLA_LINKINFO, _IFLA_INFO_KIND, _IFLA_INFO_DATA, _IFLA_VRF_TABLE = 18, 1, 2, 1
_IPV4_BYTES = 4

_RTN_UNICAST, _RTN_LOCAL, _RTN_BROADCAST = 1, 2, 3
_KINDS = {_RTN_LOCAL: LocalKind.LOCAL, _RTN_BROADCAST: LocalKind.BROADCAST}


def read_bind_facts(asked: Sequence[SocketHolder]) -> BindFacts:
    """Read the settings of this thread's network namespace, and the options of some sockets.

    A setting that cannot be read stays at the kernel's default.
    """
    settings = NetSettings()
    notices: list[str] = []
    first, last = settings.read("ipv4/ip_local_port_range", port_range) or (32768, 60999)
    unprivileged_from = settings.read("ipv4/ip_unprivileged_port_start", int)
    reserved = settings.read("ipv4/ip_local_reserved_ports", port_list) or ()

    def is_on(name: str) -> bool:
        return bool(settings.read(name, int))

    try:
        vrf_tables = _vrf_tables()
        prefixes = tuple(_local_prefixes({RT_TABLE_LOCAL, *vrf_tables.values()}))
    except (KernelError, WireError) as error:
        notices.append(str(error))
        vrf_tables, prefixes = {}, ()
    options, unread = read_options(asked)
    facts = BindFacts(
        unprivileged_from=1024 if unprivileged_from is None else unprivileged_from,
        range_first=first,
        range_last=last,
        reserved=reserved,
        nonlocal_ipv4=is_on("ipv4/ip_nonlocal_bind"),
        nonlocal_ipv6=is_on("ipv6/ip_nonlocal_bind"),
        v6only_default=is_on("ipv6/bindv6only"),
        autobind_reuse=is_on("ipv4/ip_autobind_reuse"),
        l3mdev_accept=is_on("ipv4/tcp_l3mdev_accept"),
        local_prefixes=prefixes,
        vrf_tables=vrf_tables,
        options=options,
        unread=unread,
    )
    notices += (f"{name} could not be read: its default is assumed" for name in settings.unread)
    return replace(facts, notices=tuple(notices))


def _local_prefixes(tables: set[int]) -> Iterator[LocalPrefix]:
    """List the IPv4 routes of these tables; a unicast one makes no address local and may stand before one that does."""
    with closing(RtnetlinkList("list local routes", is_strict=True)) as kernel:
        for table in sorted(tables):
            request = table_request(socket.AF_INET, table)
            with if_table_exists():
                found = map(_local_prefix, kernel.read(RTM_GETROUTE, request, "list local routes", RTM_NEWROUTE))
                yield from (prefix for prefix in found if prefix.table == table)


def _local_prefix(body: bytes) -> LocalPrefix:
    fields = unpack(RTMSG, body)
    length, kind = fields[1], fields[7]
    values = attributes(body, RTMSG.size)
    destination = values.get(RTA_DST, bytes(_IPV4_BYTES))
    if len(destination) != _IPV4_BYTES or length > _IPV4_BYTES * 8:
        raise WireError("a route's destination is no IPv4 prefix")
    return LocalPrefix(
        address=int.from_bytes(destination, "big"),
        length=length,
        kind=_KINDS.get(kind, LocalKind.OTHER),
        table=number(values.get(RTA_TABLE), otherwise=fields[4]),
    )


def _vrf_tables() -> dict[int, int]:
    """Give the routing table of each VRF by its interface's index."""
    with closing(RtnetlinkList("list interfaces")) as kernel:
        bodies = kernel.read(RTM_GETLINK, bytes(IFINFO.size), "list interfaces", RTM_NEWLINK)
    found = {}
    for body in bodies:
        info = attributes(attributes(body, IFINFO.size).get(_IFLA_LINKINFO, b""), 0)
        if info.get(_IFLA_INFO_KIND, b"").rstrip(b"\0") == b"vrf":
            data = attributes(info.get(_IFLA_INFO_DATA, b""), 0)
            found[unpack(IFINFO, body)[2]] = number(data.get(_IFLA_VRF_TABLE))
    return found
