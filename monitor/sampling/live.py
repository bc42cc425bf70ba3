"""LiveSource: asks this machine's kernel and builds Samples."""

from __future__ import annotations

import contextlib
import os
import platform
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from monitor.errors import KernelError, WireError
from monitor.kernel.capabilities import effective_capabilities
from monitor.kernel.conntrack import Conntrack
from monitor.kernel.descriptor_limits import DescriptorLimits
from monitor.kernel.first_network import FIRST_GENERATION, read_network
from monitor.kernel.group_names import GroupNames
from monitor.kernel.host_counters import HostCounters
from monitor.kernel.namespaces import named_namespace
from monitor.kernel.owners import OwnerReader
from monitor.kernel.socket_lists import SocketLists
from monitor.kernel.this_namespace import time_wait_count
from monitor.kernel.users import UserNames
from monitor.model.fresh_rows import FreshRows
from monitor.model.owner_table import OwnerTable
from monitor.model.places import distinct
from monitor.model.sample import Network, Sample
from monitor.model.socket_table import U64, SocketTable
from monitor.model.tcp import ALL_STATES, LIVE_STATES, PROTOCOL_TCP, TcpState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from monitor.kernel.actions import Actions
    from monitor.kernel.rtnetlink import Rtnetlink
    from monitor.kernel.way_look_up import WayLookUp
    from monitor.model.action import Asked, Operator, Outcome, Prepared
    from monitor.model.bind_facts import BindFacts, SocketHolder
    from monitor.model.connection import TcpConnection
    from monitor.model.dump_narrowing import DumpNarrowing
    from monitor.model.host_facts import HostFacts
    from monitor.model.process import ProcessEnvironment, ProcessFacts
    from monitor.model.receiver import ReceiverFacts
    from monitor.model.route import Flow, RouteDecision
    from monitor.model.routing import Routing
    from monitor.model.segment import Segment
    from monitor.model.socket_events import SocketEvents
    from monitor.model.sockets import SocketId
    from monitor.model.tcp_info import SocketDetails
    from monitor.model.ways import Records
    from monitor.sampling.event_reader import EventReader
    from monitor.sampling.receivers import ReceiverReader

_NAME_GONE = "namespace gone: its name was deleted; what is open in it, such as this program's sockets, keeps it alive"
_PROCESS_GONE = "namespace left: the process by which it was named has ended or is in another one by now"
_CHANGED = "the list of {} changed each time that it was read: some may be missing"


