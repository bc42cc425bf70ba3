"""The conversation with the kernel: whose answers count, where they end, and what a broken one becomes."""

from __future__ import annotations

import errno
import socket
import struct

import numpy as np
import pytest

from monitor.errors import KernelError, WireError
from monitor.kernel.netlink import NETLINK_SOCK_DIAG, NetlinkSocket, TruncatedDatagramError
from monitor.kernel.netlink_messages import find_messages
from tests.kernel.netlink_bytes import (
    MULTI,
    PORT,
    SEQUENCE,
    EndlessKernel,
    ScriptedKernel,
    done,
    error,
    message,
)

KIND = 20


def dumped(*datagrams, **options) -> list[bytes]:
    """The payloads that a dump gives."""
    return payloads(NetlinkSocket(ScriptedKernel(*datagrams), **options))


def payloads(conversation: NetlinkSocket) -> list[bytes]:
    return [
        batch.data[offset + 16 : offset + length].tobytes()
        for batch in conversation.dump(KIND, b"question", "list things")
        for offset, length in zip(batch.offsets.tolist(), batch.lengths.tolist(), strict=True)
    ]


def errno_of(*datagrams) -> int:
    with pytest.raises(KernelError) as raised:
        dumped(*datagrams)
    assert raised.value.operation == "list things"
    return raised.value.errno


def test_rows_come_in_order_over_several_datagrams():
    assert dumped(message(b"aaaa") + message(b"bb"), message(b"cccccccc"), done()) == [b"aaaa", b"bb", b"cccccccc"]


def test_end_mark_may_stand_behind_the_last_rows():
    assert dumped(message(b"aaaa") + done()) == [b"aaaa"]


def test_long_runs_and_changes_of_length_are_walked_alike():
    lengths = [8] * 200 + [12] * 3 + [8] * 17 + [40] + [8] * 90 + [12] * 400
    sent = [bytes([number % 251]) * length for number, length in enumerate(lengths)]
    assert dumped(b"".join(map(message, sent)), done(), slot_bytes=1 << 16) == sent


def test_buffer_that_is_full_is_given_and_used_again():
    sent = [bytes([number]) * 100 for number in range(50)]
    assert dumped(*map(message, sent), done(), slot_bytes=200, arena_bytes=1000) == sent


def test_question_names_kind_dump_sequence_and_port():
    kernel = ScriptedKernel(done())
    payloads(NetlinkSocket(kernel))
    assert kernel.questions == [struct.pack("=IHHII", 24, KIND, 0x301, SEQUENCE, PORT) + b"question"]


def test_datagram_of_another_sender_is_dropped():
    assert dumped((4242, message(b"evil")), message(b"good"), (4242, error(errno.EPERM)), done()) == [b"good"]


@pytest.mark.parametrize("stale", [message(b"old!", sequence=9), message(b"old!", port=9), error(1, sequence=9)])
def test_answer_to_another_question_is_dropped(stale):
    assert dumped(stale, message(b"good"), done()) == [b"good"]


def test_foreign_message_behind_an_own_one_is_dropped():
    assert dumped(message(b"good") + message(b"evil", port=9), done()) == [b"good"]


def test_flood_of_foreign_datagrams_ends_in_a_timeout():
    kernel = EndlessKernel((4242, message(b"evil")))
    with pytest.raises(KernelError) as raised:
        payloads(NetlinkSocket(kernel, patience_s=0.01))
    assert raised.value.errno == errno.ETIMEDOUT


def test_dump_without_an_end_times_out():
    kernel = EndlessKernel(message(b"more"))
    with pytest.raises(KernelError) as raised:
        payloads(NetlinkSocket(kernel, patience_s=0.01, slot_bytes=64, arena_bytes=256))
    assert raised.value.errno == errno.ETIMEDOUT


def test_silence_in_the_middle_is_an_error_and_no_short_list():
    assert errno_of(message(b"aaaa")) == errno.ETIMEDOUT


@pytest.mark.parametrize("number", [errno.EPERM, errno.ENOENT, errno.EINVAL, errno.EOPNOTSUPP, errno.EBUSY])
def test_fk_05_refusal_carries_its_errno_wherever_it_stands(number):
    assert errno_of(error(number)) == number
    assert errno_of(message(b"aaaa"), error(number)) == number
    assert errno_of(message(b"aaaa") + error(number)) == number
    assert errno_of(message(b"aaaa") + error(number) + message(b"bbbb")) == number


def test_fk_04_error_in_the_end_mark_is_no_empty_list():
    assert errno_of(done(-errno.ENOENT)) == errno.ENOENT
    assert errno_of(message(b"aaaa") + done(-errno.EIO)) == errno.EIO


def test_error_of_the_socket_is_told():
    assert errno_of(message(b"aaaa"), OSError(errno.ENOBUFS, "no buffers")) == errno.ENOBUFS


