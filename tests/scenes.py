"""Samples written as readable rows, and the source that hands them out: machines that no kernel has to play.

sample_of([
    row("tcp", "192.0.2.10:443", ANY, "LISTEN", owner=(812, 6), queue=(0, 511)),
    row("tcp", "192.0.2.10:443", "198.51.100.7:51834", "ESTAB", owner=(812, 17), **traffic(sent=930)),
])
"""

from __future__ import annotations

import errno
import socket
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from monitor.errors import SourceError
from monitor.model.action import Asked, Operator, Outcome, Prepared, Result
from monitor.model.bind_facts import BindFacts, LocalKind, LocalPrefix, SocketHolder, Unread
from monitor.model.endpoint import Address, Endpoint, address_from_words, address_words, unmapped
from monitor.model.fresh_rows import FreshRows
from monitor.model.owner_table import OwnerTable
from monitor.model.process import Process, ProcessEnvironment, ProcessFacts
from monitor.model.receiver import ReceiverFacts
from monitor.model.route import Flow, InterfaceAddress, Link, RouteDecision, RuleSelectors
from monitor.model.routing import Routing
from monitor.model.sample import Network, Sample
from monitor.model.segment import Arrival, Origin, Reach, Segment
from monitor.model.socket_events import SocketEvents
from monitor.model.socket_table import COLUMN_TYPES, V6ONLY_UNKNOWN, SocketTable
from monitor.model.sockets import SocketId
from monitor.model.tcp import KERNEL_HELD, PROTOCOL_TCP, PROTOCOL_UDP, TcpState
from monitor.model.tcp_info import SocketDetails
from monitor.model.ways import WAY, Records

ANY = "0.0.0.0:0"
ANY6 = "[::]:0"
TAKEN_AT = datetime(2026, 11, 23, 3, 12, 41, tzinfo=UTC).timestamp()
BOOT_TIME = 1_234_567.0
"""CLOCK_BOOTTIME at TAKEN_AT."""
FULL_TCP_INFO = 280
MSS = 1448

_STATES = {
    "ESTAB": TcpState.ESTABLISHED,
    "SYN-RECV": TcpState.SYN_RECEIVED,
    "BOUND": TcpState.CLOSED,
    "UNCONN": TcpState.CLOSED,
    **{state.name.replace("_", "-"): state for state in TcpState},
}
_WITHOUT_INFO = {TcpState.TIME_WAIT, TcpState.SYN_RECEIVED}
_TELLS_V6ONLY = {TcpState.LISTEN, TcpState.CLOSED}

Owner = tuple[int, int]
"""A pid and the descriptor by which it holds the socket."""


@dataclass(frozen=True, slots=True)
class Row:
    """One socket as values of columns, and who holds it."""

    columns: Mapping[str, int]
    owners: tuple[Owner, ...]


DEFAULT_RECEIVE_BUFFER = 212_992
"""net.core.rmem_default of most kernels."""


def row(  # noqa: PLR0913 - one for each thing that a socket shows
    protocol: str,
    local: str,
    remote: str,
    state: str,
    *,
    owner: Owner | Sequence[Owner] = (),
    cookie: int | None = None,
    inode: int | None = None,
    queue: tuple[int, int] = (0, 0),
    **columns: int,
) -> Row:
    """Describe a socket; what is left out is as the kernel has it for such a socket.

    Args:
        protocol: "tcp" or "udp".
        local: "192.0.2.10:443"; brackets make the socket AF_INET6, "[::ffff:192.0.2.10]:443" included.
        remote: Likewise; ANY or ANY6 for none.
        state: As ss names it.
        owner: One (pid, fd), or several.
        cookie: A number of its own is derived from the endpoints where none is given: the same in every sample.
        inode: From the cookie likewise; 0 for what the kernel holds.
        queue: recv_q and send_q; of a listener the accept queue and the backlog.
        columns: Further columns of a SocketTable.
    """
    number = _STATES[state]
    is_tcp = protocol == "tcp"
    if cookie is None:
        cookie = zlib.crc32(f"{protocol} {local} {remote} {columns.get('device', 0)}".encode())
    if inode is None:
        inode = 0 if number in KERNEL_HELD else cookie & 0x7FFF_FFFF
    family = socket.AF_INET6 if local.startswith("[") else socket.AF_INET
    values = {
        "protocol": PROTOCOL_TCP if is_tcp else PROTOCOL_UDP,
        "family": int(family),
        "state": int(number),
        "v6only": 0 if family == socket.AF_INET6 and number in _TELLS_V6ONLY else V6ONLY_UNKNOWN,
        "cookie": cookie,
        "inode": inode,
        "recv_q": queue[0],
        "send_q": queue[1],
        "receive_buffer": 0 if is_tcp else DEFAULT_RECEIVE_BUFFER,
        "has_mark": 1,
        "info_length": FULL_TCP_INFO if is_tcp and number not in _WITHOUT_INFO else 0,
        **_endpoint("local", local),
        **_endpoint("remote", remote),
        **columns,
    }
    owners = (owner,) if owner and isinstance(owner[0], int) else tuple(owner)
    return Row(values, owners)


