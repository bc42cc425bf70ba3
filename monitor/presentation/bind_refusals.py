"""Why the kernel says no to a bind attempt, in words, where no socket in particular is in the way."""

from __future__ import annotations

from monitor.model.bind import BindDecision, Refusal
from monitor.model.tcp import PROTOCOL_TCP
from monitor.presentation.formats import count_text
from monitor.presentation.safe_text import safe_text

_REASONS = {
    Refusal.NOT_LOCAL: "{address} is no address of this host",
    Refusal.OTHER_LINK: "{address} is an address of another interface of this host",
    Refusal.TENTATIVE: "{address} is tentative: that nobody else has it is not proven yet, or was disproven",
    Refusal.NO_ZONE: "{address} is valid on one link only, so name the interface: [{address}%eth0]:{port}",
    Refusal.MULTICAST_TCP: "TCP has no multicast, and {address} is such an address",
    Refusal.MAPPED_V6ONLY: "{address} is an IPv4 address, and the socket is to speak IPv6 only",
    Refusal.PRIVILEGED_PORT: "port {port} is privileged, and uid {uid} lacks CAP_NET_BIND_SERVICE",
    Refusal.V6ONLY_ON_IPV4: "{address} makes an IPv4 socket, which has no IPV6_V6ONLY",
    Refusal.TRANSPARENT_RIGHT: "IP_TRANSPARENT takes CAP_NET_ADMIN or CAP_NET_RAW, and uid {uid} has neither",
    Refusal.IN_USE: "another socket is in the way",
    Refusal.RANGE_USED_UP: "none of the {usable} ports to choose from is free",
    Refusal.BEYOND_RULES: "the kernel refuses, and no table says why",
    Refusal.RANGE_RESERVED: "all ports of the range are reserved (net.ipv4.ip_local_reserved_ports)",
}
_FROM_CONNECT = frozenset({Refusal.RANGE_USED_UP, Refusal.RANGE_RESERVED})


def refusal_reason(decision: BindDecision) -> str:
    """Say what refused an attempt that failed, as a clause."""
    attempt, refusal = decision.attempt, decision.refusal or Refusal.IN_USE
    text = _REASONS[refusal].format(
        address=safe_text(attempt.endpoint.address_text),
        port=attempt.endpoint.port,
        uid=attempt.uid,
        usable=count_text(decision.ports.usable if decision.ports else None),
    )
    if refusal in _FROM_CONNECT and attempt.protocol == PROTOCOL_TCP:
        return f"{text}; connect() would say EADDRNOTAVAIL"
    return text
