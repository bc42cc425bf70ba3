"""What the host has counted as lost, for the foot of the findings: totals, and by how much they rose lately."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.model.host_facts import HostFacts
from monitor.presentation.formats import count_text

_SHOWN = {
    "accept queues overflowed": ("TcpExt.ListenOverflows",),
    "SYNs dropped at listeners": ("TcpExt.ListenDrops",),
    "SYN queue full": ("TcpExt.TCPReqQFullDrop",),
    "socket backlog full": ("TcpExt.TCPBacklogDrop",),
    "TCP out of memory": ("TcpExt.TCPAbortOnMemory",),
    "TIME-WAIT table full": ("TcpExt.TCPTimeWaitOverflow",),
    "UDP buffers full": ("Udp.RcvbufErrors", "Udp6.RcvbufErrors"),
    "UDP checksums wrong": ("Udp.InCsumErrors", "Udp6.InCsumErrors"),
}
"""By what it is called: the counters that are summed up."""


def host_counter_lines(facts: HostFacts, before: Mapping[str, int]) -> list[str]:
    """Write what has ever been lost since the namespace was made, those that rose first; nothing where nothing was.

    Args:
        facts: Of the newest sample.
        before: The counters of an earlier one, to say by how much they rose.
    """
    shown = []
    for name, counters in _SHOWN.items():
        known = [facts.counters[counter] for counter in counters if counter in facts.counters]
        rose = sum(_rise(facts.counters, before, counter) for counter in counters)
        if sum(known):
            more = f" (+{count_text(rose)})" if rose else ""
            shown.append((rose == 0, f"{name} {count_text(sum(known))}{more}"))
    return [line for _, line in sorted(shown, key=lambda one: one[0])]


def _rise(now: Mapping[str, int], before: Mapping[str, int], counter: str) -> int:
    return max(0, now.get(counter, 0) - before.get(counter, now.get(counter, 0)))
