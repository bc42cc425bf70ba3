"""Endpoints: text to value and back, words of columns, and what is refused in which words."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import InputError
from monitor.model.endpoint import (
    LINK_LOCAL_HIGHS,
    Endpoint,
    address_from_words,
    address_text,
    address_words,
    needs_zone,
    packet_text,
    parse_port,
)

ADDRESSES = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6).filter(lambda address: address.scope_id is None))
PORTS = st.integers(0, 65535)


def refusal(text, **options):
    with pytest.raises(InputError) as caught:
        Endpoint.parse(text, **options)
    return str(caught.value)


@given(ADDRESSES, PORTS)
def test_an_endpoint_is_read_back_from_its_own_text(address, port):
    endpoint = Endpoint(address, port)
    assert Endpoint.parse(str(endpoint)) == endpoint


@given(st.integers(0, (1 << 64) - 1), PORTS, st.text("abz059.-_@", min_size=1, max_size=15))
def test_a_link_local_endpoint_is_read_back_with_its_zone(low, port, zone):
    endpoint = Endpoint(IPv6Address(0xFE80 << 112 | low), port, zone)
    assert Endpoint.parse(str(endpoint)) == endpoint


@given(ADDRESSES)
def test_an_address_comes_back_from_its_two_words(address):
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    assert address_from_words(*address_words(address), family) == address


@given(ADDRESSES)
def test_addresses_are_written_as_inet_ntop_writes_them(address):
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    assert socket.inet_pton(family, address_text(address)) == address.packed


def test_a_mapped_address_keeps_its_dots_and_its_family():
    mapped = address_from_words(0, 0xFFFF_C000_020A, socket.AF_INET6)
    assert mapped == IPv6Address("::ffff:192.0.2.10")
    assert str(Endpoint(mapped, 443)) == "[::ffff:192.0.2.10]:443"
    assert address_words(mapped) == address_words(IPv4Address("192.0.2.10"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.1:443", Endpoint(IPv4Address("192.0.2.1"), 443)),
        ("[2001:db8::1]:443", Endpoint(IPv6Address("2001:db8::1"), 443)),
        ("[::]:0", Endpoint(IPv6Address("::"), 0)),
        ("[fe80::1%eth0.7]:22", Endpoint(IPv6Address("fe80::1"), 22, "eth0.7")),
        ("192.0.2.1:00443", Endpoint(IPv4Address("192.0.2.1"), 443)),
    ],
)
def test_endpoints_are_read(text, expected):
    assert Endpoint.parse(text) == expected


@pytest.mark.parametrize("text", ["2001:db8::1", "[2001:db8::1]", "192.0.2.1", "fe80::1%eth0"])
def test_a_default_port_stands_in_where_none_is_named(text):
    assert Endpoint.parse(text, default_port=443).port == 443
    assert "no port" in refusal(text)


def test_a_default_port_does_not_replace_a_named_one():
    assert Endpoint.parse("192.0.2.1:0", default_port=443).port == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("192.0.2.1:65536", "port 65536 is out of range"),
        ("192.0.2.1:4444444444444444444444444", "is out of range"),
        ("192.0.2.1:", "no port number"),
        ("192.0.2.1:-1", "no port number"),
        ("192.0.2.1:4 4", "no port number"),
        ("192.0.2.1:٤٤٣", "no port number"),
        ("192.0.2.256:443", '"192.0.2.256" is no IP address'),
        ("example:443", '"example" is no IP address'),
        (":443", "is no IP address"),
        ("", "no port"),
        ("[2001:db8::1]443", "is no endpoint"),
        ("[2001:db8::1:443", "is no endpoint"),
        ("[[::1]]:443", "is no endpoint"),
        ("[fe80::1%]:443", "zone"),
        ("192.0.2.1%eth0:443", "zone"),
    ],
)
def test_fu_03_a_malformed_endpoint_is_refused_by_the_part_that_is_wrong(text, words):
    assert words in refusal(text)


@given(st.text(max_size=200))
def test_whatever_is_typed_is_read_or_refused_in_one_printable_line(text):
    try:
        Endpoint.parse(text)
    except InputError as error:
        assert str(error).isprintable()
        assert len(str(error)) < 1200


def test_a_zone_belongs_to_the_text_of_the_address():
    assert Endpoint.parse("[fe80::1%eth0]:22").address_text == "fe80::1%eth0"


def test_the_wildcards_are_wildcards_and_others_are_not():
    assert Endpoint.parse("0.0.0.0:80").is_wildcard
    assert Endpoint.parse("[::]:80").is_wildcard
    assert not Endpoint.parse("[::1]:80").is_wildcard


def test_the_mapped_wildcard_is_a_wildcard():
    """A socket bound to ::ffff:0.0.0.0 takes every IPv4 address."""
    assert Endpoint.parse("[::ffff:0.0.0.0]:80").is_wildcard


def test_packets_carry_a_mapped_endpoint_as_ipv4():
    assert Endpoint.parse("[::ffff:192.0.2.1]:80").on_the_wire == Endpoint.parse("192.0.2.1:80")
    for text in ("192.0.2.1:80", "[2001:db8::1]:80", "[::192.0.2.1]:80", "[fe80::1%eth0]:80"):
        assert Endpoint.parse(text).on_the_wire == Endpoint.parse(text)


@given(ADDRESSES | st.ip_addresses(v=4).map(lambda address: IPv6Address(f"::ffff:{address}")), PORTS)
def test_column_words_are_written_as_the_endpoint_that_packets_carry(address, port):
    assert packet_text(*address_words(address), port) == str(Endpoint(address, port).on_the_wire)


@given(ADDRESSES)
def test_a_zone_is_needed_by_what_its_high_word_tells(address):
    assert needs_zone(address) == (address_words(address)[0] in LINK_LOCAL_HIGHS)


@pytest.mark.parametrize("text", ["fe7f:ffff::", "fe80::", "febf:ffff::", "fec0::"])
def test_link_local_addresses_begin_and_end_where_rfc_4291_says(text):
    high, _ = address_words(IPv6Address(text))
    assert (high in LINK_LOCAL_HIGHS) == IPv6Address(text).is_link_local


def test_a_port_is_refused_with_its_context_once():
    with pytest.raises(InputError, match=r'^port 70000 is out of range in "x:70000"$'):
        parse_port("70000", context="x:70000")
    with pytest.raises(InputError, match=r"^port 70000 is out of range$"):
        parse_port("70000", context="70000")