class LiveSource:
    """The Source of this machine and this network namespace; used by one thread.

    Args:
        is_read_only: Refuse every action.
        narrowing: Which sockets are wanted; others may be left out of every sample. None for all.
        names_groups_later: Look up what control groups are called in audit(), for the next sample, so that none waits.
        is_one_of_many: Leave out owners, users and control groups: whoever reads several namespaces reads them once.
    """

    def __init__(
        self,
        *,
        is_read_only: bool = False,
        names_groups_later: bool = False,
        narrowing: DumpNarrowing | None = None,
        is_one_of_many: bool = False,
    ) -> None:
        self._is_read_only = is_read_only
        self._narrowing = narrowing
        self._names_groups_later = names_groups_later
        self._is_one_of_many = is_one_of_many
        self._groups = GroupNames()
        # Generations count from here on, so that no answer about the routes of a former source passes for one of today.
        self._made_ms = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
        self._diag = SocketLists()
        self._owners = OwnerReader()
        self._users = UserNames()
        self._host = HostCounters()
        self._limits = DescriptorLimits()
        self._conntrack = Conntrack()
        self._last: SocketTable | None = None
        self._last_owners = OwnerTable.unread()
        self._routes: Rtnetlink | None = None
        self._receivers: ReceiverReader | None = None
        self._network: Network | None = None
        self._ways: WayLookUp | None = None
        self._events: EventReader | None = None
        self._no_closes: str | None = None
        self._is_following = False
        self._actions: Actions | None = None

    def sample(self, *, time_wait: bool = False) -> Sample:
        """Dump the sockets, find their owners, and read what changed around them."""
        taken_at, (boot_time, asleep_s), started = time.time(), _boot_clock(), time.thread_time()
        notices: list[str] = []
        malformed = self._diag.malformed
        self._stop_following_without_transitions()
        udp = self._udp(notices)
        table, closed = self._sockets(udp, notices, time_wait=time_wait)
        notices += self._diag.notices
        if left_out := self._diag.malformed - malformed:
            notices.append(f"messages about sockets left out since they broke their bounds: {left_out}")
        host_facts = self._host.read(boot_time)
        self._note_drops(table, host_facts, notices)
        owners = self._read_owners(table)
        descriptors = self._limits.use(self._owners.open_descriptors(), owners.processes)
        network = self._read_network(notices)
        self._last, self._last_owners = table, owners
        if not (self._names_groups_later or self._is_one_of_many):
            self._groups.learn(table.cgroup)
        named = named_namespace()
        if named is not None and named.is_gone:
            notices.append(_PROCESS_GONE if named.is_process else _NAME_GONE)
        return Sample(
            taken_at=taken_at,
            boot_time=boot_time,
            cost_s=time.thread_time() - started,
            host=platform.node(),
            uid=os.geteuid(),
            capabilities=effective_capabilities(),
            table=table,
            owners=owners,
            users={} if self._is_one_of_many else self._users.names_of(distinct(table.uid).tolist()),
            has_time_wait=time_wait,
            time_wait=time_wait_count(),
            closed_cookies=closed,
            network=network,
            notices=tuple(notices),
            has_udp=udp is not None,
            text_protocols=self._diag.text_protocols,
            host_facts=host_facts,
            descriptors=descriptors,
            asleep_s=asleep_s,
            control_groups=self._groups.known,
            named=named,
        )

    def follow(self, narrowing: DumpNarrowing) -> None:
        """Leave others out of the samples, and nothing that happens to those that are wanted; before the first sample.

        Only where transitions are heard, and as long: of a close that says nothing it is else not known whose it was.

        Args:
            narrowing: By what sockets keep while they are listed, but for those that are connected anew.
        """
        self._listen()
        if self._events is not None and self._events.hears_transitions():
            self._narrowing, self._is_following = narrowing, True

    def note_owners(self, owners: OwnerTable) -> None:
        """Take who holds the sockets of the last sample, where that was read for several namespaces together."""
        self._last_owners = owners

    def audit(self) -> None:
        """Look after what needs no sample: are owners still who they were; called when one has been sent."""
        self._owners.audit()
        if self._last is not None:
            self._groups.learn(self._last.cgroup)
        if self._actions is not None:
            self._actions.forget_old()

    def warm_up(self) -> None:
        """Import and open what the first sample could do without; called once it has been sent."""
        self._owners.prepare()
        self._listen()
        with contextlib.suppress(KernelError):
            self.routes.network()

    def process(self, pid: int) -> ProcessFacts | None:
        """Read what is known of a process."""
        from monitor.kernel.processes import read_facts  # noqa: PLC0415 - it brings psutil, after the first sample

        return read_facts(pid, self._users)

    def environment(self, pid: int) -> ProcessEnvironment | None:
        """Read the environment of a process."""
        from monitor.kernel.processes import read_environment  # noqa: PLC0415 - as above

        return read_environment(pid)

    def route_to(self, flow: Flow) -> RouteDecision:
        """Ask the kernel for a route."""
        return self.routes.route_to(flow)

    def routing_of(self, flow: Flow, table: int | None = None) -> Routing:
        """Ask the kernel for a route with what stands behind it."""
        return self.routes.routing_of(flow, table)

    def ways(self, questions: Records) -> Records:
        """Ask the kernel which way many packets would go."""
        if self._ways is None:
            from monitor.kernel.way_look_up import WayLookUp  # noqa: PLC0415 - after the first sample

            self._ways = WayLookUp()
        return self._ways.ways(questions)

    def receiver_of(self, segment: Segment, holders: Sequence[SocketHolder] = ()) -> ReceiverFacts:
        """Ask the kernel who gets a segment, and how it comes in."""
        if self._receivers is None:
            from monitor.sampling.receivers import ReceiverReader  # noqa: PLC0415 - as above

            self._receivers = ReceiverReader()
        return self._receivers.read(segment, self._network or read_network()[0], holders)

    def bind_facts(self, asked: Sequence[SocketHolder]) -> BindFacts:
        """Read what decides about bind() beside the sockets."""
        from monitor.kernel.bind_facts import read_bind_facts  # noqa: PLC0415 - as above

        return read_bind_facts(asked)

    def events(self) -> SocketEvents:
        """Give what happened to sockets; nothing before warm_up()."""
        if self._events is not None:
            try:
                return self._events.take()
            except KernelError as error:
                self._events.close()
                self._events, self._no_closes = None, str(error)
        from monitor.model.socket_events import SocketEvents  # noqa: PLC0415 - after the first sample

        now = time.clock_gettime(time.CLOCK_BOOTTIME)
        return SocketEvents.none(now, self._diag.namespace, self._no_closes)

    def fresh_rows(self, asked: SocketTable) -> FreshRows:
        """Ask the kernel for some sockets by name."""
        boot_time, asleep_s = _boot_clock()
        gone, found = self._diag.connected(asked.take(asked.is_pair & (asked.protocol == PROTOCOL_TCP)))
        if asked.is_listener.any():
            listed = self._diag.dump_tcp(TcpState.LISTEN.bit)
            found = SocketTable.concatenate([found, listed.take(np.isin(listed.cookie, asked.cookie))])
        return FreshRows(boot_time, found, gone, asleep_s)

    def socket(self, asked: SocketId) -> SocketDetails | None:
        """Ask the kernel for one socket by its exact identity."""
        details = self._diag.details(asked)
        if details is None:
            return None
        return replace(details, read_at=time.monotonic(), tracking=self._conntrack.of_socket(asked))

    def prepare(self, asked: Asked, operator: Operator) -> Prepared | Outcome:
        """Look at the target of an action, and hold it."""
        return self.actions.prepare(asked, operator)

    def confirm(self, token: int) -> Outcome:
        """Do what was prepared."""
        return self.actions.confirm(token)

    def became(self, token: int) -> Outcome:
        """Look what became of a process that was signalled."""
        return self.actions.became(token)

    @property
    def actions(self) -> Actions:
        """What can hurt, made when it is first asked for."""
        if self._actions is None:
            from monitor.kernel.actions import Actions  # noqa: PLC0415 - most monitors never act

            self._actions = Actions(self._holders_of, self._users, is_read_only=self._is_read_only)
        return self._actions

    def _holders_of(self, connections: Iterable[TcpConnection]) -> set[int]:
        from monitor.reasoning.connection_holders import connection_holders  # noqa: PLC0415 - as above

        return set() if self._last is None else connection_holders(self._last, self._last_owners, connections)

    @property
    def routes(self) -> Rtnetlink:
        """The route look-up, opened when it is first needed."""
        if self._routes is None:
            from monitor.kernel.rtnetlink import Rtnetlink  # noqa: PLC0415 - it brings pyroute2, after the first sample

            self._routes = Rtnetlink()
        return self._routes

    def close(self) -> None:
        """Give back the netlink sockets."""
        self._diag.close()
        self._owners.close()
        self._conntrack.close()
        if self._routes is not None:
            self._routes.close()
        if self._receivers is not None:
            self._receivers.close()
        if self._ways is not None:
            self._ways.close()
        if self._events is not None:
            self._events.close()
        if self._actions is not None:
            self._actions.close()

    def _listen(self) -> None:
        """Begin to hear of closes and transitions, unless that has been done."""
        if self._events is not None:
            return
        from monitor.sampling.event_reader import EventReader  # noqa: PLC0415 - after the first sample

        try:
            self._events = EventReader.open()
        except KernelError as error:
            self._no_closes = str(error)

    def _stop_following_without_transitions(self) -> None:
        if self._is_following and (self._events is None or not self._events.hears_transitions()):
            self._narrowing, self._is_following = None, False

    def _udp(self, notices: list[str]) -> SocketTable | None:
        try:
            table = self._diag.dump_udp(None if self._narrowing is None else self._narrowing.udp)
        except (KernelError, WireError) as error:
            notices.append(str(error))
            return None
        self._note_change("UDP sockets", notices)
        return table

    def _sockets(self, udp: SocketTable | None, notices: list[str], *, time_wait: bool) -> tuple[SocketTable, U64]:
        wanted = None if self._narrowing is None else self._narrowing.tcp
        states = ALL_STATES if time_wait else LIVE_STATES
        table = self._diag.dump_tcp(states, udp, wanted)
        self._note_change("TCP sockets", notices)
        if self._last is None:
            return table, np.zeros(0, np.uint64)
        closed, missed = self._diag.absentees(self._last, table, self._destroyed())
        table = SocketTable.concatenate([table, missed]) if len(missed) else table
        if self._is_following:
            from monitor.sampling.moved_sockets import moved_sockets  # noqa: PLC0415 - few sources follow

            moved = moved_sockets(self._last, table.cookie, self._destroyed, lambda: self._diag.dump_tcp(states))
            if len(moved):
                table, closed = SocketTable.concatenate([table, moved]), closed[~np.isin(closed, moved.cookie)]
        return table, closed

    def _destroyed(self) -> U64:
        return np.zeros(0, np.uint64) if self._events is None else self._events.closed()

    def _read_owners(self, table: SocketTable) -> OwnerTable:
        if self._is_one_of_many:
            return OwnerTable.unread()
        return self._owners.read(table.inode, table.cgroup) if len(table) else OwnerTable.from_rows([], {})

    def _note_drops(self, table: SocketTable, facts: HostFacts, notices: list[str]) -> None:
        try:
            self._diag.note_listener_drops(table, facts.counters.get("TcpExt.ListenDrops"))
        except (KernelError, WireError) as error:
            notices.append(f"what listeners dropped is not known: {error}")

    def _note_change(self, things: str, notices: list[str]) -> None:
        """Say so where the list that was just read never came consistent."""
        if self._diag.was_interrupted:
            notices.append(_CHANGED.format(things))

    def _read_network(self, notices: list[str]) -> Network:
        """Read links and addresses: by plain netlink for the first sample, by rtnetlink and its events from then on."""
        try:
            if self._last is None:
                counted_from = self._made_ms
                network, was_interrupted = read_network()
            else:
                counted_from = self._made_ms + FIRST_GENERATION
                network, was_interrupted = self.routes.network(), self.routes.was_interrupted
            self._network = replace(
                network,
                generation=network.generation + counted_from,
                routing_generation=network.routing_generation + counted_from,
            )
            if was_interrupted:
                notices.append(_CHANGED.format("interfaces or addresses"))
        except (KernelError, WireError) as error:
            notices.append(str(error))
        return self._network or Network()


def _boot_clock() -> tuple[float, float]:
    """Read CLOCK_BOOTTIME, and how much of it the machine was suspended."""
    now = time.clock_gettime(time.CLOCK_BOOTTIME)
    return now, now - time.monotonic()
