"""Reading owners in tests: a clock that the test moves, and tables as sets of rows."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from monitor.kernel.owners import OwnerReader

Row = tuple[int, int, int]


class Clock:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def read(reader: OwnerReader, inodes: Iterable[int]) -> set[Row]:
    """Read the owners when all that has changed was there to be seen by an audit."""
    reader.audit()
    return read_at_once(reader, inodes)


def read_at_once(reader: OwnerReader, inodes: Iterable[int]) -> set[Row]:
    """Read the owners without an audit after the last change, and hold the table to what every table promises."""
    table = reader.read(np.array(list(inodes), np.uint32))
    rows = list(zip(table.inode.tolist(), table.pid.tolist(), table.fd.tolist(), strict=True))
    assert rows == sorted(set(rows))
    assert set(table.processes) == {pid for _, pid, _ in rows}
    return set(rows)


def inodes(*truths: set[Row]) -> set[int]:
    return {inode for truth in truths for inode, _, _ in truth}
