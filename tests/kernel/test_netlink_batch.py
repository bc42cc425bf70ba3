"""Batches against a kernel that lies, is silent, or answers something else."""

from __future__ import annotations

import errno
import struct
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import KernelError, WireError
from monitor.kernel.netlink_batch import NetlinkBatch
from monitor.kernel.way_messages import next_hops_of, requests_of, ways_of
from monitor.model.endpoint import MAPPED_IPV4
from monitor.model.ways import WAY_QUESTION
from tests.kernel.netlink_bytes import ScriptedKernel, error, message

AF_INET, NEWROUTE = 2, 24
QUESTIONS = np.zeros(2, WAY_QUESTION)
QUESTIONS["remote_low"] = MAPPED_IPV4 | 0xCB007105


def attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def route(sequence: int, *attributes: bytes, kind: int = 1) -> bytes:
    body = struct.pack("=BBBBBBBBI", AF_INET, 32, 0, 0, 254, 0, 0, kind, 0) + b"".join(attributes)
    return message(body, NEWROUTE, flags=0, sequence=sequence)


def ask(*datagrams):
    kernel = ScriptedKernel(*datagrams)
    batch = NetlinkBatch(kernel)
    return batch.ask(requests_of(QUESTIONS, AF_INET), "look up routes"), kernel


def test_answers_come_in_the_order_of_the_questions_which_went_in_one_datagram():
    device, source = attribute(4, struct.pack("=I", 7)), attribute(7, bytes([192, 0, 2, 1]))
    messages, kernel = ask(route(1, device, source), error(errno.ENETUNREACH, sequence=2))
    first, second = ways_of(messages, QUESTIONS, AF_INET)
    assert (first["device"], first["source_low"], first["type"], first["errno"]) == (7, MAPPED_IPV4 | 0xC0000201, 1, 0)
    assert (second["device"], second["type"], second["errno"]) == (0, 0, errno.ENETUNREACH)
    assert len(kernel.questions) == 1


def test_strangers_and_late_answers_are_dropped():
    messages, _ = ask((99, route(1)), route(0), route(1), route(2))
    assert len(messages) == 2


@pytest.mark.parametrize(
    ("datagrams", "expected"),
    [
        ((route(1),), KernelError),
        ((OSError(errno.ENOBUFS, "lost"),), KernelError),
        ((route(2),), WireError),
        ((b"\0" * 8,), WireError),
        ((route(1) + route(1), route(2)), WireError),
    ],
)
def test_gap_silence_and_broken_datagrams_are_errors(datagrams, expected):
    with pytest.raises(expected):
        ask(*datagrams)


@pytest.mark.parametrize("kind", [6, 7, 8])
def test_refusing_route_is_a_refusal(kind):
    messages, _ = ask(route(1, kind=kind), route(2))
    first, second = ways_of(messages, QUESTIONS, AF_INET)
    assert first["errno"] == {6: errno.EINVAL, 7: errno.EHOSTUNREACH, 8: errno.EACCES}[kind]
    assert second["errno"] == 0


def test_next_hops_that_are_dead_do_not_count():
    hops = struct.pack("=HBBi", 8, 0, 0, 3) + struct.pack("=HBBi", 8, 1, 0, 4) + struct.pack("=HBBi", 8, 0, 0, 5)
    messages, _ = ask(route(1, attribute(9, hops)), route(2))
    assert next_hops_of(messages) == [{3, 5}, set()]


@given(st.binary(max_size=200))
def test_whatever_stands_behind_the_header_ends_in_an_answer_or_in_our_error(body):
    messages, _ = ask(message(body, NEWROUTE, flags=0, sequence=1), route(2))
    for read in (lambda: ways_of(messages, QUESTIONS, AF_INET), lambda: next_hops_of(messages)):
        with suppress(WireError):
            assert len(read()) == 2
