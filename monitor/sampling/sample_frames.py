"""A Sample as frames and back. Both ends remember what was sent, so that only what changed crosses.

Columns cross as raw little-endian buffers (see column_changes), processes and the network where they differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from monitor.errors import WireError
from monitor.model.control_group import ControlGroup
from monitor.model.endpoint import MAX_PORT
from monitor.model.host_facts import DescriptorUse, HostFacts
from monitor.model.owner_table import OwnerTable
from monitor.model.places import find_places
from monitor.model.process import Process
from monitor.model.sample import Network, Sample
from monitor.model.socket_table import COLUMN_TYPES, U32, U64, SocketTable
from monitor.sampling.column_changes import ColumnReceiver, ColumnSender
from monitor.sampling.frame_body import FrameBody
from monitor.sampling.messages import SampleRead

_OWNER_TYPES: dict[str, np.dtype[np.generic]] = dict.fromkeys(("inode", "pid", "fd"), np.dtype(np.uint32))
_U64 = np.dtype("<u8")
_NUMBERS_END = 1 << 31
_GENERATIONS_END = 1 << 63


@dataclass(slots=True)
class SampleEncoder:
    """The collector's side; one per stream."""

    _sockets: ColumnSender = field(default_factory=ColumnSender)
    _owners: ColumnSender = field(default_factory=ColumnSender)
    _processes: dict[int, Process] = field(default_factory=dict)
    _generation: int = -1
    _host_facts: HostFacts = field(default_factory=HostFacts)
    _descriptors: Mapping[int, DescriptorUse] = field(default_factory=dict)
    _groups: Mapping[int, ControlGroup] = field(default_factory=dict)

    def encode(self, sample: Sample, question: int) -> tuple[SampleRead, list[memoryview]]:
        """Give the head and the body's parts for one sample, in the order in which they must be written."""
        owners, table = sample.owners, sample.table
        changed = [process for pid, process in owners.processes.items() if self._processes.get(pid) != process]
        gone = [pid for pid in self._processes if pid not in owners.processes]
        network = sample.network if sample.network.generation != self._generation else None
        self._processes, self._generation = dict(owners.processes), sample.network.generation
        groups, former_groups = sample.control_groups, self._groups
        sockets = self._sockets.encode({name: getattr(table, name) for name in COLUMN_TYPES}, table.cookie)
        held = self._owners.encode({name: getattr(owners, name) for name in _OWNER_TYPES}, _owner_keys(owners))
        head = SampleRead(
            id=question,
            taken_at=sample.taken_at,
            boot_time=sample.boot_time,
            asleep_s=sample.asleep_s,
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
            runs=sockets.runs,
            columns=sockets.columns,
            owner_rows=len(owners.inode),
            owner_runs=held.runs,
            owner_columns=held.columns,
            owners_are_read=owners.is_read,
            hidden_processes=owners.hidden_processes,
            processes_changed=changed,
            processes_gone=gone,
            closed=len(sample.closed_cookies),
            network=network,
            has_udp=sample.has_udp,
            text_protocols=sample.text_protocols,
            host_facts=sample.host_facts if sample.host_facts != self._host_facts else None,
            descriptors=dict(sample.descriptors) if sample.descriptors != self._descriptors else None,
            groups_new={number: groups[number] for number in groups.keys() - former_groups.keys()},
            groups_gone=[*(former_groups.keys() - groups.keys())],
            named=sample.named,
        )
        self._host_facts, self._descriptors = sample.host_facts, sample.descriptors
        self._groups = groups
        arrays = (*sockets.parts, *held.parts, np.ascontiguousarray(sample.closed_cookies))
        return head, [array.data.cast("B") for array in arrays if len(array)]


