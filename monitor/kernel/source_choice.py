"""The IPv6 source address that the kernel picks before any route is known (ipv6_dev_get_saddr without a device).

connect() tries again with it when an unbound look-up fails, and rules with `from` may then match. RTM_GETROUTE does
not try again. Here stand those rules of RFC 6724, section 5, that need neither an outgoing interface nor Mobile IPv6.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv6Address, IPv6Network

from monitor.model.endpoint import Address
from monitor.model.route import InterfaceAddress

_LINK_LOCAL_SCOPE = 2
_GLOBAL_SCOPE = 14
_LABELS = (
    (IPv6Network("::1/128"), 0),
    (IPv6Network("::ffff:0:0/96"), 4),
    (IPv6Network("::/96"), 3),
    (IPv6Network("2001::/32"), 6),
    (IPv6Network("2001:10::/28"), 7),
    (IPv6Network("2002::/16"), 2),
    (IPv6Network("fc00::/7"), 5),
    (IPv6Network("::/0"), 1),
)
"""The kernel's own table (net/ipv6/addrlabel.c), the longest prefixes first; `ip addrlabel` may have changed it."""


def chosen_source(remote: Address, addresses: Sequence[InterfaceAddress]) -> IPv6Address | None:
    """Pick the source for a remote address; None where the host has no usable IPv6 address."""
    candidates = {
        entry.address: entry.is_deprecated
        for entry in addresses
        if isinstance(entry.address, IPv6Address) and not entry.is_tentative
    }
    return max(
        candidates,
        key=lambda source: _preference(remote, source, is_deprecated=candidates[source]),
        default=None,
    )


def _preference(remote: Address, source: IPv6Address, *, is_deprecated: bool) -> tuple[int, ...]:
    """Make a key that is larger for the better source, a number for each rule in the RFC's order."""
    scope, wanted = _scope(source), _scope(remote)
    is_wide_enough = scope >= wanted
    return (
        source == remote,
        is_wide_enough,
        -scope if is_wide_enough else scope,
        not is_deprecated,
        _label(source) == _label(remote),
        128 - (int(source) ^ int(remote)).bit_length(),
    )


def _scope(address: Address) -> int:
    if address.is_multicast:
        return address.packed[1] & 0x0F
    return _LINK_LOCAL_SCOPE if address.is_link_local or address.is_loopback else _GLOBAL_SCOPE


def _label(address: Address) -> int:
    return next(label for prefix, label in _LABELS if address in prefix)
