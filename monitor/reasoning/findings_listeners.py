"""Notes about listeners: reached from everywhere, one port with two programs, held by another program as well."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from monitor.model.finding import Certainty, FindingKind, Grade, HostSubject, ServiceSubject, Side, Subject
from monitor.model.finding_numbers import FindingNumbers, ReachNumbers, SharedPortNumbers
from monitor.model.process import Process
from monitor.model.sample import Interval
from monitor.model.socket_table import Bools, Rows
from monitor.model.tcp import TcpState
from monitor.reasoning.columns import group_rows, is_ipv4, service_columns
from monitor.reasoning.finding_conditions import MOST_OF_A_KIND
from monitor.reasoning.finding_look import Holding, Look

SENSITIVE_PORTS = {
    1433: "SQL Server",
    1521: "Oracle",
    2375: "Docker without TLS",
    2379: "etcd",
    3306: "MySQL",
    5005: "a Java debugger",
    5432: "PostgreSQL",
    5678: "a Python debugger",
    5984: "CouchDB",
    6379: "Redis",
    9042: "Cassandra",
    9200: "Elasticsearch",
    9229: "a Node.js debugger",
    11211: "memcached",
    27017: "MongoDB",
}
"""What listens there by default, and should as a rule be reached from few places: databases and debuggers."""
_HANDS_ON = frozenset(
    {
        *(b"systemd", b"init", b"inetd", b"xinetd", b"tcpserver", b"s6-tcpserver4", b"docker-proxy"),
        # Postfix and Dovecot: their services, each a program of its own, accept.
        *(b"master", b"dovecot"),
    }
)
"""Programs that listen for others: that a child of theirs holds the listener is what they are for."""
_ONE_EACH = frozenset({b"docker-proxy"})
"""Programs of which one process listens for IPv4 and another for IPv6, on behalf of one service."""
_MOST_PORTS = 8


def listener_notes(look: Look) -> Iterator[Holding]:
    """Give the notes about the TCP listeners."""
    rows = np.flatnonzero(look.tcp_state == TcpState.LISTEN)
    if not len(rows):
        return
    first, _ = group_rows(service_columns(look.table, rows))
    services = rows[np.sort(first)]
    yield from _open_to_all(look, services)
    yield from _shared_ports(look, services)
    yield from _inherited(look, services)


def _open_to_all(look: Look, services: Rows) -> Iterator[Holding]:
    """Give one note for each database or debugger, and one for all others together."""
    ports = look.table.local_port[services]
    is_open = _is_wildcard(look, services)
    is_sensitive = is_open & np.isin(ports, np.array(list(SENSITIVE_PORTS), np.uint16))
    for port in np.unique(ports[is_sensitive]).tolist():
        # IPv4 and IPv6 may have a socket each.
        rows = services[is_sensitive & (ports == port)]
        numbers = ReachNumbers(services=len(rows), ports=(port,), service=SENSITIVE_PORTS[port])
        yield _note(look, FindingKind.LISTENS_EVERYWHERE, ServiceSubject.of(look.table, int(rows[0])), numbers, rows)
    others = services[is_open & ~is_sensitive]
    if len(others):
        few = tuple(np.unique(look.table.local_port[others])[:_MOST_PORTS].tolist())
        numbers = ReachNumbers(services=len(others), ports=few, service=None)
        yield _note(look, FindingKind.LISTENS_EVERYWHERE, HostSubject(), numbers, others)


def _shared_ports(look: Look, services: Rows) -> Iterator[Holding]:
    """Find ports where the address decides which program answers."""
    table = look.table
    order = np.argsort(table.local_port[services], kind="stable")
    by_port = services[order]
    starts = np.flatnonzero(np.diff(table.local_port[by_port], prepend=-1))
    parts = (part for part in np.split(by_port, starts[1:]) if len(part) > 1)
    told = 0
    for part in parts:
        # Two addresses of which neither is a wildcard name two services.
        if told == MOST_OF_A_KIND or not _is_wildcard(look, part).any():
            continue
        programs = _programs(look, part)
        if len(programs) > 1:
            told += 1
            numbers = SharedPortNumbers(pids=tuple(process.pid for process in programs))
            subject = ServiceSubject.of(table, int(part[0]))
            yield _note(look, FindingKind.TWO_PROGRAMS, subject, numbers, part)


def _inherited(look: Look, services: Rows) -> Iterator[Holding]:
    """Find listeners that a child of another program holds as well, so that the port stays taken without the parent."""
    interval = look.interval
    first, end = interval.owner_first[services], interval.owner_end[services]
    several = services[end > first + 1]
    told = 0
    for row in several.tolist():
        held = _holders(interval, row)
        pids = {process.pid for process in held}
        heirs = [process for process in held if _is_heir(process, held)]
        listens = next((process for process in held if process.parent not in pids), None)
        if listens is None or not heirs or told == MOST_OF_A_KIND or listens.name in _HANDS_ON:
            continue
        told += 1
        numbers = SharedPortNumbers(pids=(listens.pid, *(heir.pid for heir in heirs)))
        subject = ServiceSubject.of(look.table, row)
        yield _note(look, FindingKind.INHERITED_LISTENER, subject, numbers, np.array([row]))


def _holders(interval: Interval, row: int) -> list[Process]:
    """List the known processes that hold a row, by pid."""
    owners = interval.owners
    pids = owners.pid[interval.owner_first[row] : interval.owner_end[row]].tolist()
    return [owners.processes[pid] for pid in sorted(set(pids)) if pid in owners.processes]


def _is_heir(process: Process, held: list[Process]) -> bool:
    """Whether its parent holds the listener too, and is another program."""
    return any(other.pid == process.parent and other.name != process.name for other in held)


def _programs(look: Look, rows: Rows) -> list[Process]:
    """Give a process of each program that listens; one of a row whose process is not known is left out."""
    found: dict[tuple[bytes, bytes], Process] = {}
    for row in rows.tolist():
        held = _holders(look.interval, row)
        if held:
            process = held[0]
            # Two scripts of one interpreter are two programs; workers of one have one command line.
            command_line = b"" if process.name in _ONE_EACH else process.command_line
            found.setdefault((process.name, command_line), process)
    return list(found.values())


def _is_wildcard(look: Look, rows: Rows) -> Bools:
    high, low = look.table.local_high[rows], look.table.local_low[rows]
    is_any = is_ipv4(high, low) & ((low & np.uint64(0xFFFF_FFFF)) == 0)
    found: Bools = (look.table.device[rows] == 0) & (is_any | ((high == 0) & (low == 0)))
    return found


def _note(look: Look, kind: FindingKind, subject: Subject, numbers: FindingNumbers, rows: Rows) -> Holding:
    return Holding(
        kind=kind,
        subject=subject,
        grade=Grade.NOTE,
        side=Side.PROGRAM,
        certainty=Certainty.CERTAIN,
        numbers=numbers,
        rows=rows,
        for_s=0.0,
    )
