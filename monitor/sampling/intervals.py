"""Makes the next Interval from the last one and a new Sample.

What was worked out about a row stands until something changes that it followed from: see Succession.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from monitor.model.owner_table import OwnerTable
from monitor.model.sample import DIRECTION_UNKNOWN, F64, Interval, Network, Sample
from monitor.model.socket_table import Rows, SocketTable
from monitor.model.tcp import PROTOCOL_TCP
from monitor.reasoning.direction import directions, told_by_counters
from monitor.reasoning.interfaces import NOT_KNOWN, interfaces
from monitor.reasoning.ownership import owner_ranges
from monitor.sampling.carried_rows import CarriedRows, carry, is_in_sight
from monitor.sampling.rates import extend_window, rates, retransmitted, since_sleep, slept_between
from monitor.sampling.served_rows import ServedRows
from monitor.sampling.succession import Succession

_PAIR_COLUMNS = ("local_high", "local_low", "local_port", "remote_high", "remote_low", "remote_port")
"""What makes a row the same connection as before."""
_INTERFACE_COLUMNS = ("device", "local_high", "local_low")
"""What a row's interface follows from, beside links and addresses."""
_NO_ROWS: Rows = np.zeros(0, np.intp)


def advance(previous: Interval | None, sample: Sample) -> Interval:
    """Read a sample in the light of what came before; the first one of a namespace stands alone."""
    former = previous if previous is not None and previous.table.namespace == sample.table.namespace else None
    carried = CarriedRows.none(sample) if former is None else carry(former, sample)
    table = SocketTable.concatenate([sample.table, carried.table]) if len(carried.table) else sample.table
    step = Succession.of(table if former is None else former.table, table, carried.places)
    closed_at = np.concatenate([np.full(len(sample.table), np.nan), carried.closed_at])
    is_unseen = np.concatenate([np.zeros(len(sample.table), np.bool_), np.isnan(carried.closed_at)])
    served = ServedRows.of(step, former, closed_at, is_unseen)
    # New ones among them. A socket may be connected again, elsewhere or as a listener.
    renamed = _NO_ROWS if former is None else step.changed(_PAIR_COLUMNS)
    told = told_by_counters(table, None if former is None else _told_before(former, step, renamed))
    owners = sample.owners
    if former is not None and len(carried.table):
        owners = owners.with_former(former.owners, carried.table.inode)
    owner_first, owner_end = _owner_ranges(former, owners, served, step)
    window = () if former is None else since_sleep(former.counters, sample.asleep_s)
    receive, send = rates(window, sample.boot_time, sample.table)
    # Nothing was read of a carried row: its old counters over the time since would be a false rate.
    no_rate = np.full(len(carried.table), np.nan, np.float32)
    return Interval(
        sample=sample,
        table=table,
        elapsed_s=float("nan") if former is None else sample.boot_time - former.sample.boot_time,
        is_unseen=is_unseen,
        opened_at=_opened_at(former, sample, step, renamed),
        closed_at=closed_at,
        receive_rate=np.concatenate([receive, no_rate]),
        send_rate=np.concatenate([send, no_rate]),
        retrans_rose_at=_rose_at(former, sample, step),
        listener=served.listener,
        direction=directions(table, served.listener, told),
        told_direction=told,
        interface=_interfaces(former, sample.network, step),
        owners=owners,
        owner_first=owner_first,
        owner_end=owner_end,
        counters=extend_window(window, sample),
        slept_s=0.0 if former is None else slept_between(former.sample.asleep_s, sample.asleep_s),
    )


def _owner_ranges(
    former: Interval | None, owners: OwnerTable, served: ServedRows, step: Succession
) -> tuple[Rows, Rows]:
    known = None
    if former is not None and owners is former.owners and step.is_same and not len(step.changed(("inode",))):
        known = former.owner_first, former.owner_end
    return owner_ranges(step.table, owners, served.listener, served.index, known)


def _opened_at(former: Interval | None, sample: Sample, step: Succession, renamed: Rows) -> F64:
    if former is None:
        return np.full(len(step.table), np.nan)
    opened, table = step.take(former.opened_at, sample.boot_time), step.table
    is_connection = table.is_pair[renamed] & (table.protocol[renamed] == PROTOCOL_TCP)
    if len(renamed):
        opened = opened.copy()
        opened[renamed[is_connection]] = sample.boot_time
    new = np.flatnonzero(~step.is_known)
    opened[new[~is_in_sight(table, new, former.sample)]] = np.nan
    return opened


def _told_before(former: Interval, step: Succession, renamed: Rows) -> npt.NDArray[np.int8]:
    told = step.take(former.told_direction, DIRECTION_UNKNOWN)
    if len(renamed):
        told = told.copy()
        told[renamed] = DIRECTION_UNKNOWN
    return told


def _rose_at(former: Interval | None, sample: Sample, step: Succession) -> F64:
    if former is None:
        return np.full(len(step.table), np.nan)
    rose, before = step.take(former.retrans_rose_at, np.nan), former.table
    was_known = step.take(before.knows("total_retrans"), False)  # noqa: FBT003 - a value
    rows = np.flatnonzero(retransmitted(step.table, step.take(before.total_retrans, 0), was_known))
    if len(rows):
        rose = rose.copy()
        rose[rows] = sample.boot_time
    return rose


def _interfaces(former: Interval | None, network: Network, step: Succession) -> npt.NDArray[np.int32]:
    before = None if former is None else former.sample.network
    if former is None or before is None or (before.links, before.addresses) != (network.links, network.addresses):
        return interfaces(step.table, network)
    return step.renewed(
        former.interface, NOT_KNOWN, _INTERFACE_COLUMNS, lambda rows: interfaces(step.table, network, rows)
    )
