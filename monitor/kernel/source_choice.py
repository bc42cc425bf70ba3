"""Why the kernel picks this local address: the rules of RFC 6724, section 5, for IPv6, and IPv4's own.

Here stand those rules that need no Mobile IPv6. Where an unbound IPv6 look-up fails, connect() picks a source without
a device and looks up again with it; rules with `from` may then match. RTM_GETROUTE does not try again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ipaddress import IPv6Address, IPv6Network, ip_interface

from monitor.model.endpoint import Address
from monitor.model.route import InterfaceAddress, SourceChoice, SourceStep

_LINK_LOCAL_SCOPE = 2
_GLOBAL_SCOPE = 14
_TOO_NARROW = 128
"""Added to the distance of a scope that does not reach the destination, as in ipv6_get_saddr_eval()."""
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

_STEPS = (
    SourceStep.SAME_ADDRESS,
    SourceStep.SCOPE,
    SourceStep.NOT_DEPRECATED,
    SourceStep.OUTGOING_INTERFACE,
    SourceStep.LABEL,
    SourceStep.TEMPORARY,
    SourceStep.PREFIX,
)
"""In the kernel's order, each with a place in what _scores() gives."""


def chosen_source(remote: Address, addresses: Sequence[InterfaceAddress]) -> IPv6Address | None:
    """Pick the source for a remote address before any route is known; None where no address is usable."""
    candidates = _candidates(remote, addresses, 0)
    best = max(candidates, key=lambda entry: _scores(remote, entry, 0, lambda _: False), default=None)
    return None if best is None else IPv6Address(best.address)


def source_choice_v6(
    remote: Address,
    source: Address,
    addresses: Sequence[InterfaceAddress],
    output: int,
    prefers_temporary: Callable[[int], bool],
) -> SourceChoice:
    """Say which rule decided for a source, and against which other candidate.

    Args:
        remote: the destination.
        source: what the kernel picked.
        addresses: of all interfaces, in the kernel's order.
        output: index of the leaving interface.
        prefers_temporary: whether the interface of that index prefers temporary addresses to public ones.
    """
    scores: dict[Address, tuple[int, ...]] = {}
    for entry in _candidates(remote, addresses, output):
        scores.setdefault(entry.address, _scores(remote, entry, output, prefers_temporary))
    own = scores.pop(source, None)
    if own is None:
        return SourceChoice(SourceStep.UNCERTAIN)
    if not scores:
        return SourceChoice(SourceStep.ONLY)
    loser = max(scores, key=lambda address: scores[address])
    for step, won, lost in zip(_STEPS, own, scores[loser], strict=True):
        if won != lost:
            return SourceChoice(step if won > lost else SourceStep.UNCERTAIN, loser)
    return SourceChoice(SourceStep.ORDER, loser)


def source_choice_v4(
    source: Address, gateway: Address | None, addresses: Sequence[InterfaceAddress], output: int
) -> SourceChoice:
    """Say by what IPv4 took a source that neither the socket nor the route names (inet_select_addr)."""
    own = [entry for entry in addresses if entry.address == source and entry.link == output]
    if not own:
        return SourceChoice(SourceStep.BORROWED)
    if gateway is not None and any(
        gateway in ip_interface((str(source), entry.prefix_length)).network for entry in own
    ):
        return SourceChoice(SourceStep.SUBNET)
    return SourceChoice(SourceStep.PRIMARY)


def _candidates(remote: Address, addresses: Sequence[InterfaceAddress], output: int) -> list[InterfaceAddress]:
    # For a link-local destination only the leaving interface's own addresses count (ipv6_dev_get_saddr).
    is_narrow = output != 0 and _scope(remote) <= _LINK_LOCAL_SCOPE
    return [
        entry
        for entry in addresses
        if isinstance(entry.address, IPv6Address)
        and not entry.is_tentative
        and not (is_narrow and entry.link != output)
    ]


def _scores(
    remote: Address, entry: InterfaceAddress, output: int, prefers_temporary: Callable[[int], bool]
) -> tuple[int, ...]:
    """Give a number for each rule, larger for the better source."""
    source = entry.address
    scope, wanted = _scope(source), _scope(remote)
    common = 128 - (int(source) ^ int(remote)).bit_length()
    return (
        source == remote,
        -scope if scope >= wanted else scope - _TOO_NARROW,
        not entry.is_deprecated,
        output in (0, entry.link),
        _label(source) == _label(remote),
        # Of an IPv6 address the flag that IPv4 calls secondary says that it is temporary.
        (not entry.is_secondary) != prefers_temporary(entry.link),
        min(common, entry.prefix_length),
    )


def _scope(address: Address) -> int:
    if address.is_multicast:
        return address.packed[1] & 0x0F
    return _LINK_LOCAL_SCOPE if address.is_link_local or address.is_loopback else _GLOBAL_SCOPE


def _label(address: Address) -> int:
    return next(label for prefix, label in _LABELS if address in prefix)
