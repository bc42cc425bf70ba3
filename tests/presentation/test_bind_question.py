"""What is typed on the bind screen: a port or an endpoint, and the command's options as words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import InputError
from monitor.model.bind import BindAttempt
from monitor.model.endpoint import Endpoint
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP
from monitor.presentation.bind_question import FLAGS, parse_question
from tests.scenes import link

LINKS = (link(1, "lo"), link(2, "eth0"))


def attempt(text: str) -> BindAttempt:
    return parse_question(text).attempt(LINKS, asker=1000)


def test_a_port_alone_stands_for_every_ipv4_address():
    assert attempt("8080") == BindAttempt(endpoint=Endpoint.parse("0.0.0.0:8080"), protocol=PROTOCOL_TCP, uid=1000)


def test_every_option_is_a_word():
    assert attempt(
        "[fe80::1%eth0]:53 udp reuseaddr reuseport v6only=1 dev=lo uid=33 freebind transparent no-port"
    ) == BindAttempt(
        endpoint=Endpoint.parse("[fe80::1%eth0]:53"),
        protocol=PROTOCOL_UDP,
        uid=33,
        device=1,
        zone=2,
        reuseaddr=True,
        reuseport=True,
        v6only=True,
        freebind=True,
        transparent=True,
        no_port=True,
    )


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("8080 --proto udp --reuseaddr --v6only 0 --dev lo --uid 0", "8080 udp reuseaddr v6only=0 dev=lo uid=0"),
        ("--dev=eth0 --no-port 0", "0 dev=eth0 no-port"),
        ("udp 8080 tcp", "8080"),
    ],
)
def test_the_commands_own_options_mean_the_same(typed: str, same: str):
    assert attempt(typed) == attempt(same)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a port or an endpoint is missing"),
        ("reuseaddr", "a port or an endpoint is missing"),
        ("65536", "port 65536 is out of range"),
        ("192.0.2.10", "no port in"),
        ("8080 9090", 'one endpoint at a time: "8080" and "9090"'),
        ("8080 reuse", '"reuse" is no option; reuseaddr or reuseport?'),
        ("8080 --frobnicate", '"frobnicate" is no option'),
        ("8080 -", '"-" is no option'),
        ("8080 v6only=2", "v6only takes 0 or 1: v6only=1"),
        ("8080 v6only", "v6only takes 0 or 1"),
        ("8080 dev=", "dev takes a value"),
        ("8080 dev=wg9", 'no interface is named "wg9"'),
        ("[fe80::1%wg9]:1", 'no interface is named "wg9"'),
        ("8080 uid=x", 'uid takes a number from 0 to 4294967294, not "x"'),
        ("8080 uid=4294967295", "uid takes a number"),
        ("8080 probe", "only the command does it"),
    ],
)
def test_a_mistake_is_named(text: str, said: str):
    with pytest.raises(InputError) as raised:
        attempt(text)
    assert said in str(raised.value)


@given(st.text(max_size=40) | st.lists(st.sampled_from([*FLAGS, "--", "=", "dev", "uid=", "[::]:1", "\x1b[2J"])))
def test_whatever_is_typed_is_understood_or_said_in_printable_words(typed: str | list[str]):
    try:
        attempt(typed if isinstance(typed, str) else " ".join(typed))
    except InputError as mistake:
        assert str(mistake).isprintable()
