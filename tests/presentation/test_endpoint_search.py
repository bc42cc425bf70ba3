"""Endpoints are found by any part of their text: as in the text that Endpoint writes, which nobody writes here."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.endpoint import Endpoint, address_words
from monitor.presentation.endpoint_search import EndpointSearch

HEXTETS = st.lists(st.sampled_from((0, 0, 0, 1, 0x10, 0xFF, 0xC000, 0xFFFF)), min_size=8, max_size=8)
IPV6 = HEXTETS.map(lambda hextets: IPv6Address(b"".join(hextet.to_bytes(2, "big") for hextet in hextets)))
MAPPED = st.ip_addresses(v=4).map(lambda address: IPv6Address(f"::ffff:{address}"))
ENDPOINTS = st.builds(
    Endpoint,
    st.one_of(st.ip_addresses(v=4), IPV6, MAPPED, st.ip_addresses(v=6)),
    st.one_of(st.sampled_from((0, 80, 8080)), st.integers(0, 65535)),
)
FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}


def search_of(endpoints):
    words = np.array([address_words(endpoint.address) for endpoint in endpoints], np.uint64).reshape(-1, 2)
    ports = np.array([endpoint.port for endpoint in endpoints], np.uint16)
    families = np.array([FAMILIES[endpoint.address.version] for endpoint in endpoints], np.uint8)
    return EndpointSearch(words[:, 0], words[:, 1], ports, families)


def found(endpoints, needle):
    return search_of(endpoints).containing(needle).tolist()


@given(st.lists(ENDPOINTS, min_size=1, max_size=8), st.data())
def test_every_part_of_a_text_is_found_in_all_texts_that_have_it(endpoints, data):
    texts = [str(endpoint) for endpoint in endpoints]
    text = data.draw(st.sampled_from(texts))
    start = data.draw(st.integers(0, len(text)))
    needle = text[start : data.draw(st.integers(start, len(text)))]
    assert found(endpoints, needle) == [needle in other for other in texts]


@given(st.lists(ENDPOINTS, max_size=8), st.text("0123456789abcdf.:[]", max_size=6))
def test_what_is_in_no_text_is_found_in_none(endpoints, needle):
    assert found(endpoints, needle) == [needle in str(endpoint) for endpoint in endpoints]


@pytest.mark.parametrize(
    "address",
    [
        *("::", "::1", "fe80::", "2001:db8::7", "2001:db8:0:1::", "1:0:0:2:0:0:3:4", "1:2:3:4:5:6:7:0", "0:1::"),
        *("::192.0.2.1", "::ffff:192.0.2.1", "::ffff:0:192.0.2.1", "::1:0", "1:2:3:4:5:6:7:8", "::ffff:0.0.0.0"),
    ],
)
def test_every_shape_of_ipv6_is_searched_as_it_is_written(address):
    endpoint = Endpoint(IPv6Address(address), 443)
    text = str(endpoint)
    parts = {text[start:end] for start in range(len(text)) for end in range(start + 1, len(text) + 1)}
    search = search_of([endpoint])
    assert [part for part in sorted(parts) if not search.containing(part).all()] == []


def test_no_text_of_a_row_is_written(monkeypatch):
    """However many rows there are: one text for each shape of IPv6 addresses, and those of a field's values."""
    written = []
    write = socket.inet_ntop
    monkeypatch.setattr(socket, "inet_ntop", lambda family, packed: written.append(packed) or write(family, packed))
    endpoints = [Endpoint(IPv6Address(0x20010DB8 << 96 | host), 443) for host in range(1, 4000)]
    endpoints += [Endpoint(IPv4Address(0xC0000200 + host), 443) for host in range(4000)]
    assert sum(found(endpoints, "7:443")) > 0
    assert len(written) == 1