def test_cut_datagram_is_no_answer_until_the_slot_is_wider():
    rows = message(bytes(100)) * 10
    conversation = NetlinkSocket(ScriptedKernel(rows, done()), slot_bytes=1000, arena_bytes=4000)
    with pytest.raises(TruncatedDatagramError):
        payloads(conversation)
    conversation._transport = ScriptedKernel(message(b"left", sequence=1), BlockingIOError())
    conversation.widen()
    conversation._transport.datagrams += [message(bytes(100), sequence=2) * 10, done(sequence=2)]
    assert len(payloads(conversation)) == 10


def test_abandoned_dump_is_read_to_its_end_before_the_next_question():
    kernel = ScriptedKernel(message(bytes(100)), message(bytes(100)), message(b"late"), done())
    conversation = NetlinkSocket(kernel, slot_bytes=200, arena_bytes=200)
    next(conversation.dump(KIND, b"", "list things"))
    kernel.datagrams += [BlockingIOError(), message(b"new!", sequence=2), done(sequence=2)]
    assert payloads(conversation) == [b"new!"]


def test_interrupted_dump_is_flagged_until_the_next():
    conversation = NetlinkSocket(ScriptedKernel(message(b"aaaa", flags=MULTI | 0x10) + done(), done(sequence=2)))
    assert payloads(conversation) == [b"aaaa"]
    assert conversation.was_interrupted
    assert payloads(conversation) == []
    assert not conversation.was_interrupted


@pytest.mark.parametrize("length", [0, 3, 15, 24, 0xFFFF_FFFF])
def test_fk_06_length_that_breaks_its_bounds_is_a_wire_error(length):
    broken = bytearray(message(b"aaaa"))
    broken[:4] = struct.pack("=I", length)
    with pytest.raises(WireError):
        dumped(message(b"aaaa") + bytes(broken), done())


def test_message_may_not_run_into_the_next_datagram():
    broken = bytearray(message(b"aaaa"))
    broken[:4] = struct.pack("=I", 40)
    with pytest.raises(WireError):
        dumped(bytes(broken), message(b"bbbb"), done())


@pytest.mark.parametrize(
    "broken",
    [b"", b"short", message(b"", 3), message(b"", 99), message(bytes(4), 4), message(struct.pack("=i", -4096), 2)],
)
def test_other_nonsense_is_a_wire_error(broken):
    with pytest.raises(WireError):
        dumped(broken, done())


def test_noop_and_success_say_nothing():
    assert dumped(message(b"", 1) + message(b"aaaa") + error(0), done()) == [b"aaaa"]


def test_look_up_gives_answers_and_refusals_in_order():
    kernel = ScriptedKernel(message(b"aaaa", sequence=1), error(errno.ENOENT, sequence=2), message(b"cc", sequence=3))
    found, refusals = NetlinkSocket(kernel).look_up(KIND, [b"1", b"2", b"3"], "look up")
    assert [found.data[at + 16 : at + 18].tobytes() for at in found.offsets] == [b"aa", b"cc"]
    assert refusals == [0, errno.ENOENT, 0]


def test_look_up_passes_over_an_answer_that_comes_late():
    kernel = ScriptedKernel(message(b"late", sequence=9), message(b"evil", port=9), message(b"aaaa"))
    found, _ = NetlinkSocket(kernel).look_up(KIND, [b"1"], "look up")
    assert [found.data[at + 16 : at + 20].tobytes() for at in found.offsets] == [b"aaaa"]


@pytest.mark.parametrize("answer", [message(b"aaaa", 99), message(b"aaaa") + message(b"bbbb"), error(0), done()])
def test_look_up_takes_one_message_of_its_own_kind_only(answer):
    with pytest.raises(WireError):
        NetlinkSocket(ScriptedKernel(answer)).look_up(KIND, [b"1"], "look up")


def test_look_ups_that_do_not_fit_the_buffer_are_refused():
    kernel = ScriptedKernel(*(message(bytes(100), sequence=number) for number in range(1, 20)))
    with pytest.raises(WireError):
        NetlinkSocket(kernel, slot_bytes=200, arena_bytes=1000).look_up(KIND, [b""] * 19, "look up")


def test_no_messages_are_found_in_nothing():
    assert len(find_messages(np.zeros(0, np.uint8))) == 0


@pytest.mark.parametrize(
    ("number", "hint"),
    [(errno.EAFNOSUPPORT, "no netlink here"), (errno.EPROTONOSUPPORT, "this kernel lacks"), (errno.EMFILE, "")],
)
def test_why_there_is_no_netlink_socket_is_said_as_far_as_the_error_tells(monkeypatch, number, hint):
    def refuse(*_):
        raise OSError(number, "refused")

    monkeypatch.setattr(socket, "socket", refuse)
    with pytest.raises(KernelError) as raised:
        NetlinkSocket.open(NETLINK_SOCK_DIAG, "list things")
    assert raised.value.errno == number
    assert raised.value.hint.startswith(hint)
    assert bool(raised.value.hint) == bool(hint)
