"""EVENT records of what the kernel told and what the samples show; their numbers are given by who lists them."""

from __future__ import annotations

import numpy as np

from monitor.model.event_list import EVENT, Ending, EventKind
from monitor.model.places import find_places
from monitor.model.sample import DIRECTION_ACCEPTED, DIRECTION_DIALLED, Interval
from monitor.model.socket_table import U8, U64, Bools, Rows, SocketTable
from monitor.model.tcp import PROTOCOL_TCP, TcpState
from monitor.model.ways import Records
from monitor.reasoning.byte_totals import acknowledged_bytes, received_bytes
from monitor.sampling.closed_sockets import ClosedSockets, values_of, vars_of
from monitor.sampling.event_owners import EventOwners
from monitor.sampling.lives import pairs_of
from monitor.sampling.pending_transitions import PendingTransitions

_UNFINISHED = np.zeros(256, np.bool_)
_UNFINISHED[[TcpState.SYN_SENT, TcpState.SYN_RECEIVED, TcpState.NEW_SYN_RECEIVED]] = True
"""By state: whether the handshake is not finished."""
_ENDPOINTS = ("local_high", "local_low", "local_port", "remote_high", "remote_low", "remote_port", "family")
_COPIED = ("cookie", "device", "protocol", *_ENDPOINTS)
_COUNTERS = ("total_retrans", "segs_out", "rtt_us", "info_length")


def is_unfinished(state: U8) -> Bools:
    """Tell which sockets' handshakes are not finished."""
    unfinished: Bools = _UNFINISHED[state]
    return unfinished


def is_bucket(table: SocketTable, rows: Rows) -> Bools:
    """Tell which rows are what is left of a closed connection: in FIN-WAIT-2, too, only a socket has TCP_INFO."""
    state = table.state[rows]
    bucket: Bools = (state == TcpState.TIME_WAIT) | ((state == TcpState.FIN_WAIT_2) & (table.info_length[rows] == 0))
    return bucket


def closes(closed: ClosedSockets, interval: Interval, owners: EventOwners) -> Records:
    """Make an event of each close."""
    records = _records_of(closed.table)
    for name in _COUNTERS:
        records[name] = getattr(closed.table, name)
    records["at"], records["opened_at"] = closed.boot_time, closed.opened_at
    records["kind"] = np.where(closed.has_failed, EventKind.FAILED, EventKind.CLOSED)
    records["ending"], records["last_state"], records["direction"] = closed.ending, closed.last_state, closed.direction
    records["is_short"] = closed.row < 0
    records["received"] = received_bytes(closed.table, closed.has_peer_closed)
    records["acknowledged"] = acknowledged_bytes(closed.table, closed.direction)
    records["uid"] = values_of(interval.table.uid, closed.row, 0)
    records["cgroup"] = values_of(interval.table.cgroup, closed.row, 0)
    records["has_uid"] = values_of(interval.table.has_user, closed.row, unknown=False)
    owners.by_rows(records, closed.row)
    owners.by_actors(records, closed.life)
    owners.by_listeners(records, closed.listener)
    return records


def openings(interval: Interval, unfinished: U64, pending: PendingTransitions, owners: EventOwners) -> Records:
    """Make an event of each connection that a new sample shows as open, and the one before did not.

    Args:
        interval: The newest one.
        unfinished: Cookies of those whose handshake was not finished in the one before.
        pending: Tells since when they are open, and hears which of its lives are told of by this.
        owners: Tells whose they are.
    """
    table, now = interval.table, interval.sample.boot_time
    rows = np.flatnonzero(interval.opened_at == now)
    if len(unfinished):
        awaited = find_places(table.cookie, unfinished)
        rows = np.union1d(rows, awaited[awaited >= 0])
    if not len(rows):
        return np.zeros(0, EVENT)
    is_open = (table.protocol[rows] == PROTOCOL_TCP) & table.is_pair[rows] & np.isnan(interval.closed_at[rows])
    rows = rows[is_open & ~is_unfinished(table.state[rows]) & ~is_bucket(table, rows)]
    life = pending.lives.find(pairs_of(vars_of(table.take(rows))), np.full(len(rows), now))
    is_untold = ~values_of(pending.is_told, life, unknown=False)
    rows, life = rows[is_untold], life[is_untold]
    records = _records_of(table.take(rows))
    began = values_of(pending.lives.opened_at, life, np.nan)
    records["at"] = records["opened_at"] = np.where(np.isnan(began), now, began)
    records["kind"] = EventKind.OPENED
    records["last_state"], records["direction"] = table.state[rows], interval.direction[rows]
    records["uid"], records["has_uid"] = table.uid[rows], table.has_user[rows]
    records["cgroup"] = table.cgroup[rows]
    owners.by_rows(records, rows)
    owners.by_actors(records, life)
    pending.tell(life[life >= 0])
    return records