@dataclass(slots=True)
class SampleDecoder:
    """The monitor's side; one per stream."""

    _sockets: ColumnReceiver = field(default_factory=lambda: ColumnReceiver(COLUMN_TYPES))
    _owners: ColumnReceiver = field(default_factory=lambda: ColumnReceiver(_OWNER_TYPES))
    _owner_table: OwnerTable = field(default_factory=OwnerTable.unread)
    _processes: dict[int, Process] = field(default_factory=dict)
    _network: Network = field(default_factory=Network)
    _host_facts: HostFacts = field(default_factory=HostFacts)
    _descriptors: Mapping[int, DescriptorUse] = field(default_factory=dict)
    _groups: Mapping[int, ControlGroup] = field(default_factory=dict)

    def decode(self, head: SampleRead, body: memoryview) -> Sample:
        """Make the Sample.

        Raises:
            WireError: the body does not hold what the head says.
        """
        _check_numbers(head)
        whole = FrameBody(body)
        columns = self._sockets.decode(head.rows, head.runs, head.columns, whole)
        held = self._owners.decode(head.owner_rows, head.owner_runs, head.owner_columns, whole)
        closed = whole.take(_U64, head.closed).copy()
        whole.end()
        inode = held["inode"]
        if np.any(inode[1:] < inode[:-1]):
            raise WireError("the owners in a frame are not in order")
        for gone in head.processes_gone:
            self._processes.pop(gone, None)
        self._processes.update({process.pid: process for process in head.processes_changed})
        self._network = head.network or self._network
        self._host_facts = head.host_facts or self._host_facts
        self._descriptors = self._descriptors if head.descriptors is None else head.descriptors
        if head.groups_new or head.groups_gone:
            ended = frozenset(head.groups_gone)
            kept = {number: group for number, group in self._groups.items() if number not in ended}
            self._groups = kept | head.groups_new
        return Sample(
            taken_at=head.taken_at,
            boot_time=head.boot_time,
            asleep_s=head.asleep_s,
            cost_s=head.cost_s,
            host=head.host,
            uid=head.uid,
            capabilities=head.capabilities,
            table=SocketTable(head.namespace, **columns),
            owners=self._owners_with(held, head),
            users=head.users,
            has_time_wait=head.has_time_wait,
            time_wait=head.time_wait,
            closed_cookies=closed,
            network=self._network,
            notices=tuple(head.notices),
            has_udp=head.has_udp,
            text_protocols=head.text_protocols,
            host_facts=self._host_facts,
            descriptors=self._descriptors,
            control_groups=self._groups,
            named=head.named,
        )

    def _owners_with(self, columns: dict[str, U32], head: SampleRead) -> OwnerTable:
        """Make the table of owners; the one before where nothing changed, so that nobody need compare them.

        Raises:
            WireError: it names a process that is not known.
        """
        former = self._owner_table
        is_same = all(getattr(former, name) is column for name, column in columns.items())
        is_same &= not head.processes_changed and not head.processes_gone
        named = np.fromiter(self._processes, np.uint32, len(self._processes))
        if not is_same and (find_places(named, columns["pid"]) < 0).any():
            raise WireError("an owner in a frame is a process that no frame has named")
        if not is_same or (former.hidden_processes, former.is_read) != (head.hidden_processes, head.owners_are_read):
            self._owner_table = OwnerTable(
                **columns,
                processes=dict(self._processes),
                hidden_processes=head.hidden_processes,
                is_read=head.owners_are_read,
            )
        return self._owner_table


def _owner_keys(owners: OwnerTable) -> U64:
    keys: U64 = (owners.inode.astype(np.uint64) << np.uint64(32)) | owners.pid
    return keys


def _check_numbers(head: SampleRead) -> None:
    """Refuse pids, interface indexes, generations and ports that no kernel gives: columns have 16, 32 and 64 bits."""
    network = head.network or Network()
    indexes = [link.index for link in network.links] + [address.link for address in network.addresses]
    pids = [process.pid for process in head.processes_changed]
    if not all(0 <= number < _NUMBERS_END for number in (*indexes, *pids)):
        raise WireError("a pid or an interface index in a frame is out of range")
    if not all(0 <= number < _GENERATIONS_END for number in (network.generation, network.routing_generation)):
        raise WireError("a generation of the network in a frame is out of range")
    facts = head.host_facts or HostFacts()
    for first, last in (facts.port_range or (0, 0), *(facts.reserved_ports or ())):
        if not 0 <= first <= last <= MAX_PORT:
            raise WireError("a range of ports in a frame is none")
