"""What decides about bind() crosses the wire unchanged, and a stranger's facts are checked."""

from __future__ import annotations

import msgspec
import pytest

from monitor.errors import WireError
from monitor.model.bind_facts import BindFacts, LocalKind, LocalPrefix, SocketHolder, SocketOptions, Unread
from monitor.sampling import look_up_messages, messages
from monitor.sampling.collector_process import CollectorProcess
from monitor.sampling.decide_bind import decide
from monitor.sampling.stream import StreamSource
from tests.binding import REUSEADDR, attempt_of, conflict_inodes, inode, socket_at

FACTS = BindFacts(
    unprivileged_from=80,
    reserved=((8080, 8080), (9000, 9005)),
    local_prefixes=(LocalPrefix(0x7F00_0000, 8, LocalKind.LOCAL, 255),),
    vrf_tables={9: 100},
    options={(1 << 64) - 1: SocketOptions(reuseaddr=True, reuseport=False, v6only=True)},
    unread={7: Unread.NO_PROCESS},
    notices=("a setting could not be read",),
)


def test_question_and_answer_cross_unchanged():
    question = look_up_messages.AskBindFacts(id=1, holders=(SocketHolder(cookie=1, inode=2, port=80, is_tcp=True),))
    assert look_up_messages.decode_look_up(messages.encode(question)) == question
    answer = look_up_messages.BindFactsRead(id=1, facts=FACTS)
    assert messages.decode_answer(messages.encode(answer), look_up_messages.BindFactsRead) == answer


@pytest.mark.parametrize("length", [-1, 33])
def test_a_prefix_that_cannot_be_is_refused(length):
    plain = msgspec.to_builtins(look_up_messages.BindFactsRead(id=1, facts=FACTS))
    plain["facts"]["local_prefixes"][0]["length"] = length
    with pytest.raises(WireError):
        messages.decode_answer(msgspec.msgpack.encode(plain), look_up_messages.BindFactsRead)


@pytest.mark.kernel
def test_a_collector_answers_as_the_kernel_does(namespace):
    with socket_at("127.0.0.1:8080", REUSEADDR) as held:
        source = StreamSource.to(CollectorProcess())
        try:
            sample = source.sample(time_wait=True)
            refused, _ = decide(source, sample, attempt_of("127.0.0.1:8080"))
            shared, facts = decide(source, sample, attempt_of("127.0.0.1:8080", REUSEADDR))
        finally:
            source.close()
        assert conflict_inodes(refused, sample) == {inode(held)}
        assert shared.is_ok
        assert [options.reuseaddr for options in facts.options.values()] == [True]
