"""Questions and answers cross the wire unchanged, errors among them; a stranger's bytes are refused."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from ipaddress import ip_address

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import InputError, KernelError, MonitorError, SourceError, WireError
from monitor.model.bind_facts import SocketHolder
from monitor.model.endpoint import Endpoint
from monitor.model.process import ProcessEnvironment
from monitor.model.receiver import FoundSocket, LookUp, Membership, ReceiverFacts
from monitor.model.route import Flow
from monitor.model.segment import Arrival, Origin, Reach, Segment
from monitor.model.sockets import SocketId
from monitor.model.tcp import TcpState
from monitor.model.tcp_info import SocketDetails, SocketMemory, TcpInfo
from monitor.model.tracking import Tracking, TrackingState
from monitor.model.transitions import Actor, NoTransitions
from monitor.sampling import event_messages, look_up_messages, messages
from monitor.sampling.row_records import to_records
from tests.happenings import actor, closed, happened, went
from tests.machine_db1 import FACTS, route_to
from tests.scenes import row, table_of

FLOWS = [
    Flow(ip_address("198.51.100.7")),
    Flow(ip_address("fe80::7"), zone="eth0", protocol=6, source=ip_address("fe80::5301"), mark=0, uid=1001),
    Flow(ip_address("2001:db8:1::7"), remote_port=443, device=2),
]
PAIRS = table_of(
    [
        row("tcp", "192.0.2.10:443", "198.51.100.7:51834", "ESTAB", cookie=(1 << 64) - 1),
        row("udp", "[fe80::5301]:546", "[fe80::1]:547", "ESTAB", device=2),
    ]
)
LEAST = {"state": 6, "timer": 3, "timer_tries": 0, "timer_ms": 41_000, "recv_q": 0, "send_q": 0, "inode": 0, "uid": 0}
DETAILS = SocketDetails(
    **LEAST,
    info=TcpInfo(length_bytes=280, rtt_us=23_000, is_app_limited=True, pacing_rate=(1 << 64) - 2),
    congestion_control=b"cub\xff",
    memory=SocketMemory(1, 2, 3, 4, 5),
)
SEGMENTS = [
    Segment(6, Endpoint.parse("[fe80::1%eth0]:80"), Endpoint.parse("[fe80::7%eth0]:5000"), 2),
    Segment(17, Endpoint.parse("192.0.2.10:53"), None),
]
ARRIVAL = Arrival(Reach.LOCAL, 2, Origin.WAY_BACK, 2, "EINVAL")
FOUND = FoundSocket((1 << 64) - 1, 5, 0, 10, 0, Endpoint.parse("0.0.0.0:53"), Endpoint.parse("0.0.0.0:0"))
QUESTIONS = [
    *(look_up_messages.AskSocket(id=5, socket=SocketId.of(PAIRS, number)) for number in range(2)),
    messages.AskSample(id=1, time_wait=True),
    messages.AskEvents(id=8),
    messages.AskFreshRows(id=7, namespace=4_026_531_840, rows=to_records(PAIRS)),
    look_up_messages.AskProcess(id=2, pid=4194304),
    look_up_messages.AskEnvironment(id=2, pid=990),
    *(messages.AskRoute(id=3, flow=flow) for flow in FLOWS),
    *(look_up_messages.AskReceiver(id=6, segment=segment) for segment in SEGMENTS),
    look_up_messages.AskReceiver(
        id=6, segment=SEGMENTS[0], holders=(SocketHolder(1, 2, 53, is_tcp=False, pid=3, fd=4),)
    ),
]
EVENTS = happened(
    2.5,
    [closed(row("tcp", "192.0.2.10:443", "198.51.100.7:51834", "ESTAB"), 2.4)],
    [went(2.3, 5, TcpState.ESTABLISHED, TcpState.FIN_WAIT_1, "192.0.2.10:443", "198.51.100.7:51834", thread=7)],
    {7: actor(7, b"\xff\x1b[2J"), 8: Actor(None, None, None)},
    lost_closes=3,
    no_transitions=NoTransitions.NOT_ROOT,
    since=5.5,
)
ANSWERS = [
    event_messages.EventsRead.of(8, EVENTS),
    look_up_messages.SocketRead(id=5, details=None),
    look_up_messages.SocketRead(id=5, details=SocketDetails(**LEAST)),
    look_up_messages.SocketRead(id=5, details=DETAILS),
    look_up_messages.ProcessRead(id=2, facts=None),
    look_up_messages.EnvironmentRead(
        id=2, environment=ProcessEnvironment(FACTS[990].process, (b"A=\xff\x1b", b"B="), is_cut=True)
    ),
    messages.FreshRowsRead(id=7, boot_time=1.5, namespace=4_026_531_840, rows=to_records(PAIRS), gone=bytes(8)),
    look_up_messages.ProcessRead(id=2, facts=FACTS[990]),
    *(messages.RouteRead(id=3, decision=route_to(flow)) for flow in FLOWS),
    look_up_messages.ReceiverRead(id=6, facts=ReceiverFacts(SEGMENTS[0], ARRIVAL, None, "not asked")),
    look_up_messages.ReceiverRead(id=6, facts=ReceiverFacts(SEGMENTS[1], ARRIVAL, LookUp(FOUND, (7, (1 << 64) - 1)))),
    look_up_messages.ReceiverRead(
        id=6, facts=ReceiverFacts(SEGMENTS[1], ARRIVAL, None, memberships={9: Membership.TAKES})
    ),
    look_up_messages.ReceiverRead(
        id=6,
        facts=ReceiverFacts(
            SEGMENTS[0], ARRIVAL, None, tracking=Tracking(TrackingState.PLAIN, FOUND.local, FOUND.remote)
        ),
    ),
    messages.Failed(id=4, reason="source", text="gone"),
]


def read_question(data):
    """Decode as the collector does."""
    return look_up_messages.decode_look_up(data) if messages.is_look_up(data) else messages.decode_question(data)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: type(question).__name__)
def test_a_question_crosses_unchanged(question):
    assert read_question(messages.encode(question)) == question


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: type(answer).__name__)
def test_an_answer_crosses_unchanged(answer):
    assert messages.decode_answer(messages.encode(answer), type(answer)) == answer


def test_names_that_are_no_text_cross_as_bytes():
    hostile = FACTS[990].process.__class__(1, 2, b"\xff\x1b[2J\0", 0, b"/\xfe", b"\x80" * 4096)
    facts = look_up_messages.ProcessRead(id=1, facts=FACTS[990].__class__(hostile, *[None] * 2, (), *[None] * 7))
    assert messages.decode_answer(messages.encode(facts), look_up_messages.ProcessRead).facts.process == hostile


def test_texts_that_hold_foreign_bytes_cross_written_out():
    """A cgroup may have any name, and its owner need not be root."""
    facts = replace(FACTS[990], user="ü\udcff", unit="a\udc80.service")
    answer = look_up_messages.ProcessRead(id=1, facts=facts)
    again = messages.decode_answer(messages.encode(answer), look_up_messages.ProcessRead).facts
    assert again == replace(facts, user=r"ü\xff", unit=r"a\x80.service")


@pytest.mark.parametrize(
    "error",
    [
        KernelError("list TCP sockets", 1, "run as root"),
        KernelError("list TCP sockets", 0),
        InputError("no interface is called eth9"),
        WireError("a netlink message of 3 bytes"),
        SourceError("the other end has gone"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_is_the_same_at_the_other_end(error):
    again = messages.decode_answer(messages.encode(messages.Failed.of(7, error)), messages.SampleRead).error()
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


def test_an_error_without_a_kind_of_its_own_ends_the_source():
    assert isinstance(messages.Failed.of(7, MonitorError("anything")).error(), SourceError)


@pytest.mark.parametrize("message", [*QUESTIONS, *ANSWERS], ids=lambda message: type(message).__name__)
def test_a_cut_or_changed_message_is_read_or_refused(message):
    decode = read_question if message in QUESTIONS else partial(messages.decode_answer, expected=type(message))
    data = messages.encode(message)
    damaged = [data[:length] for length in range(len(data))]
    damaged += [
        data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]
        for place in range(len(data))
        for bit in range(8)
    ]
    for stranger in damaged:
        try:
            decode(stranger)
        except WireError as error:
            assert "cannot be understood" in str(error)


@pytest.mark.parametrize(
    "decode",
    [
        messages.decode_question,
        look_up_messages.decode_look_up,
        messages.read_envelope,
        partial(messages.decode_answer, expected=look_up_messages.ReceiverRead),
    ],
)
@given(data=st.binary(max_size=300))
def test_whatever_comes_is_a_message_or_a_wire_error(decode, data):
    try:
        decode(data)
    except WireError:
        return


def test_deep_nesting_is_refused():
    with pytest.raises(WireError):
        messages.decode_question(b"\x91" * 100_000)


def test_a_socket_that_cannot_be_is_no_question():
    good = messages.encode(QUESTIONS[0])
    with pytest.raises(WireError, match="out of range"):
        read_question(good.replace(b"\xa8protocol\x06", b"\xa8protocol\xcd\x01\x06"))
    assert good.replace(b"\xa8protocol\x06", b"") != good


def test_a_question_is_no_answer():
    with pytest.raises(WireError):
        messages.decode_answer(messages.encode(QUESTIONS[0]), look_up_messages.SocketRead)


def test_a_segment_of_two_families_is_no_question():
    question = msgspec.msgpack.decode(messages.encode(look_up_messages.AskReceiver(id=1, segment=SEGMENTS[1])))
    question["segment"]["source"] = {"address": b"\0" * 16, "port": 5, "zone": None}
    with pytest.raises(WireError, match="different families"):
        read_question(msgspec.msgpack.encode(question))


def test_events_cross_unchanged():
    (answer,) = (answer for answer in ANSWERS if isinstance(answer, event_messages.EventsRead))
    again = answer.events()
    assert (again.closes.tolist(), again.transitions.tolist()) == (EVENTS.closes.tolist(), EVENTS.transitions.tolist())
    assert again.actors == EVENTS.actors
    assert (again.lost_closes, again.no_closes, again.no_transitions) == (3, None, NoTransitions.NOT_ROOT)
    assert again.since == 5.5


@pytest.mark.parametrize("name", ["closes", "transitions"])
def test_events_of_which_a_record_is_cut_are_refused(name):
    answer = event_messages.EventsRead.of(8, EVENTS)
    with pytest.raises(WireError):
        msgspec.structs.replace(answer, **{name: getattr(answer, name)[:-1]}).events()
