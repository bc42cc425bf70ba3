"""Sockets that bind() cannot tell apart, judged as one: a busy service has a hundred thousand of a kind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.model.bind_facts import BindFacts, SocketOptions
from monitor.model.socket_table import U64, Rows, SocketTable
from monitor.reasoning.columns import group_rows


@dataclass(frozen=True, slots=True, eq=False)
class Alike:
    """The sockets of one protocol, grouped by all that decides about bind()."""

    first: SocketTable
    """The first socket of each group, in the order of the table, which is that of the kernel's lists."""
    rows: tuple[Rows, ...]
    """The rows of each group in the table that was grouped."""

    @classmethod
    def of(cls, table: SocketTable, wanted: Rows, facts: BindFacts) -> Alike:
        """Group some rows of a table."""
        first, group = group_rows(_columns(table.take(wanted), facts))
        order = np.argsort(first)
        place = np.empty(len(first), np.intp)
        place[order] = np.arange(len(first))
        by_group = np.argsort(place[group], kind="stable")
        ends = np.cumsum(np.bincount(group, minlength=len(first))[order])
        rows = np.split(wanted[by_group], ends[:-1]) if len(first) else []
        return cls(table.take(wanted[first[order]]), tuple(rows))


def _columns(table: SocketTable, facts: BindFacts) -> tuple[U64, ...]:
    """Pack what decides into the four columns that are grouped fast."""
    place = table.local_port.astype(np.uint64) | (table.device.astype(np.uint64) << np.uint64(16))
    place |= (table.family.astype(np.uint64) << np.uint64(48)) | (table.v6only.astype(np.uint64) << np.uint64(56))
    known = np.array([_code(facts.options.get(cookie)) for cookie in table.cookie.tolist()], np.uint64)
    kind = table.state.astype(np.uint64) | ((table.inode == 0).astype(np.uint64) << np.uint64(8))
    kind |= (known << np.uint64(9)) | (table.uid.astype(np.uint64) << np.uint64(16))
    return table.local_high, table.local_low, place, kind


def _code(options: SocketOptions | None) -> int:
    """Write options as a number below 16; 0 for those that are not visible."""
    if options is None:
        return 0
    return 8 | options.reuseaddr << 2 | options.reuseport << 1 | options.v6only
