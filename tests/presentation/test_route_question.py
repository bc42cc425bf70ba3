from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import InputError
from monitor.model.route import Flow
from monitor.presentation.route_question import parse_question
from tests.scenes import link

LINKS = (link(1, "lo"), link(7, "wg0"))
FAR = ip_address("198.51.100.7")


@pytest.mark.parametrize(
    ("typed", "flow"),
    [
        ("198.51.100.7", Flow(FAR, protocol=6)),
        (" 198.51.100.7:443  ", Flow(FAR, protocol=6, remote_port=443)),
        ("198.51.100.7 dport=443", Flow(FAR, protocol=6, remote_port=443)),
        ("198.51.100.7:443 --dport 443", Flow(FAR, protocol=6, remote_port=443)),
        ("udp 198.51.100.7", Flow(FAR, protocol=17)),
        ("198.51.100.7 proto=47", Flow(FAR, protocol=47)),
        ("198.51.100.7 --uid 33 mark=0x7 tos=16", Flow(FAR, protocol=6, uid=33, mark=7, tos=16)),
        ("dev=wg0 198.51.100.7", Flow(FAR, protocol=6, device=7)),
        ("198.51.100.7 src=192.0.2.10 --sport=5000", Flow(FAR, protocol=6, source=ip_address("192.0.2.10"),
                                                          source_port=5000)),
        ("198.51.100.7 uid=1 uid=2", Flow(FAR, protocol=6, uid=2)),
        ("fe80::1%wg0", Flow(ip_address("fe80::1"), zone="wg0", protocol=6)),
    ],
)  # fmt: skip
def test_what_is_typed_becomes_a_flow(typed: str, flow: Flow):
    assert parse_question(typed).flow(LINKS) == flow


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "an address is missing"),
        ("uid=33", "an address is missing"),
        ("198.51.100.7 uid=", "uid takes a value"),
        ("198.51.100.7 --uid", "uid takes a value"),
        ("198.51.100.7 uid=root", 'uid takes a number from 0 to 4294967294, not "root"'),
        ("198.51.100.7 tos=256", "tos takes a number from 0 to 255"),
        ("198.51.100.7 mark=0x", "mark takes a number"),
        ("198.51.100.7 src=192.0.2.1:80", "src takes an address without a port"),
        ("198.51.100.7:80 dport=81", "two remote ports are named, 80 and 81"),
        ("198.51.100.7 203.0.113.5", "one remote endpoint at a time"),
        ("198.51.100.7 colour=red", '"colour=red" is no selector'),
        ("198.51.100.7 -v", '"-v" is no selector'),
        ("198.51.100.7:65536", "out of range"),
        ("198.51.100.7 dev=eth9", 'no interface is named "eth9"'),
    ],
)
def test_a_mistake_is_named(typed: str, sentence: str):
    with pytest.raises(InputError) as raised:
        parse_question(typed).flow(LINKS)
    assert sentence in str(raised.value)


@given(st.text(max_size=80))
def test_whatever_is_typed_is_a_question_or_one_printable_sentence(typed: str):
    try:
        parse_question(typed)
    except InputError as error:
        assert str(error).isprintable()
