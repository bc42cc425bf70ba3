"""Trace pages, built byte by byte and as the kernel wrote them."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.kernel.trace_format import EventFormat, PageFormat
from monitor.kernel.trace_pages import decode_pages
from monitor.kernel.trace_walk import walk_page
from monitor.kernel.transition_records import transitions_of
from monitor.model.endpoint import address_from_words
from monitor.model.tcp import TcpState
from tests.kernel.capture import CAPTURED
from tests.kernel.capture_trace import CLIENT_PORT, SERVER_PORT
from tests.kernel.trace_bytes import (
    LAYOUT,
    MISSED_EVENTS,
    MISSED_STORED,
    PADDING,
    PAGE_BYTES,
    absolute,
    discarded,
    elapsed,
    event,
    head,
    long_event,
    page,
    pages,
    rows,
)

CAPTURED_LAYOUT = PageFormat.parse((CAPTURED / "trace_header_page").read_bytes())
CAPTURED_EVENT = EventFormat.parse((CAPTURED / "trace_event_format").read_bytes())
CAPTURED_PAGE = (CAPTURED / "trace_page.bin").read_bytes().ljust(CAPTURED_LAYOUT.data.end, b"\0")


def decoded(*wanted: bytes, length: int = 2):
    """Times and words of all events, and the number of malformed pages."""
    events = decode_pages(pages(*wanted), LAYOUT, length)
    return events.times.tolist(), events.bodies.tolist(), events.malformed


def test_events_of_one_length_have_the_sum_of_all_times_before():
    assert decoded(page(1000, event(0, 1, 2), event(5, 3, 4), event(7, 5, 6))) == (
        [1000, 1005, 1012],
        [[1, 2], [3, 4], [5, 6]],
        0,
    )


def test_a_long_gap_stands_between_two_events():
    gap = 5_000_000_000
    assert decoded(page(1000, event(1, 1, 2), elapsed(gap), event(2, 3, 4)))[0] == [1001, 1003 + gap]


def test_a_time_of_its_own_replaces_what_was_counted():
    assert decoded(page(1000, event(1, 1, 2), absolute(7_000_000_000), event(2, 3, 4)))[0] == [1001, 7_000_000_002]


def test_a_discarded_event_leaves_nothing_but_its_time():
    assert decoded(page(0, event(1, 1, 2), discarded(10, 2), event(2, 3, 4))) == ([1, 13], [[1, 2], [3, 4]], 0)


def test_an_event_of_another_length_leaves_nothing_but_its_time_where_it_is_shorter():
    assert decoded(page(0, event(1, 9), event(2, 1, 2), event(3, 3, 4, 5))) == ([3, 6], [[1, 2], [3, 4]], 0)


def test_a_long_event_gives_its_first_words():
    assert decoded(page(0, long_event(4, *range(40)), event(1, 8, 9))) == ([4, 5], [[0, 1], [8, 9]], 0)


def test_nothing_follows_padding_without_a_time():
    assert decoded(page(0, event(1, 1, 2), head(PADDING, 0), bytes(40)))[0] == [1]


def test_an_empty_page_has_no_events():
    assert decoded(page(5)) == ([], [], 0)
    assert decoded() == ([], [], 0)


def test_the_flags_of_missed_events_are_no_bytes():
    whole = page(0, event(1, 1, 2), flags=MISSED_EVENTS | MISSED_STORED)
    assert decoded(whole) == ([1], [[1, 2]], 0)


def test_a_full_page_is_read_to_its_last_event():
    count = (PAGE_BYTES - 16) // 12
    times, _, malformed = decoded(page(0, *(event(1, 1, 2) for _ in range(count))))
    assert (times[-1], len(times), malformed) == (count, count, 0)


def test_pages_of_both_kinds_are_read_beside_each_other():
    even, uneven = page(100, event(1, 1, 2), event(1, 3, 4)), page(200, elapsed(1), event(1, 5, 6))
    times, words, malformed = decoded(even, uneven, page(0), even)
    assert sorted(times) == [101, 101, 102, 102, 202]
    assert sorted(words) == [[1, 2], [1, 2], [3, 4], [3, 4], [5, 6]]
    assert malformed == 0


BROKEN = {
    "more than a page": page(0, event(1, 1, 2), commit=PAGE_BYTES),
    "half a word": page(0, event(1, 1, 2), commit=14),
    "an event cut short": page(0, event(1, 1, 2), commit=8),
    "an event that runs past the end": page(0, event(1, 1, 2), head(2, 1)),
    "an event without its length": page(0, head(0, 1)),
    "an event of no bytes": page(0, head(0, 1), struct.pack("=I", 0)),
    "an event of half a word": page(0, head(0, 1), struct.pack("=I", 6), event(1, 1, 2)),
    "an event longer than the page": page(0, head(0, 1), struct.pack("=I", 1 << 20)),
    "a discarded event longer than the page": page(0, head(PADDING, 1), struct.pack("=I", 1 << 20)),
    "a time that does not exist": page(1 << 63, elapsed(1), event(1, 1, 2)),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_page_that_breaks_its_bounds_is_counted_and_the_others_are_read(broken):
    whole = page(0, event(1, 1, 2))
    assert decoded(whole, broken, whole) == ([1, 1], [[1, 2], [1, 2]], 1)


@given(
    st.integers(0, 1 << 62),
    st.lists(st.tuples(st.integers(0, (1 << 27) - 1), st.integers(0, (1 << 32) - 1)), max_size=300),
)
def test_events_read_all_at_once_are_those_found_one_by_one(time, wanted):
    data = page(time, *(event(delta, word, 7) for delta, word in wanted))
    events = decode_pages(pages(data), LAYOUT, 2)
    times, bodies = walk_page(np.frombuffer(data, np.uint32)[4 : 4 + 3 * len(wanted)], time, 2)
    assert events.times.tolist() == times.tolist()
    assert events.bodies.tolist() == bodies.tolist() == [[word, 7] for _, word in wanted]


def test_the_kernels_page_tells_both_connections():
    events = decode_pages(rows([CAPTURED_PAGE], len(CAPTURED_PAGE)), CAPTURED_LAYOUT, CAPTURED_EVENT.words)
    transitions = transitions_of(events.times, events.bodies, CAPTURED_EVENT, 1)
    assert transitions["new_state"].tolist() == [TcpState.SYN_SENT, TcpState.ESTABLISHED, TcpState.ESTABLISHED] * 2
    assert transitions["local_port"].tolist() == [CLIENT_PORT, CLIENT_PORT, SERVER_PORT] * 2
    assert transitions["remote_port"].tolist() == [SERVER_PORT, SERVER_PORT, CLIENT_PORT] * 2
    addresses = [
        str(address_from_words(int(row["local_high"]), int(row["local_low"]), int(row["family"])))
        for row in transitions
    ]
    assert addresses == ["127.0.0.1"] * 3 + ["::1"] * 3
    assert (transitions["thread"] == 0).tolist() == [False, False, True] * 2
    assert 0.2 < transitions["boot_time"][3] - transitions["boot_time"][2] < 0.3


@given(st.lists(st.tuples(st.integers(0, 520), st.integers(0, 255)), min_size=1, max_size=20))
def test_a_mutated_page_is_read_or_counted(changes):
    mutated = bytearray(CAPTURED_PAGE)
    for at, value in changes:
        mutated[at] = value
    events = decode_pages(rows([bytes(mutated)], len(mutated)), CAPTURED_LAYOUT, CAPTURED_EVENT.words)
    assert events.malformed in {0, 1}
    assert len(events.times) == len(events.bodies) <= len(mutated) // 8
    transitions_of(events.times, events.bodies, CAPTURED_EVENT, 1)
