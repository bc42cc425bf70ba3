"""The routes of one table by plain netlink, at most so many: pyroute2 would first decode all of a million."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from ipaddress import ip_address

from monitor.errors import KernelError
from monitor.kernel.route_types import ROUTE_TYPES
from monitor.kernel.rtnetlink_list import U32, RtnetlinkList, attribute, attributes, next_hops, number, unpack
from monitor.kernel.rtnetlink_numbers import (
    RTA_DST,
    RTA_GATEWAY,
    RTA_MULTIPATH,
    RTA_OIF,
    RTA_PREFSRC,
    RTA_PRIORITY,
    RTA_TABLE,
    RTA_VIA,
    RTM_F_CLONED,
    RTM_GETROUTE,
    RTM_NEWROUTE,
    RTMSG,
)
from monitor.model.endpoint import Address
from monitor.model.route import Link
from monitor.model.routing import TableRoute

_OPERATION = "list the routes of a table"
_VIA_FAMILY_BYTES = 2
_REFUSING = frozenset({"blackhole", "unreachable", "prohibit", "throw"})


@dataclass(frozen=True, slots=True)
class TableListing:
    """A table as far as it was read."""

    routes: tuple[TableRoute, ...]
    is_cut: bool
    """Whether there are more."""


def table_routes(family: int, table: int, most: int, links: Mapping[int, Link]) -> TableListing:
    """List the first routes of a table, by a socket of its own: a dump that is broken off can't be used on.

    Args:
        family: AF_INET or AF_INET6.
        table: its number.
        most: how many to give.
        links: for the interfaces' names.

    Raises:
        KernelError: the kernel refused.
        WireError: its answer breaks its contract.
    """
    routes: list[TableRoute] = []
    with closing(RtnetlinkList(_OPERATION, is_strict=True)) as kernel, if_table_exists():
        for body in kernel.bodies(RTM_GETROUTE, table_request(family, table), _OPERATION, RTM_NEWROUTE):
            route = _route(body, table, links)
            if route is not None and len(routes) == most:
                return TableListing(tuple(routes), is_cut=True)
            if route is not None:
                routes.append(route)
    return TableListing(tuple(routes), is_cut=False)


def table_request(family: int, table: int) -> bytes:
    """Ask a strict kernel for the routes of one table; one that is not strict sends all tables."""
    return RTMSG.pack(family, 0, 0, 0, 0, 0, 0, 0, 0) + attribute(RTA_TABLE, U32.pack(table))


@contextmanager
def if_table_exists() -> Iterator[None]:
    """Leave the block where the kernel knows no such table: it exists from its first route on."""
    try:
        yield
    except KernelError as error:
        if error.errno != errno.ENOENT:
            raise


def _route(body: bytes, table: int, links: Mapping[int, Link]) -> TableRoute | None:
    _, length, _, _, short_table, protocol, _, kind, flags = unpack(RTMSG, body)
    values = attributes(body, RTMSG.size)
    # Kernels before 4.20 send all tables, and IPv6's learned exceptions among them.
    if number(values.get(RTA_TABLE), otherwise=short_table) != table or flags & RTM_F_CLONED:
        return None
    multipath = next_hops(values.get(RTA_MULTIPATH, b""))
    hops = [(output, _gateway(attributes(more, 0))) for _, output, more in multipath]
    output, gateway = hops[0] if hops else (number(values.get(RTA_OIF)), _gateway(values))
    type_name = ROUTE_TYPES.get(kind, f"type-{kind}")
    link = links.get(output)
    is_refusing = type_name in _REFUSING
    return TableRoute(
        prefix=_prefix(values.get(RTA_DST), length),
        type=type_name,
        # IPv6 hangs refusing routes on lo.
        device=None if link is None or is_refusing else link.name,
        gateway=gateway,
        source=_address(values.get(RTA_PREFSRC)),
        metric=number(values[RTA_PRIORITY]) if RTA_PRIORITY in values else None,
        protocol=protocol,
        next_hops=0 if is_refusing else max(1, len(hops)),
        is_matched=False,
    )


def _gateway(values: Mapping[int, bytes]) -> Address | None:
    # RTA_VIA carries a gateway of the other family behind its number.
    return _address(values.get(RTA_GATEWAY) or values.get(RTA_VIA, b"")[_VIA_FAMILY_BYTES:])


def _prefix(packed: bytes | None, length: int) -> str:
    address = _address(packed)
    if address is None or length == 0:
        return "default"
    return f"{address}/{length}"


def _address(packed: bytes | None) -> Address | None:
    return ip_address(packed) if packed is not None and len(packed) in {4, 16} else None
