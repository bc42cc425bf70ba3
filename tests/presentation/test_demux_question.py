"""What can be typed into the demux screen, and what is said of what can't."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import InputError
from monitor.model.endpoint import Endpoint
from monitor.model.receiver import ReceiverQuestion
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP
from monitor.presentation.demux_question import DemuxQuestion, parse_question
from monitor.presentation.demux_typing import asked_lines
from tests.scenes import link

CLIENT, HERE = "198.51.100.7:51834", "192.0.2.10:443"
LINKS = (link(2, "eth0"), link(3, "eth1"))
ENDS = st.sampled_from([CLIENT, HERE, "[2001:db8::7]:51834", "[fe80::1%eth0]:80"])


def asked(text, width=120):
    """The line under the field."""
    try:
        question, mistake = parse_question(text), None
    except InputError as error:
        question, mistake = None, str(error)
    return "".join(cell.text for cell in asked_lines(text, question, mistake, width)[0].left).strip()


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("8080", DemuxQuestion(destination=8080)),
        (" 53  udp ", DemuxQuestion(destination=53, protocol=PROTOCOL_UDP)),
        ("53 --proto udp", DemuxQuestion(destination=53, protocol=PROTOCOL_UDP)),
        ("53 udp proto=tcp", DemuxQuestion(destination=53, protocol=PROTOCOL_TCP)),
        (HERE, DemuxQuestion(destination=Endpoint.parse(HERE))),
        ("[::ffff:192.0.2.10]:443", DemuxQuestion(destination=Endpoint.parse(HERE))),
        (
            f"{CLIENT} {HERE} --dev eth1",
            DemuxQuestion(destination=Endpoint.parse(HERE), source=Endpoint.parse(CLIENT), device="eth1"),
        ),
        (f"dev=eth1 {HERE}", DemuxQuestion(destination=Endpoint.parse(HERE), device="eth1")),
    ],
)
def test_what_the_command_takes_can_be_typed(text: str, question: DemuxQuestion):
    assert parse_question(text) == question


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "a port or an endpoint is missing"),
        ("0", "no client can name port 0"),
        ("192.0.2.10:0", "no client can name port 0"),
        ("65536", "port 65536 is out of range"),
        ("192.0.2.10", 'no port in "192.0.2.10"'),
        ("nginx", 'no port in "nginx"'),
        (f"{CLIENT} [::1]:80", "IPv4 and IPv6 do not mix"),
        (f"{CLIENT} 0.0.0.0:80", "is no destination of a segment"),
        (f"{CLIENT} 8080", 'no port in "8080"'),
        (f"{CLIENT} {HERE} {HERE}", "two endpoints at most"),
        ("80 proto=sctp", "proto takes tcp or udp"),
        ("80 --dev", "dev takes the name of an interface"),
        ("80 --probe", '"--probe" is no option'),
        ("\x1b[2J", "is no endpoint"),
    ],
)
def test_what_asks_nothing_is_said_in_one_sentence_under_the_field(text: str, sentence: str):
    assert sentence in asked(text)
    assert asked(text).isprintable()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("8080", "asked     port 8080 · new clients at every local address · tcp"),
        ("0.0.0.0:53 udp", "asked     0.0.0.0:53 · new clients at every local IPv4 address · udp"),
        (HERE, f"asked     {HERE} · a client that has no connection yet · tcp"),
        (f"{CLIENT} {HERE} dev=eth1", f"asked     {CLIENT} sends to {HERE} · tcp · by eth1"),
    ],
)
def test_what_was_understood_stands_under_the_field(text: str, said: str):
    assert asked(text) == said


def test_an_interface_is_found_by_its_name():
    assert parse_question(f"{HERE} dev=eth1").resolved(LINKS) == ReceiverQuestion(
        PROTOCOL_TCP, Endpoint.parse(HERE), None, 3
    )


@pytest.mark.parametrize("text", [f"{HERE} dev=eth7", "[fe80::1%eth7]:80", f"{HERE} dev=\udcff"])
def test_an_interface_that_is_not_there_is_named(text: str):
    with pytest.raises(InputError, match="no interface is named"):
        parse_question(text).resolved(LINKS)


@given(
    st.one_of(st.integers(1, 65535).map(str), ENDS),
    st.none() | ENDS,
    st.sampled_from([PROTOCOL_TCP, PROTOCOL_UDP]),
    st.none() | st.sampled_from(["eth0", "tun-7"]),
)
def test_a_question_is_read_again_as_it_is_written(destination, source, protocol, device):
    ends = [end for end in (source, destination) if end is not None]
    try:
        question = DemuxQuestion.of_ends(*ends, protocol=protocol, device=device)
    except InputError:
        return
    assert parse_question(str(question)) == question