def short_ones(closed: ClosedSockets, pending: PendingTransitions) -> Rows:
    """Give which of some closes were seen to open as well, by no sample; their openings count as told from now on."""
    is_unseen = (closed.row < 0) | is_unfinished(closed.last_state)
    seen = np.flatnonzero(is_unseen & (closed.life >= 0) & ~np.isnan(closed.opened_at))
    seen = seen[~pending.is_told[closed.life[seen]]]
    pending.tell(closed.life[seen])
    return seen


def short_openings(short: ClosedSockets, interval: Interval, owners: EventOwners) -> Records:
    """Make an event of the opening of each of them."""
    records = closes(short, interval, owners)
    records["kind"], records["ending"], records["at"] = EventKind.OPENED, Ending.UNKNOWN, records["opened_at"]
    for name in ("received", "acknowledged", *_COUNTERS):
        records[name] = 0
    return records


def failures(namespace: int, pending: PendingTransitions, owners: EventOwners) -> Records:
    """Make an event of each handshake that was seen to fail, of processes of this network namespace."""
    lives = pending.lives
    failed = np.flatnonzero(lives.has_failed & ~pending.is_told)
    if not len(failed):
        return np.zeros(0, EVENT)
    failed = failed[lives.namespaces(failed, pending.actors) == namespace]
    last = pending.last_records(failed)
    records = np.zeros(len(failed), EVENT)
    for name in _ENDPOINTS:
        records[name] = last[name]
    records["protocol"], records["last_state"] = PROTOCOL_TCP, TcpState.SYN_SENT
    records["kind"], records["ending"], records["direction"] = EventKind.FAILED, lives.ending[failed], DIRECTION_DIALLED
    records["at"], records["opened_at"] = last["boot_time"], np.nan
    records["is_short"] = True
    owners.by_actors(records, failed)
    pending.tell(failed)
    return records


def cuts(namespace: int, pending: PendingTransitions, owners: EventOwners, until: float) -> Records:
    """Make events of each connection of this network namespace that no sample saw and that its own program cut.

    Before the kernel destroys it, it may take its endpoints and its counters away: its close then says nothing.

    Args:
        namespace: The inode of ours.
        pending: Knows which were told by their close or by a sample, and hears that these are told by this.
        owners: Tells whose they were.
        until: CLOCK_BOOTTIME in seconds; of those that were cut later the close may still come.
    """
    lives = pending.lives
    is_cut = (lives.ending == Ending.RESET_HERE) & ~np.isnan(lives.opened_at) & (lives.ended_at <= until)
    cut = np.flatnonzero(is_cut & ~pending.is_told)
    if not len(cut):
        return np.zeros(0, EVENT)
    cut = cut[lives.namespaces(cut, pending.actors) == namespace]
    last = pending.last_records(cut)
    records = np.zeros(len(cut), EVENT)
    for name in _ENDPOINTS:
        records[name] = last[name]
    records["protocol"], records["is_short"] = PROTOCOL_TCP, True
    records["direction"] = np.where(lives.dialled[cut], DIRECTION_DIALLED, DIRECTION_ACCEPTED)
    records["at"] = records["opened_at"] = lives.opened_at[cut]
    records["kind"] = EventKind.OPENED
    owners.by_actors(records, cut)
    closed = records.copy()
    closed["at"], closed["kind"], closed["ending"] = lives.ended_at[cut], EventKind.CLOSED, Ending.RESET_HERE
    pending.tell(cut)
    pending.tell_end(cut)
    return np.concatenate([records, closed])


def _records_of(table: SocketTable) -> Records:
    records = np.zeros(len(table), EVENT)
    for name in _COPIED:
        records[name] = getattr(table, name)
    return records
