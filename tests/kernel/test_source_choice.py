from __future__ import annotations

from ipaddress import IPv6Address, ip_address

import pytest

from monitor.kernel.source_choice import chosen_source
from monitor.model.route import InterfaceAddress

GLOBAL, LINK_LOCAL, UNIQUE_LOCAL = "2001:db8:a::1", "fe80::1", "fd00::1"


def choice(remote: str, *addresses: str, **flags: set[str]) -> str | None:
    entries = [
        InterfaceAddress(
            2,
            ip_address(address),
            64,
            0,
            is_deprecated=address in flags.get("deprecated", ()),
            is_tentative=address in flags.get("tentative", ()),
        )
        for address in addresses
    ]
    chosen = chosen_source(IPv6Address(remote), entries)
    return None if chosen is None else str(chosen)


@pytest.mark.parametrize("addresses", [(LINK_LOCAL, GLOBAL), (GLOBAL, LINK_LOCAL)])
@pytest.mark.parametrize(("remote", "source"), [("2001:db8:ffff::5", GLOBAL), ("fe80::5", LINK_LOCAL)])
def test_scope_that_suffices_and_is_no_wider_wins(remote, source, addresses):
    assert choice(remote, *addresses) == source


def test_own_address_is_its_own_source():
    assert choice(GLOBAL, "2001:db8:a::2", GLOBAL) == GLOBAL


def test_deprecated_address_loses_to_any_of_its_scope():
    assert choice("2001:db8:a::9", GLOBAL, "2001:db8:ffff::1", deprecated={GLOBAL}) == "2001:db8:ffff::1"
    assert choice("2001:db8:a::9", GLOBAL, LINK_LOCAL, deprecated={GLOBAL}) == GLOBAL


def test_same_label_beats_longer_prefix():
    assert choice("fd00:1::5", UNIQUE_LOCAL, GLOBAL) == UNIQUE_LOCAL
    assert choice("2001:db8:ffff::5", UNIQUE_LOCAL, GLOBAL) == GLOBAL


def test_longest_common_prefix_decides_last():
    assert choice("2001:db8:ffff::5", GLOBAL, "2001:db8:ff00::1") == "2001:db8:ff00::1"


def test_prefix_counts_no_further_than_the_subnet():
    # Both share the whole /64 with the destination; which is nearer within it does not count.
    assert choice("2001:db8:a::7", GLOBAL, "2001:db8:a::6") == GLOBAL


def test_tentative_and_ipv4_addresses_are_no_candidates():
    assert choice(GLOBAL, "192.0.2.1", "2001:db8:b::1", tentative={"2001:db8:b::1"}) is None
