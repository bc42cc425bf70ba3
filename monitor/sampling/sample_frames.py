"""A Sample as frames and back. Both ends remember what was sent, so that only what changed crosses.

Columns cross as raw little-endian buffers; processes and the network only where they differ from the frame before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from monitor.errors import WireError
from monitor.model.owner_table import OwnerTable
from monitor.model.process import Process
from monitor.model.sample import Network, Sample
from monitor.model.socket_table import COLUMN_TYPES, SocketTable
from monitor.sampling.messages import ColumnBytes, SampleRead

_COLUMNS = [ColumnBytes(name, dtype.str) for name, dtype in COLUMN_TYPES.items()]
_OWNER_COLUMNS = ("inode", "pid", "fd")
_U32 = np.dtype("<u4")
_U64 = np.dtype("<u8")
_NUMBER_TYPE = re.compile(r"<[uif][248]|\|[uib]1", re.ASCII)
_NUMBERS_END = 1 << 31


@dataclass(slots=True)
class SampleEncoder:
    """The collector's side; one per stream."""

    _processes: dict[int, Process] = field(default_factory=dict)
    _generation: int = -1

    def encode(self, sample: Sample, question: int) -> tuple[SampleRead, list[memoryview]]:
        """Give the head and the body's parts for one sample, in the order in which they must be written."""
        owners, table = sample.owners, sample.table
        changed = [process for pid, process in owners.processes.items() if self._processes.get(pid) != process]
        gone = [pid for pid in self._processes if pid not in owners.processes]
        network = sample.network if sample.network.generation != self._generation else None
        self._processes, self._generation = dict(owners.processes), sample.network.generation
        head = SampleRead(
            id=question,
            taken_at=sample.taken_at,
            boot_time=sample.boot_time,
            cost_s=sample.cost_s,
            host=sample.host,
            uid=sample.uid,
            capabilities=sample.capabilities,
            namespace=table.namespace,
            has_time_wait=sample.has_time_wait,
            time_wait=sample.time_wait,
            notices=list(sample.notices),
            users=dict(sample.users),
            rows=len(table),
            columns=_COLUMNS,
            owner_rows=len(owners.inode),
            owners_are_read=owners.is_read,
            hidden_processes=owners.hidden_processes,
            processes_changed=changed,
            processes_gone=gone,
            closed=len(sample.closed_cookies),
            network=network,
            has_udp=sample.has_udp,
        )
        arrays = [getattr(table, column.name) for column in _COLUMNS]
        arrays += [getattr(owners, name) for name in _OWNER_COLUMNS]
        arrays.append(sample.closed_cookies)
        return head, [np.ascontiguousarray(array).data.cast("B") for array in arrays if len(array)]


@dataclass(slots=True)
class SampleDecoder:
    """The monitor's side; one per stream."""

    _processes: dict[int, Process] = field(default_factory=dict)
    _network: Network = field(default_factory=Network)

    def decode(self, head: SampleRead, body: memoryview) -> Sample:
        """Make the Sample.

        Raises:
            WireError: the body does not hold what the head says.
        """
        _check_numbers(head)
        columns = _Body(body)
        table = self._table(head, columns)
        inode, pid, fd = (columns.take(_U32, head.owner_rows) for _ in _OWNER_COLUMNS)
        closed = columns.take(_U64, head.closed)
        columns.end()
        if len(inode) and np.any(inode[1:] < inode[:-1]):
            raise WireError("the owners in a frame are not in order")
        for gone in head.processes_gone:
            self._processes.pop(gone, None)
        self._processes.update({process.pid: process for process in head.processes_changed})
        self._network = head.network or self._network
        return Sample(
            taken_at=head.taken_at,
            boot_time=head.boot_time,
            cost_s=head.cost_s,
            host=head.host,
            uid=head.uid,
            capabilities=head.capabilities,
            table=table,
            owners=OwnerTable(
                inode, pid, fd, dict(self._processes), head.hidden_processes, is_read=head.owners_are_read
            ),
            users=head.users,
            has_time_wait=head.has_time_wait,
            time_wait=head.time_wait,
            closed_cookies=closed,
            network=self._network,
            notices=tuple(head.notices),
            has_udp=head.has_udp,
        )

    def _table(self, head: SampleRead, columns: _Body) -> SocketTable:
        found = {}
        for column in head.columns:
            expected = COLUMN_TYPES.get(column.name)
            dtype = _dtype(column)
            array = columns.take(dtype, head.rows)
            if expected is not None:
                if dtype != expected:
                    raise WireError(f"column {column.name[:40]!r} of a frame has the type {dtype}")
                found[column.name] = array
        missing = [name for name in COLUMN_TYPES if name not in found]
        if missing:
            raise WireError(f"a frame lacks the column {missing[0]}")
        return SocketTable(head.namespace, **found)


def _dtype(column: ColumnBytes) -> np.dtype[np.generic]:
    # numpy's own parser takes a small language, sub-arrays and Python literals among it: not for a stranger's words.
    if not _NUMBER_TYPE.fullmatch(column.dtype):
        raise WireError(f"column {column.name[:40]!r} of a frame has no known type")
    return np.dtype(column.dtype)


def _check_numbers(head: SampleRead) -> None:
    """Refuse pids and interface indexes that no kernel gives: columns made of them have 32 bits."""
    network = head.network or Network()
    indexes = [link.index for link in network.links] + [address.link for address in network.addresses]
    pids = [process.pid for process in head.processes_changed]
    if not all(0 <= number < _NUMBERS_END for number in (*indexes, *pids)):
        raise WireError("a pid or an interface index in a frame is out of range")


@dataclass(slots=True)
class _Body:
    """The raw part of a frame, taken from front to back; arrays are views into it."""

    data: memoryview
    offset: int = 0

    def take(self, dtype: np.dtype[np.generic], rows: int) -> npt.NDArray[Any]:
        size = dtype.itemsize * rows
        if rows < 0 or self.offset + size > len(self.data):
            raise WireError("a frame's body is shorter than its head says")
        array = np.frombuffer(self.data, dtype, rows, self.offset)
        self.offset += size
        return array

    def end(self) -> None:
        if self.offset != len(self.data):
            raise WireError("a frame's body is longer than its head says")
