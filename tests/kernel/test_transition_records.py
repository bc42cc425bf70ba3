"""The kernel's records as the model has them."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.kernel.trace_format import EventFormat
from monitor.kernel.transition_records import transitions_of
from tests.kernel.capture import CAPTURED

EVENT = EventFormat.parse((CAPTURED / "trace_event_format").read_bytes())
HARDIRQ, SOFTIRQ, NMI, NEED_RESCHED, BOTTOM_HALVES_OFF = 0x08, 0x10, 0x40, 0x04, 0x80
KEY = 0x1234_5678_9ABC_DEF1


def record(**fields: int):
    """One transition of an event whose other fields are 0."""
    events = np.zeros(1, EVENT.record)
    events["common_type"] = EVENT.number
    for name, value in fields.items():
        events[name] = value
    bodies = events.view(np.uint32).reshape(1, -1)
    return transitions_of(np.array([1_500_000_000], np.uint64), bodies, EVENT, KEY)


def test_times_are_seconds():
    assert record()["boot_time"].tolist() == [1.5]


@pytest.mark.parametrize("flags", [HARDIRQ, SOFTIRQ, NMI, SOFTIRQ | NEED_RESCHED])
def test_the_thread_that_an_interrupt_met_has_no_part_in_it(flags):
    assert record(common_pid=77, common_flags=flags)["thread"].tolist() == [0]


@pytest.mark.parametrize("flags", [0, NEED_RESCHED, BOTTOM_HALVES_OFF])
def test_a_thread_that_acted_is_named(flags):
    assert record(common_pid=77, common_flags=flags)["thread"].tolist() == [77]


def test_events_of_another_kind_are_left_out():
    assert len(record(common_type=EVENT.number + 1)) == 0


def test_sockets_are_told_apart_without_their_addresses():
    first, again, other = (record(skaddr=address)["socket"].item() for address in (0x8000, 0x8000, 0x8040))
    assert first == again != other
    assert first not in {0x8000, 0x8040}
