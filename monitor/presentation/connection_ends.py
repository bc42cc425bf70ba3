"""The two ends of a connection: who holds this one, who shares its endpoints, where the other one is, and the way."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

import numpy as np

from monitor.model.process import OwnerReason, Process, SocketOwner
from monitor.model.sample import DIRECTION_ACCEPTED, DIRECTION_DIALLED, Interval
from monitor.model.socket_table import Bools, Rows
from monitor.presentation import route_words
from monitor.presentation.connection_reading import ConnectionReading
from monitor.presentation.formats import UNKNOWN, bytes_text, count_text
from monitor.presentation.linked_line import LineMaker, LinkedLine, Part, ToProcess, ToRouting, ToRows, ToSocket
from monitor.presentation.masking import masked
from monitor.presentation.process_words import command_text, process_title
from monitor.presentation.routing_text import RouteAnswer
from monitor.presentation.row_text import RowTexts
from monitor.presentation.safe_text import safe_text
from monitor.presentation.selection import REASON_WORDS
from monitor.presentation.service_words import local_service, port_parts, remote_service
from monitor.presentation.tracking_words import outer_lines
from monitor.presentation.view import Cell, Role
from monitor.reasoning.egress import agreement_of
from monitor.reasoning.other_ends import other_ends, translated_end
from monitor.reasoning.sharing import LocalEndpoint, RemoteAddress, is_open

_MAX_OWNERS = 8
_TRANSLATED_AWAY = "no socket in sight has the pair outside: not on this host, or in another of its namespaces"


def end_lines(reading: ConnectionReading, route: RouteAnswer | None, maker: LineMaker) -> list[LinkedLine]:
    """Say who and where: a line for each owner, then local, remote, other end and route."""
    return [
        *_owner_lines(reading, maker),
        _local(reading, maker),
        _remote(reading, maker),
        *outer_lines(reading, maker),
        _other_end(reading, maker),
        _route(reading, route, maker),
    ]


def _owner_lines(reading: ConnectionReading, maker: LineMaker) -> list[LinkedLine]:
    texts = reading.texts
    owners = texts.owners(reading.row)
    reason = texts.owner_reason(reading.row)
    if not owners:
        user = [f"user {texts.user(reading.row)}"] if texts.has_user(reading.row) else []
        return [maker.words("owner", "Owner", Cell(REASON_WORDS[str(reason)], Role.DIM), user)]
    waits = ["has the listener, has not called accept()"] if reason is OwnerReason.ACCEPT_QUEUE else []
    unit = [text] if (text := texts.unit(reading.row)) != UNKNOWN else []
    lines = []
    held = [(process, list(held)) for process, held in groupby(owners, key=lambda owner: owner.process)]
    for number, (process, fds) in enumerate(held[:_MAX_OWNERS]):
        lines.append(
            maker.words(
                "owner",
                "" if number else "Owner",
                Cell(process_title(process), Role.NAME),
                [texts.user_name(process.uid), *(waits or [_descriptors(fds)]), *unit],
                target=ToProcess(process.pid),
                last=_command(process),
            )
        )
    if len(held) > _MAX_OWNERS:
        lines.append(maker.words("owner", "", Cell(f"and {len(held) - _MAX_OWNERS} more processes", Role.DIM)))
    return lines


def _descriptors(owners: Iterable[SocketOwner]) -> str:
    return f"fd {', '.join(str(owner.fd) for owner in owners)}"


def _command(process: Process) -> str:
    """Give the command line without its secrets."""
    return command_text(masked(process.command_line))


def _local(reading: ConnectionReading, maker: LineMaker) -> LinkedLine:
    interval, row = reading.interval, reading.row
    local = reading.texts.local(row).on_the_wire
    place = LocalEndpoint.of(interval, row)
    others = _others(place.connections(interval) & is_open(interval), row)
    interface = reading.texts.interface(row)
    named = port_parts(local_service(interval, row))
    parts = [interface if interface != UNKNOWN else "interface not known", _sharers(reading, len(others)), *named]
    target = ToRows(f"at {local}", place) if len(others) else None
    return maker.words("local", "Local", Cell(str(local), Role.LOCAL), parts, target=target)


def _sharers(reading: ConnectionReading, others: int) -> Part:
    """Say which sockets have the same local endpoint."""
    listener = int(reading.interval.listener[reading.row])
    connections = f"{count_text(others)} connection{'' if others == 1 else 's'}"
    if listener >= 0 and int(reading.interval.direction[reading.row]) != DIRECTION_DIALLED:
        endpoint = reading.texts.local(listener)
        more = f" and {connections}" if others else ""
        return f"shared with the listener {endpoint}{more}", f"shared with {endpoint}{more}", f"its listener{more}"
    return f"shared with {connections}" if others else "no other connection has it"


def _remote(reading: ConnectionReading, maker: LineMaker) -> LinkedLine:
    interval, row = reading.interval, reading.row
    remote = reading.texts.remote(row).on_the_wire
    place = RemoteAddress.of(interval, row)
    others = _others(place.connections(interval) & is_open(interval), row)
    name = reading.texts.remote_name(row)
    named = [] if name is None else [f"named {name}"]
    port = port_parts(remote_service(interval, row))
    way = {DIRECTION_ACCEPTED: "from", DIRECTION_DIALLED: "to"}.get(int(interval.direction[row]), "with")
    if not len(others):
        parts = [*named, f"no other connection {way} {remote.address_text}", *port]
        return maker.words("remote", "Remote", Cell(str(remote), Role.REMOTE), parts)
    table = interval.table
    is_same_local = LocalEndpoint.of(interval, row).connections(interval)[others]
    is_same_port = table.remote_port[others] == table.remote_port[row]
    count = f"{count_text(len(others))} more {way} {remote.address_text}"
    same = int(np.count_nonzero(is_same_port))
    which = f", {'all' if same == len(others) else count_text(same)} {way} port {remote.port}" if same else ""
    if is_same_local.all():
        which = ", told apart by port only"
    shared: Part = (f"{count}{which}", count, f"{count_text(len(others))} more")
    target = ToRows(f"{way} {remote.address_text}", place)
    return maker.words("remote", "Remote", Cell(str(remote), Role.REMOTE), [*named, shared, *port], target=target)


def _other_end(reading: ConnectionReading, maker: LineMaker) -> LinkedLine:
    interval, row = reading.interval, reading.row
    other = _other_row(reading)
    if other == row:
        return maker.words("other_end", "Other end", Cell("this same socket: it is connected to itself"))
    if other < 0:
        absent = _TRANSLATED_AWAY if reading.is_translated else _absent_end(interval, row)
        return maker.words("other_end", "Other end", Cell(absent, Role.DIM))
    texts = reading.texts
    unread = int(interval.table.recv_q[other])
    parts = [texts.state(other), *([f"has {bytes_text(unread)} unread"] if unread else [])]
    owners = texts.owners(other)
    name = texts.process(other)
    first = Cell(name, Role.NAME) if owners else Cell("on this host", Role.PLAIN)
    parts += [] if owners else [REASON_WORDS[str(texts.owner_reason(other))]]
    target = ToSocket(int(interval.table.cookie[other]))
    return maker.words("other_end", "Other end", first, parts, target=target)


def _other_row(reading: ConnectionReading) -> int:
    table, tracking = reading.interval.table, reading.tracking
    if tracking is not None and reading.is_translated:
        return translated_end(table, int(table.protocol[reading.row]), tracking)
    return int(other_ends(table, np.array([reading.row]))[0])


def _absent_end(interval: Interval, row: int) -> str:
    if not interval.sample.network.is_read:
        return f"{UNKNOWN} the addresses of this machine are not read yet"
    if _is_own_address(interval, row):
        return "on this host, but no socket in sight has the swapped pair: closed, or in another namespace"
    return "not on this host, or in another of its namespaces"


def _is_own_address(interval: Interval, row: int) -> bool:
    """Whether an interface of this host owns the remote address."""
    remote = RowTexts(interval).remote(row).on_the_wire.address
    return remote.is_loopback or any(owned.address == remote for owned in interval.sample.network.addresses)


def _others(chosen: Bools, row: int) -> Rows:
    rows = np.flatnonzero(chosen)
    others: Rows = rows[rows != row]
    return others


def _route(reading: ConnectionReading, route: RouteAnswer | None, maker: LineMaker) -> LinkedLine:
    if route is None:
        return maker.words("route", "Route", Cell("asking the kernel …", Role.DIM))
    if route.decision is None:
        return maker.words("route", "Route", Cell(safe_text(route.error or UNKNOWN), Role.TROUBLE))
    words = route_words.strip(route.decision, agreement_of(reading.interval, reading.row)).removeprefix("leaves ")
    first, *reasons, verdict = words.split(" · ")
    role = Role.PLAIN if route.decision.has_way else Role.TROUBLE
    return maker.words("route", "Route", Cell(first, role), [verdict, *reasons], target=ToRouting())
