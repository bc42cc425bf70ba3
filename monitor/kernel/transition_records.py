"""The kernel's records of changes of state into those of the model. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from monitor.kernel.netlink_messages import Records
from monitor.kernel.trace_format import EventFormat
from monitor.kernel.trace_pages import Events
from monitor.model.transitions import TRANSITION

_IN_INTERRUPT = 0x08 | 0x10 | 0x40
"""TRACE_FLAG_HARDIRQ, SOFTIRQ and NMI (include/linux/trace_events.h)."""
_NS_PER_S = 1_000_000_000


def transitions_in(pages: Sequence[Events], event: EventFormat, key: int) -> Records:
    """Make records of TRANSITION, page after page; events of another number than that of the format are left out.

    Args:
        pages: Their bodies are as long as the format's records.
        event: The kernel's format.
        key: An odd number of 64 bits. An address in the kernel is nobody's business, but multiplied by it still tells
            sockets apart.
    """
    if not pages:
        return np.empty(0, TRANSITION)
    times = np.concatenate([page.times for page in pages])
    raw = np.concatenate([page.bodies for page in pages]).view(event.record).reshape(-1)
    is_ours = raw["common_type"] == event.number
    if not is_ours.all():
        times, raw = times[is_ours], raw[is_ours]
    records = np.empty(len(raw), TRANSITION)
    records["boot_time"] = times / _NS_PER_S
    records["socket"] = raw["skaddr"].astype(np.uint64) * np.uint64(key)
    records["thread"] = np.where(raw["common_flags"] & _IN_INTERRUPT, 0, raw["common_pid"])
    for ours, theirs in _SAME.items():
        records[ours] = raw[theirs]
    for side, address in _ADDRESSES.items():
        records[f"{side}_high"], records[f"{side}_low"] = raw[address].T
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
