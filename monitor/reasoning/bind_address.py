"""What bind() checks before it looks at any other socket, in the kernel's order.

IPv4 checks the address and then the port's privilege (__inet_bind), IPv6 the privilege first (__inet6_bind).
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address

from monitor.model.bind import BindAttempt, Refusal, Stage
from monitor.model.bind_facts import BindFacts, LocalKind
from monitor.model.endpoint import unmapped
from monitor.model.route import RT_TABLE_LOCAL
from monitor.model.tcp import PROTOCOL_TCP
from monitor.reasoning.bind_place import bound_device, is_specific_ipv6, needs_zone, vrf_of, wants_v6only

CAP_NET_BIND_SERVICE = 10
CAP_NET_ADMIN = 12
CAP_NET_RAW = 13
"""Bits of CapEff (include/uapi/linux/capability.h)."""
_LIMITED_BROADCAST = IPv4Address("255.255.255.255")
_SCOPE_LINK, _SCOPE_HOST = 253, 254

ERRNO = {
    Refusal.NOT_LOCAL: "EADDRNOTAVAIL",
    Refusal.OTHER_LINK: "EADDRNOTAVAIL",
    Refusal.TENTATIVE: "EADDRNOTAVAIL",
    Refusal.NO_ZONE: "EINVAL",
    Refusal.MULTICAST_TCP: "EINVAL",
    Refusal.MAPPED_V6ONLY: "EINVAL",
    Refusal.PRIVILEGED_PORT: "EACCES",
    Refusal.V6ONLY_ON_IPV4: "ENOPROTOOPT",
    Refusal.TRANSPARENT_RIGHT: "EPERM",
    Refusal.IN_USE: "EADDRINUSE",
    Refusal.RANGE_USED_UP: "EADDRINUSE",
    Refusal.RANGE_RESERVED: "EADDRINUSE",
}

Check = Callable[[BindAttempt, BindFacts], Refusal | None]


def early_refusal(attempt: BindAttempt, facts: BindFacts) -> tuple[Refusal, Stage] | None:
    """Say what refuses an attempt whatever sockets there are; None where nothing does."""
    is_ipv6 = isinstance(attempt.endpoint.address, IPv6Address)
    if attempt.v6only is not None and not is_ipv6:
        return Refusal.V6ONLY_ON_IPV4, Stage.SETSOCKOPT
    if attempt.transparent and not any(has_right(attempt, facts, right) for right in (CAP_NET_ADMIN, CAP_NET_RAW)):
        return Refusal.TRANSPARENT_RIGHT, Stage.SETSOCKOPT
    for check in _IPV6_CHECKS if is_ipv6 else _IPV4_CHECKS:
        refusal = check(attempt, facts)
        if refusal is not None:
            return refusal, Stage.BIND
    return None


def has_right(attempt: BindAttempt, facts: BindFacts, capability: int) -> bool:
    """Whether the attempt's user has a capability: the asker's own are known, of others root has all."""
    if attempt.uid == facts.uid:
        return bool(facts.capabilities >> capability & 1)
    return attempt.uid == 0


def _privilege(attempt: BindAttempt, facts: BindFacts) -> Refusal | None:
    port = attempt.endpoint.port
    is_privileged = 0 < port < facts.unprivileged_from
    if is_privileged and not has_right(attempt, facts, CAP_NET_BIND_SERVICE):
        return Refusal.PRIVILEGED_PORT
    return None


def _ipv4_address(attempt: BindAttempt, facts: BindFacts) -> Refusal | None:
    address = unmapped(attempt.endpoint.address)
    if not isinstance(address, IPv4Address) or address.is_unspecified or address.is_multicast:
        return None
    if address == _LIMITED_BROADCAST or facts.nonlocal_ipv4 or attempt.freebind or attempt.transparent:
        return None
    table = facts.vrf_tables.get(vrf_of(attempt.device, facts), RT_TABLE_LOCAL)
    is_local = _kind(address, table, facts) in (LocalKind.LOCAL, LocalKind.BROADCAST)
    return None if is_local else Refusal.NOT_LOCAL


def _kind(address: IPv4Address, table: int, facts: BindFacts) -> LocalKind | None:
    """Look an address up in a local table: the longest prefix decides."""
    number = int(address)
    matching = [
        prefix
        for prefix in facts.local_prefixes
        if prefix.table == table and (number ^ prefix.address) >> (32 - prefix.length) == 0
    ]
    return max(matching, key=lambda prefix: prefix.length).kind if matching else None


def _multicast(attempt: BindAttempt, _: BindFacts) -> Refusal | None:
    address = attempt.endpoint.address
    is_refused = attempt.protocol == PROTOCOL_TCP and is_specific_ipv6(address) and address.is_multicast
    return Refusal.MULTICAST_TCP if is_refused else None


def _mapped(attempt: BindAttempt, facts: BindFacts) -> Refusal | None:
    is_mapped = unmapped(attempt.endpoint.address) is not attempt.endpoint.address
    return Refusal.MAPPED_V6ONLY if is_mapped and wants_v6only(attempt, facts) else None


def _zone(attempt: BindAttempt, _: BindFacts) -> Refusal | None:
    is_missing = needs_zone(attempt.endpoint.address) and not (attempt.zone or attempt.device)
    return Refusal.NO_ZONE if is_missing else None


def _ipv6_address(attempt: BindAttempt, facts: BindFacts) -> Refusal | None:
    address = attempt.endpoint.address
    if not is_specific_ipv6(address) or address.is_multicast:
        return None
    if facts.nonlocal_ipv6 or attempt.freebind or attempt.transparent:
        return None
    device = bound_device(attempt)
    own = [entry for entry in facts.network.addresses if entry.address == address]
    vrf = vrf_of(device, facts)
    # An address of the link or of the host is bound on its own interface only (ipv6_chk_addr).
    fitting = [
        entry
        for entry in own
        if vrf_of(entry.link, facts) == vrf
        and (device in (0, entry.link) or entry.scope not in (_SCOPE_LINK, _SCOPE_HOST))
    ]
    if any(not entry.is_tentative for entry in fitting):
        return None
    if fitting:
        return Refusal.TENTATIVE
    return Refusal.OTHER_LINK if own else Refusal.NOT_LOCAL


_IPV4_CHECKS: tuple[Check, ...] = (_ipv4_address, _privilege)
_IPV6_CHECKS: tuple[Check, ...] = (_multicast, _privilege, _mapped, _ipv4_address, _zone, _ipv6_address)
