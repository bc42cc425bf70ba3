"""Frames over a pipe: what arrives is what was sent, and nothing else is believed."""

from __future__ import annotations

import os
import struct
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import SourceError, WireError
from monitor.sampling import frames
from monitor.sampling.frames import MAX_BODY, MAX_HEAD, WIRE_VERSION, read_frame, write_frame

PREFIX = struct.Struct(">2sBxII")


@contextmanager
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    try:
        yield ends
    finally:
        for end in ends:
            with suppress(OSError):
                os.close(end)


def sent(data):
    """Read a frame from a stream that holds these bytes and ends; they must fit into a pipe."""
    with pipe() as (output, end):
        os.write(end, data)
        os.close(end)
        return read_frame(output)


@contextmanager
def little_memory() -> Iterator[None]:
    """Hold that less than a hundredth of what a frame may claim is taken at any moment."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < (MAX_HEAD + MAX_BODY) // 100
    finally:
        tracemalloc.stop()


def refusal(data, error=WireError):
    with pytest.raises(error) as caught:
        sent(data)
    return str(caught.value)


@given(st.binary(max_size=200), st.lists(st.binary(max_size=300), max_size=4))
def test_a_frame_arrives_as_it_was_sent(head, body):
    with pipe() as (output, end):
        write_frame(end, head, body)
        frame = read_frame(output)
    assert (bytes(frame.head), bytes(frame.body)) == (head, b"".join(body))


def test_a_frame_larger_than_the_pipe_arrives_whole():
    body = bytes(range(256)) * 8192
    with pipe() as (output, end):
        writer = threading.Thread(target=write_frame, args=(end, b"head", [memoryview(body)]))
        writer.start()
        frame = read_frame(output)
        writer.join()
    assert bytes(frame.body) == body


def test_frames_follow_each_other_and_the_stream_ends_between_two():
    with pipe() as (output, end):
        write_frame(end, b"one", [b"1"])
        write_frame(end, b"two")
        os.close(end)
        assert bytes(read_frame(output).head) == b"one"
        assert bytes(read_frame(output).head) == b"two"
        assert read_frame(output) is None


def test_a_body_of_numbers_is_counted_in_bytes():
    with pipe() as (output, end):
        write_frame(end, b"", [memoryview(b"12345678").cast("Q")])
        assert bytes(read_frame(output).body) == b"12345678"


WHOLE = PREFIX.pack(b"4t", WIRE_VERSION, 4, 3) + b"headend"


@pytest.mark.parametrize("length", range(1, len(WHOLE)))
def test_a_stream_that_ends_inside_a_frame_has_ended_too_early(length):
    assert "ended inside a frame" in refusal(WHOLE[:length], SourceError)


def test_an_empty_stream_holds_no_frame():
    assert sent(b"") is None


def test_another_version_is_named():
    assert f"version {WIRE_VERSION + 1}, this program reads version {WIRE_VERSION}" in refusal(
        PREFIX.pack(b"4t", WIRE_VERSION + 1, 0, 0)
    )


def test_bytes_of_another_program_are_no_frame():
    assert "no frames" in refusal(b"Traceback (most recent call last)")


@pytest.mark.parametrize(("head", "body"), [(MAX_HEAD + 1, 0), (0, MAX_BODY + 1), ((1 << 32) - 1, (1 << 32) - 1)])
def test_a_frame_that_claims_too_much_is_refused_before_memory_is_taken(head, body):
    with little_memory():
        assert "too large" in refusal(PREFIX.pack(b"4t", WIRE_VERSION, head, body))


def test_ff_05_memory_is_taken_for_what_has_come_and_not_for_what_a_length_claims():
    with little_memory():
        claim = PREFIX.pack(b"4t", WIRE_VERSION, MAX_HEAD, MAX_BODY)
        assert "ended inside a frame" in refusal(claim + b"little", SourceError)


def test_a_frame_that_is_too_large_is_not_sent(monkeypatch):
    monkeypatch.setattr(frames, "MAX_BODY", 10)
    with pipe() as (output, end):
        with pytest.raises(WireError, match="too large"):
            write_frame(end, b"", [b"x" * 6, b"y" * 5])
        os.close(end)
        assert read_frame(output) is None


def test_a_silent_stream_is_given_up():
    with pipe() as (output, end):
        with pytest.raises(SourceError, match="nothing came"):
            read_frame(output, 0.0)
        os.write(end, WHOLE[:5])
        with pytest.raises(SourceError, match="nothing came"):
            read_frame(output, 0.0)


def test_a_reader_that_has_gone_is_said():
    with pipe() as (output, end):
        os.close(output)
        with pytest.raises(SourceError, match="the other end has gone"):
            write_frame(end, b"head")


@given(st.binary(max_size=400))
def test_whatever_comes_is_a_frame_or_one_of_our_errors(data):
    with suppress(WireError, SourceError):
        frame = sent(data)
        assert frame is None or len(frame.head) + len(frame.body) + PREFIX.size <= len(data)