def of_state(number: int, described: Row, **columns: int) -> Row:
    """Put a socket into a state by its number, as a newer kernel may; or another protocol."""
    return replace(described, columns={**described.columns, "state": number, **columns})


def traffic(  # noqa: PLR0913 - one for each counter
    *,
    received: int = 0,
    sent: int = 0,
    is_dialled: bool = False,
    in_flight: int = 0,
    unsent: int = 0,
    resent: int = 0,
    rtt_ms: float = 0.0,
    idle_s: float = 0.0,
) -> dict[str, int]:
    """Give TCP's counters, which agree with each other as the kernel's do.

    Args:
        received: Bytes from the peer.
        sent: Bytes that left at least once, those in flight included.
        is_dialled: Whether the own SYN is counted among the acknowledged bytes.
        in_flight: Bytes sent and not acknowledged.
        unsent: Bytes that wait to leave.
        resent: Bytes that left once more.
        rtt_ms: Smoothed round trip time.
        idle_s: Seconds since data last passed, either way.
    """
    return {
        "queue": (0, in_flight + unsent),
        "bytes_received": received,
        "bytes_acked": sent - in_flight + int(is_dialled),
        "bytes_sent": sent + resent,
        "bytes_retrans": resent,
        "unacked": -(-in_flight // MSS),
        "segs_out": (-(-(sent + resent) // MSS) + received // (2 * MSS) + 3) & 0xFFFF_FFFF,
        "total_retrans": -(-resent // MSS) & 0xFFFF_FFFF,
        "rtt_us": round(rtt_ms * 1000),
        "last_data_sent_ms": round(idle_s * 1000),
        "last_data_recv_ms": round(idle_s * 1000),
    }


def table_of(rows: Sequence[Row], namespace: int = 4026531840) -> SocketTable:
    """Put rows into columns, in their order."""
    return SocketTable(
        namespace,
        **{
            name: np.array([described.columns.get(name, 0) for described in rows], dtype)
            for name, dtype in COLUMN_TYPES.items()
        },
    )


def owners_of(rows: Iterable[Row], processes: Iterable[Process], hidden: int = 0) -> OwnerTable:
    """Say who holds the rows; a process that is not described is called by its pid."""
    held = [(described.columns["inode"], pid, fd) for described in rows for pid, fd in described.owners]
    known = {process.pid: process for process in processes}
    named = {pid: known.get(pid) or Process(pid, pid, b"process-%d" % pid, 0) for _, pid, _ in held}
    return OwnerTable.from_rows(held, named, hidden)


def sample_of(  # noqa: PLR0913 - one for each thing that was read
    rows: Sequence[Row],
    seconds: float = 0.0,
    *,
    processes: Iterable[Process] = (),
    hidden: int = 0,
    closed: Iterable[int] = (),
    network: Network | None = None,
    **changed: object,
) -> Sample:
    """Make a sample.

    Args:
        rows: The sockets, in the dump's order.
        seconds: When, from TAKEN_AT on.
        processes: What is known of the owners.
        hidden: Number of processes whose descriptors could not be read.
        closed: Cookies that the exact look-up no longer finds.
        network: Links and addresses; not read yet where left out.
        changed: Fields of the Sample as they are to be.
    """
    made = Sample(
        taken_at=TAKEN_AT + seconds,
        boot_time=BOOT_TIME + seconds,
        cost_s=0.012,
        host="db1",
        uid=0,
        capabilities=(1 << 41) - 1,
        table=table_of(rows),
        owners=owners_of(rows, processes, hidden),
        users={},
        has_time_wait=False,
        time_wait=None,
        closed_cookies=np.array(sorted(closed), np.uint64),
        network=network or Network(),
    )
    return replace(made, **changed)


STOCK_RULES = RuleSelectors(ports=False, protocol=False, mark=False, uid=False, tos=False)
"""What the three rules that every kernel starts with look at."""


def link(index: int, name: str, *, is_up: bool = True) -> Link:
    """Describe an interface; "lo" is the loopback one."""
    is_loopback = name == "lo"
    return Link(index, name.encode(), is_up, is_up, 65536 if is_loopback else 1500, is_loopback)


def address(index: int, text: str, scope: int = 0, **flags: bool) -> InterfaceAddress:
    """Describe an address with its prefix, "192.0.2.10/24", of the interface with that index."""
    host, _, prefix = text.partition("/")
    return InterfaceAddress(index, Endpoint.parse(host, default_port=0).address, int(prefix), scope, **flags)


def without_time_wait(sample: Sample) -> Sample:
    """Leave out what only a dump with TIME-WAIT and bound-only sockets shows."""
    table = sample.table
    is_time_wait = (table.protocol == PROTOCOL_TCP) & (table.state == TcpState.TIME_WAIT)
    return replace(sample, table=table.take(~(is_time_wait | table.is_bound_only)), has_time_wait=False)


class FixedSource:
    """A Source that hands out its samples one after another, and the last one again and again.

    TIME-WAIT and bound-only rows are in them only where they are asked for, as with the kernel.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        route: Callable[[Flow], RouteDecision] | None = None,
        facts: Mapping[int, ProcessFacts] | None = None,
        details: Mapping[int, SocketDetails] | None = None,
        routing: Callable[[Flow, int | None], Routing] | None = None,
    ) -> None:
        self._samples = list(samples)
        self._route = route
        self._routing = routing
        self._facts = facts or {}
        self._details = details or {}
        self._given = 0
        self.questions: list[object] = []
        """What was asked, in order: "sample", a Flow, a pid, a SocketId, rows of a SocketTable."""
        self.fresh: Callable[[SocketTable], FreshRows] | None = None
        """What becomes of rows that are asked for between two samples."""
        self.environments: dict[int, ProcessEnvironment] = {}
        """By pid."""
        self.happened: SocketEvents | None = None
        """What happens next; given once."""
        self.is_closed = False
        self.prepared: Callable[[Asked], Prepared | Outcome] = lambda _: Outcome(Result.ALREADY_GONE)
        """What comes of preparing an action."""
        self.outcomes: list[Outcome] = []
        """What confirming, and asking what became of it, give one after another, and the last one again and again."""

    def boot_clock(self) -> float:
        """CLOCK_BOOTTIME as long as the newest sample is new."""
        return self._samples[max(0, min(self._given, len(self._samples)) - 1)].boot_time

    def sample(self, *, time_wait: bool = False) -> Sample:
        self._ask(("sample", time_wait) if time_wait else "sample")
        self._given += 1
        given = self._samples[min(self._given, len(self._samples)) - 1]
        return given if time_wait else without_time_wait(given)

    def events(self) -> SocketEvents:
        """Give what happened since the sample before; such questions are not counted."""
        sample = self._samples[max(0, min(self._given, len(self._samples)) - 1)]
        happened, self.happened = self.happened, None
        return happened or SocketEvents.none(sample.boot_time, sample.table.namespace)

    def process(self, pid: int) -> ProcessFacts | None:
        self._ask(pid)
        return self._facts.get(pid)

    def environment(self, pid: int) -> ProcessEnvironment | None:
        """Give what self.environments has; such questions are counted as ("environment", pid)."""
        self._ask(("environment", pid))
        return self.environments.get(pid)

    def route_to(self, flow: Flow) -> RouteDecision:
        self._ask(flow)
        if self._route is None:
            return RouteDecision(flow, "ENETUNREACH", None, None, None, None, None, None, None)
        return self._route(flow)

    def receiver_of(self, segment: Segment, holders: Sequence[SocketHolder] = ()) -> ReceiverFacts:
        """Leave the decision to the rules: every destination is this host's, and the kernel is not asked."""
        self._ask(segment)
        addresses = self._samples[-1].network.addresses
        owner = next((has.link for has in addresses if has.address == segment.destination.address), 0)
        origin = Origin.NAMED if segment.device else Origin.OWNER if owner else Origin.UNKNOWN
        return ReceiverFacts(segment, Arrival(Reach.LOCAL, segment.device or owner, origin, owner), None)

    def bind_facts(self, asked: Sequence[SocketHolder]) -> BindFacts:
        """Give the kernel's default settings; nobody tells what a socket has set."""
        self._ask(asked)
        prefixes = tuple(
            LocalPrefix(int(has.address), 8 if has.address.is_loopback else 32, LocalKind.LOCAL, 255)
            for has in self._samples[-1].network.addresses
            if has.address.version == 4
        )
        unread = {holder.cookie: Unread.NOT_PERMITTED for holder in asked}
        return BindFacts(local_prefixes=prefixes, unread=unread)

    def routing_of(self, flow: Flow, table: int | None = None) -> Routing:
        self._ask((flow, table))
        if self._routing is None:
            return Routing(self.route_to(flow), (), table, (), is_cut=False)
        return self._routing(flow, table)

    def ways(self, questions: Records) -> Records:
        """Answer as the route does; nothing where none was given. Such questions are not counted."""
        if self._route is None:
            return questions[:0]
        return np.array([self._way(question) for question in questions], WAY)

    def _way(self, question: np.void) -> tuple[int, ...]:
        source_words = int(question["source_high"]), int(question["source_low"])
        flow = Flow(
            _wire_address(int(question["remote_high"]), int(question["remote_low"])),
            source=_wire_address(*source_words) if any(source_words) else None,
            device=int(question["device"]) or None,
        )
        decision = self._route(flow)
        high, low = address_words(unmapped(decision.source)) if decision.source else (0, 0)
        if decision.errno is not None:
            return 0, 0, 0, getattr(errno, decision.errno), 0, 0
        names = {link.index: link.name for link in self._samples[-1].network.links}
        owner = names.get(int(question["owner"]))
        has_owner_hop = any(hop.device == owner and hop.rule is None for hop in decision.alternatives)
        kind = {"unicast": 1, "local": 2}[decision.type]
        return high, low, decision.device_index, 0, kind, has_owner_hop

    def fresh_rows(self, asked: SocketTable) -> FreshRows:
        """Answer as the test says; without that nobody tells anything new."""
        self._ask(asked)
        if self.fresh is None:
            return FreshRows(self.boot_clock(), SocketTable.empty(asked.namespace), np.zeros(0, np.uint64))
        return self.fresh(asked)

    def socket(self, asked: SocketId) -> SocketDetails | None:
        self._ask(asked)
        return self._details.get(asked.cookie)

    def prepare(self, asked: Asked, operator: Operator) -> Prepared | Outcome:
        self._ask(asked)
        return self.prepared(asked)

    def confirm(self, token: int) -> Outcome:
        self._ask(("confirm", token))
        return self._next_outcome()

    def became(self, token: int) -> Outcome:
        self._ask(("became", token))
        return self._next_outcome()

    def _next_outcome(self) -> Outcome:
        if not self.outcomes:
            return Outcome(Result.FORGOTTEN)
        return self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]

    def close(self) -> None:
        self.is_closed = True

    def _ask(self, question: object) -> None:
        if self.is_closed:
            raise SourceError("the source was closed")
        self.questions.append(question)


def _wire_address(high: int, low: int) -> Address:
    return unmapped(address_from_words(high, low, 10))


def _endpoint(side: str, text: str) -> dict[str, int]:
    endpoint = Endpoint.parse(text)
    high, low = address_words(endpoint.address)
    return {f"{side}_high": high, f"{side}_low": low, f"{side}_port": endpoint.port}
