"""The kernel's own description of pages and of the event."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import WireError
from monitor.kernel.trace_format import EventFormat, Field, PageFormat
from tests.kernel.capture import CAPTURED

PAGE = (CAPTURED / "trace_header_page").read_bytes()
EVENT = (CAPTURED / "trace_event_format").read_bytes()


def test_a_page_has_its_parts_where_the_kernel_says():
    assert PageFormat.parse(PAGE) == PageFormat(Field(0, 8), Field(8, 8), Field(16, (16 << 10) - 16))


def test_the_event_has_its_fields_where_the_kernel_says():
    event = EventFormat.parse(EVENT)
    assert event.number == 2287
    assert event.words == 18
    assert event.record.fields is not None
    offsets = {name: event.record.fields[name][1] for name in event.record.names or ()}
    assert offsets["common_pid"] == 4
    assert offsets["skaddr"] == 8
    assert offsets["dport"] == 26
    assert offsets["daddr_v6"] == 56


def test_a_longer_event_is_read_in_its_whole_length():
    longer = EVENT.replace(b"\nprint fmt", b"\tfield:u32 more;\toffset:72;\tsize:4;\tsigned:0;\n\nprint fmt")
    assert EventFormat.parse(longer).words == 19


@pytest.mark.parametrize("name", ["timestamp", "commit", "data"])
def test_a_page_without_one_of_its_parts_is_refused(name):
    with pytest.raises(WireError):
        PageFormat.parse(PAGE.replace(name.encode(), b"other"))


@pytest.mark.parametrize("name", ["common_type", "common_flags", "common_pid", "skaddr", "oldstate", "daddr_v6"])
def test_an_event_without_a_field_that_is_needed_is_refused(name):
    with pytest.raises(WireError):
        EventFormat.parse(re.sub(rb"\b%s\b" % name.encode(), b"other", EVENT))


@pytest.mark.parametrize(
    ("text", "other"),
    [(b"offset:16;\tsize:16368", b"offset:6;\tsize:16368"), (b"size:16368", b"size:999999"), (b"size:8", b"size:16")],
)
def test_a_page_of_other_sizes_is_refused(text, other):
    with pytest.raises(WireError):
        PageFormat.parse(PAGE.replace(text, other, 1).replace(b"999999", b"9999999"))


def test_an_event_without_a_number_is_refused():
    with pytest.raises(WireError):
        EventFormat.parse(EVENT.replace(b"ID:", b"NO:"))


@given(at=st.integers(0, len(EVENT)), cut=st.integers(0, 40), instead=st.binary(max_size=40))
def test_a_mutated_description_is_read_or_refused(at, cut, instead):
    for parse, text in ((EventFormat.parse, EVENT), (PageFormat.parse, PAGE)):
        try:
            parse(text[:at] + instead + text[at + cut :])
        except WireError:
            continue
