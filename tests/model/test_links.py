from __future__ import annotations

from ipaddress import ip_address

import pytest

from monitor.errors import InputError
from monitor.model.endpoint import Endpoint
from monitor.model.links import endpoint_on, find_link, link_named
from monitor.model.route import Link


def link(index: int, name: bytes) -> Link:
    return Link(index, name, is_up=True, has_carrier=True, mtu=1500, is_loopback=False)


ETH0, BARE, TWO = link(2, b"eth0"), link(3, b"\xff\x1b"), link(4, b"2")


def test_interface_is_found_by_its_bytes():
    assert find_link("eth0", [BARE, ETH0]) is ETH0
    assert find_link("\udcff\x1b", [ETH0, BARE]) is BARE


def test_interface_is_found_by_its_number_unless_another_has_that_for_a_name():
    assert find_link("2", [ETH0, BARE]) is ETH0
    assert find_link("2", [ETH0, TWO]) is TWO
    assert find_link("2", [TWO, ETH0]) is TWO
    assert find_link("02", [ETH0]) is None


def test_interface_that_is_not_there_is_one_clean_sentence():
    with pytest.raises(InputError) as raised:
        link_named("no\x1bne", [ETH0])
    assert str(raised.value) == 'no interface is named "no\\x1bne"'


def test_endpoint_of_a_link_local_address_alone_carries_its_zone():
    assert endpoint_on(BARE, ip_address("fe80::1"), 80) == Endpoint(ip_address("fe80::1"), 80, "\udcff\x1b")
    assert endpoint_on(ETH0, ip_address("2001:db8::1"), 80) == Endpoint(ip_address("2001:db8::1"), 80)
    assert endpoint_on(ETH0, ip_address("169.254.0.1"), 80) == Endpoint(ip_address("169.254.0.1"), 80)
