"""The kernel's records of changes of state into those of the model. Pure."""

from __future__ import annotations

import numpy as np

from monitor.kernel.netlink_messages import Records
from monitor.kernel.trace_format import EventFormat
from monitor.model.socket_table import U32, U64
from monitor.model.transitions import TRANSITION

_IN_INTERRUPT = 0x08 | 0x10 | 0x40
"""TRACE_FLAG_HARDIRQ, SOFTIRQ and NMI (include/linux/trace_events.h)."""
_NS_PER_S = 1_000_000_000


def transitions_of(times: U64, bodies: U32, event: EventFormat, key: int) -> Records:
    """Make records of TRANSITION, in the same order; events of another kind are left out.

    Args:
        times: Nanoseconds of the trace clock, which is that of the boot time.
        bodies: The events, shape (events, words of the format).
        event: The kernel's format.
        key: An odd number of 64 bits. An address in the kernel is nobody's business, but multiplied by it still tells
            sockets apart.
    """
    events = bodies.view(event.record)[:, 0]
    is_ours = events["common_type"] == event.number
    if not is_ours.all():
        times, events = times[is_ours], events[is_ours]
    records = np.empty(len(events), TRANSITION)
    records["boot_time"] = times / _NS_PER_S
    records["socket"] = events["skaddr"].astype(np.uint64) * np.uint64(key)
    records["thread"] = np.where(events["common_flags"] & _IN_INTERRUPT, 0, events["common_pid"])
    for ours, theirs in _SAME.items():
        records[ours] = events[theirs]
    for side, address in _ADDRESSES.items():
        records[f"{side}_high"], records[f"{side}_low"] = events[address].T
    return records


_SAME = {
    "local_port": "sport",
    "remote_port": "dport",
    "family": "family",
    "old_state": "oldstate",
    "new_state": "newstate",
}
_ADDRESSES = {"local": "saddr_v6", "remote": "daddr_v6"}
"""They hold an IPv4 address as well, in its mapped form."""
