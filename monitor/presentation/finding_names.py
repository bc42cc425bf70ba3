"""Who and what a finding is about, by name. All texts are safe."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from monitor.model.finding import (
    Finding,
    LinkSubject,
    PeerSubject,
    ProcessSubject,
    ServiceSubject,
    Subject,
    UserSubject,
)
from monitor.model.process import Process
from monitor.model.sample import Interval
from monitor.presentation.formats import clock_text
from monitor.presentation.netns_words import own_command
from monitor.presentation.process_words import process_title
from monitor.presentation.row_text import RowTexts
from monitor.reasoning.holders import pids_of


@dataclass(frozen=True, slots=True)
class FindingNames:
    """The names of one finding's things, out of the interval that it was found in."""

    finding: Finding
    interval: Interval
    texts: RowTexts = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "texts", RowTexts(self.interval))

    @property
    def row(self) -> int | None:
        """The first row that it is about; None where that has gone."""
        cookies = self.finding.cookies
        return self.interval.table.row_of_cookie(int(cookies[0])) if len(cookies) else None

    def command(self, words: str) -> str:
        """Write a command that shows more of it, in the network namespace that it was found in."""
        return own_command(words, self.interval.sample.named)

    def service(self) -> str:
        """Name the endpoint of a service, with the zone that only its row knows."""
        if self.row is not None:
            return str(self.texts.local(self.row))
        subject = self.finding.subject
        return str(subject.endpoint) if isinstance(subject, ServiceSubject) else ""

    def peer(self) -> str:
        """Name the remote endpoint, or the address where it is about that alone; empty where it is about several."""
        subject = self.finding.subject
        if not isinstance(subject, PeerSubject):
            return ""
        remote = subject.remote if self.row is None else self.texts.remote(self.row).on_the_wire
        return str(remote) if subject.remote.port else remote.address_text

    def link(self) -> str:
        """Name the interface that it is about; empty for none."""
        subject = self.finding.subject
        return self.interface(subject.link) if isinstance(subject, LinkSubject) else ""

    def interface(self, index: int) -> str:
        """Name an interface by its index; a dash for none."""
        return self.texts.interface_name(index)

    def whose(self) -> Subject:
        """Give who holds the sockets that it is about: the subject itself, or who has to do with its peer."""
        subject = self.finding.subject
        return subject.holder if isinstance(subject, PeerSubject) and subject.holder else subject

    def process(self, pid: int) -> str:
        """Name a process by its pid."""
        process = self.interval.owners.processes.get(pid)
        return f"process {pid}" if process is None else process_title(process)

    def busiest(self) -> str:
        """Name the process that holds most of its rows; empty where none is known."""
        interval = self.interval
        rows = np.flatnonzero(np.isin(interval.table.cookie, self.finding.cookies))
        first = interval.owner_first[rows]
        first = first[interval.owner_end[rows] > first]
        if not len(first):
            return ""
        pids, counts = np.unique(interval.owners.pid[first], return_counts=True)
        return self.process(int(pids[counts.argmax()]))

    def holder(self, subject: Subject) -> str:
        """Name a process as "proxy[990]", or the user of one that is not known as "(www-data)"."""
        if isinstance(subject, UserSubject):
            return f"({self.texts.user_name(subject.uid)})"
        process = self._process(subject)
        return "a program" if process is None else process_title(process)

    def program(self, subject: Subject) -> str:
        """Name the program alone: "proxy"."""
        process = self._process(subject)
        return self.holder(subject) if process is None else self.texts.name(process)

    def owners(self) -> list[ProcessSubject]:
        """List the processes that hold the first row, by pid."""
        if self.row is None:
            return []
        processes = self.interval.owners.processes
        pids = [pid for pid in pids_of(self.interval, [self.row]) if pid in processes]
        return [ProcessSubject(pid, processes[pid].start_time) for pid in pids]

    def owner(self) -> str:
        """Name the program that holds the first row; empty where it is not known."""
        owners = self.owners()
        return self.program(owners[0]) if owners else ""

    def since(self) -> str:
        """Say since when: "since 03:09:12Z", or that it was so before anybody looked."""
        if self.finding.since is None:
            return "since before the first sample"
        sample = self.interval.sample
        return f"since {clock_text(sample.taken_at - (sample.boot_time - self.finding.since))}"

    def _process(self, subject: Subject) -> Process | None:
        return self.interval.owners.processes.get(subject.pid) if isinstance(subject, ProcessSubject) else None
