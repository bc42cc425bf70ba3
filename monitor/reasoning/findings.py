"""Findings: what is wrong on a machine, told from its intervals.

Each family of findings looks at an interval for conditions that are met in it (Holding); Spells tells those that have
held for their time. What a family remembers beyond that is bounded. Nothing walks all rows in Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from monitor.model.event_list import EventList
from monitor.model.finding import Finding, in_order
from monitor.model.sample import Interval
from monitor.reasoning.counter_window import CounterWindow
from monitor.reasoning.finding_look import Holding, Look
from monitor.reasoning.finding_spells import Spells
from monitor.reasoning.findings_connecting import UnansweredSyns
from monitor.reasoning.findings_leaks import CloseWaits
from monitor.reasoning.findings_limits import full_conntrack, used_up_descriptors
from monitor.reasoning.findings_listeners import listener_notes
from monitor.reasoning.findings_ports import UsedPorts, short_connections
from monitor.reasoning.findings_queues import AcceptQueues, UdpDrops
from monitor.reasoning.findings_repeats import refused_connections, repeated_connections
from monitor.reasoning.findings_retransmits import Retransmits
from monitor.reasoning.findings_routes import moved_connections
from monitor.reasoning.findings_silence import idle_without_keepalive, silent_peers
from monitor.reasoning.findings_stalls import Stalls
from monitor.reasoning.findings_workers import uneven_workers


class Findings:
    """Reads one interval after another of one machine; another machine, or a clock that went back, begins anew."""

    def __init__(self) -> None:
        self._namespace: int | None = None
        self._now = 0.0
        self._begin()

    def _begin(self) -> None:
        self._window = CounterWindow()
        self._spells = Spells()
        self._ports = UsedPorts()
        self._families: tuple[Callable[[Look], Iterator[Holding]], ...] = (
            AcceptQueues().holdings,
            used_up_descriptors,
            self._ports.holdings,
            full_conntrack,
            CloseWaits().holdings,
            UnansweredSyns().holdings,
            silent_peers,
            Retransmits().holdings,
            Stalls().holdings,
            UdpDrops().holdings,
            moved_connections,
            idle_without_keepalive,
            uneven_workers,
            listener_notes,
            short_connections,
            refused_connections,
            repeated_connections,
        )

    @property
    def wants_time_wait(self) -> bool:
        """Whether the next sample should read TIME-WAIT, which may hold nearly all local ports."""
        return self._ports.wants_time_wait

    def advance(self, interval: Interval, events: EventList | None = None) -> tuple[Finding, ...]:
        """Give what is found now, trouble first; to be called once for each sample.

        Args:
            interval: The sample's.
            events: What happened to connections, as far as it was read; None where nobody listens.
        """
        sample = interval.sample
        if interval.table.namespace != self._namespace or sample.boot_time < self._now:
            self._begin()
        self._namespace, self._now = interval.table.namespace, sample.boot_time
        self._window.add(sample.boot_time, sample.host_facts.counters)
        look = Look.at(interval, self._window, events)
        found = self._spells.tell(look, (holding for family in self._families for holding in family(look)))
        return in_order(found)
