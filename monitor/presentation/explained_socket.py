"""ExplainedSocket: one row whose values are to be explained, and what its own screen would say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from monitor.model.sample import Interval
from monitor.model.tcp import KERNEL_HELD, PROTOCOL_TCP, TcpState
from monitor.presentation.connection_words import connection_lines
from monitor.presentation.linked_line import LinkedLine, Target
from monitor.presentation.row_text import RowTexts

_UNBROKEN = 1_000
"""Cells in which every line of words has room."""


@dataclass(frozen=True)
class ExplainedSocket:
    """One row, and what its own screen would say of it."""

    texts: RowTexts
    row: int
    """Of the interval's table."""

    @property
    def interval(self) -> Interval:
        """What the row is taken from."""
        return self.texts.interval

    @property
    def is_pair(self) -> bool:
        """Whether it has two endpoints."""
        return bool(self.interval.table.is_pair[self.row])

    @property
    def is_tcp(self) -> bool:
        """Whether it is a TCP socket."""
        return int(self.interval.table.protocol[self.row]) == PROTOCOL_TCP

    @property
    def state(self) -> int:
        """The kernel's number."""
        return int(self.interval.table.state[self.row])

    @cached_property
    def lines(self) -> Mapping[str, LinkedLine]:
        """By value id the first line of it on the connection's screen; none where it has no such screen."""
        made = (
            connection_lines(self.interval, self.row, None, None, _UNBROKEN, missing=self.missing)
            if self.is_pair
            else []
        )
        return {line.value: line for line in reversed(made) if line.value is not None}

    def said(self, value: str, *, with_value: bool = False) -> str:
        """Give what the screen says of a value, without the value itself unless that is asked for."""
        line = self.lines.get(value)
        cells = line.line.left[2 if with_value else 3 :] if line is not None else ()
        return "".join(cell.text for cell in cells).strip().removeprefix("· ")

    def target(self, value: str) -> Target | None:
        """Say where the screen's line about a value leads."""
        line = self.lines.get(value)
        return line.target if line is not None else None

    @property
    def missing(self) -> str:
        """Say why the kernel's numbers of a connection are not known of this row."""
        table = self.interval.table
        if not self.is_tcp:
            return "the kernel keeps none for UDP"
        if not self.is_pair:
            return "only a connection has one"
        if self.state == TcpState.SYN_SENT:
            return "none before the handshake is complete"
        if self.state in KERNEL_HELD:
            return "the kernel keeps none for an entry without a process"
        if not int(table.info_length[self.row]):
            return "the kernel gave no TCP_INFO of this socket"
        return "this kernel does not tell"
