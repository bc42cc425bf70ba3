"""Findings about limits of the host and of processes: open descriptors, the packet filter's table of connections."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from monitor.model.finding import Certainty, FindingKind, Grade, HostSubject, ProcessSubject, Side
from monitor.model.finding_numbers import UseNumbers
from monitor.model.socket_table import Rows
from monitor.reasoning.finding_conditions import (
    CONNTRACK_FOR_S,
    CONNTRACK_NEAR,
    CONNTRACK_UNTIL,
    DESCRIPTORS_FOR_S,
    DESCRIPTORS_NEAR,
    DESCRIPTORS_UNTIL,
)
from monitor.reasoning.finding_look import Holding, Look


def used_up_descriptors(look: Look) -> Iterator[Holding]:
    """Find processes that are about to get EMFILE from accept(), socket() and open()."""
    processes = look.interval.owners.processes
    for pid, use in look.interval.sample.descriptors.items():
        process = processes.get(pid)
        if process is None or use.limit is None or use.open < DESCRIPTORS_UNTIL * use.limit:
            continue
        yield Holding(
            kind=FindingKind.DESCRIPTORS,
            subject=ProcessSubject(pid, process.start_time),
            grade=Grade.TROUBLE,
            side=Side.PROGRAM,
            certainty=Certainty.CERTAIN,
            numbers=UseNumbers(used=use.open, limit=use.limit),
            rows=_rows_of(look, pid),
            for_s=DESCRIPTORS_FOR_S,
            opens=use.open >= DESCRIPTORS_NEAR * use.limit,
        )


def full_conntrack(look: Look) -> Iterator[Holding]:
    """Find the packet filter about to drop the packets of new connections."""
    facts = look.interval.sample.host_facts
    used, limit = facts.conntrack_count, facts.conntrack_max
    if used is None or not limit or used < CONNTRACK_UNTIL * limit:
        return
    yield Holding(
        kind=FindingKind.CONNTRACK,
        subject=HostSubject(),
        grade=Grade.TROUBLE,
        side=Side.HOST,
        certainty=Certainty.CERTAIN,
        numbers=UseNumbers(used=used, limit=limit),
        rows=np.zeros(0, np.intp),
        for_s=CONNTRACK_FOR_S,
        opens=used >= CONNTRACK_NEAR * limit,
    )


def _rows_of(look: Look, pid: int) -> Rows:
    owners = look.interval.owners
    held: Rows = np.flatnonzero(look.lives & np.isin(look.table.inode, owners.inode[owners.pid == pid]))
    return held
