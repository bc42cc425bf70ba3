"""Why there is no way: what stands behind the errno of a route decision, in words."""

from __future__ import annotations

from ipaddress import IPv6Address

from monitor.model.endpoint import Address, address_text
from monitor.model.route import Flow, RouteDecision
from monitor.presentation.route_names import table_name
from monitor.presentation.safe_text import safe_text

_UNNAMED = {
    "ENETUNREACH": "no route matches",
    "EHOSTUNREACH": "an unreachable route; not certain which",
    "EACCES": "a prohibit rule or route; not certain which",
    "EINVAL": "a blackhole rule or route; not certain which",
    "ENETDOWN": "the interface is down",
}


def refusal_reason(decision: RouteDecision) -> str:
    """Say what refused: a route, a rule, or connect() itself; the decision has an errno."""
    if decision.prefix is not None:
        return f"{decision.type} route {decision.prefix}, table {table_name(decision.table)}"
    if decision.rule is not None:
        return f"{decision.type} rule {decision.rule.priority}: {safe_text(decision.rule.text)}"
    return _own_reason(decision) or _UNNAMED.get(decision.errno or "", "the kernel says no more")


def _own_reason(decision: RouteDecision) -> str | None:
    flow, number = decision.flow, decision.errno
    if decision.type in ("broadcast", "multicast"):
        return "a broadcast address needs SO_BROADCAST" if number == "EACCES" else f"TCP has no {decision.type}"
    if number == "EADDRNOTAVAIL":
        return f"{'the source' if flow.source is None else address_text(flow.source)} is no address of this host"
    if number == "ENODEV":
        return f'no interface is named "{safe_text(flow.zone)}"' if flow.zone else "the interface does not exist"
    return _invalid_reason(flow) if number == "EINVAL" else None


def _invalid_reason(flow: Flow) -> str | None:
    if _is_bound_to_a_link(flow.remote):
        if flow.zone is None and flow.device is None:
            return f"it is valid on one link only, so name the interface: {address_text(flow.remote)}%eth0"
        if flow.zone is not None and flow.device is not None:
            return f'the socket is bound to another interface than "{safe_text(flow.zone)}"'
    source = flow.source
    if source is not None and source.is_loopback and not flow.remote.is_loopback:
        return f"{address_text(source)} may not leave this host"
    return None


def _is_bound_to_a_link(remote: Address) -> bool:
    return isinstance(remote, IPv6Address) and (remote.is_link_local or remote.is_multicast)
