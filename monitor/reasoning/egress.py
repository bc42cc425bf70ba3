"""Egress: whether connections still leave as today's routing tables would have it.

The kernel tells no socket's present interface, so it is derived: by the bound device, by the owner of the local
address, or by the way that a connection took when the monitor saw it open. Beside an alarm stands every reason for
which there is none; a program that binds its address itself, or a host that answers for all its addresses on every
interface, must raise none.
"""

from __future__ import annotations

import errno
from dataclasses import replace
from ipaddress import ip_network

import numpy as np
import numpy.typing as npt

from monitor.model.egress import NOT_KNOWN, Agreement, Egress, Reason
from monitor.model.endpoint import Address, address_from_words
from monitor.model.places import distinct
from monitor.model.sample import DIRECTION_DIALLED, Interval
from monitor.model.socket_table import Bools, Rows
from monitor.model.ways import LOCAL_TYPE, WAY, Records
from monitor.reasoning.address_ranges import is_in
from monitor.reasoning.egress_questions import QuestionNumbers, former_way, hides_selector
from monitor.reasoning.interfaces import NO_INTERFACE

_ALARMS_BY_ROUTE = (Reason.OTHER_DEVICE, Reason.OTHER_SOURCE, Reason.REFUSED)
_AF_INET, _AF_INET6 = 2, 10


def judge(interval: Interval, former: Egress, numbers: QuestionNumbers, ways: Records, is_answered: Bools) -> Egress:
    """Judge every row.

    Args:
        interval: the rows.
        former: what was known of these very rows before.
        numbers: which questions were put about them.
        ways: the answer to each question, as WAY.
        is_answered: which of the answers are there, and of today's routes.
    """
    bound, unbound, held = (_Answers(number, ways, is_answered) for number in numbers.columns)
    generation = interval.sample.network.routing_generation
    former = replace(former, first_seen=np.where(former.first_seen == NOT_KNOWN, generation, former.first_seen))
    seen = _with_opening(interval, former, bound, unbound)
    was = former_way(interval, seen)
    judged = replace(
        seen,
        reason=_reasons(interval, seen, was, (bound, unbound, held)),
        errno=bound.errno,
        was=was.astype(np.int32),
        leaving=np.where(bound.has_way, bound.device, NOT_KNOWN).astype(np.int32),
        redialled_by=np.where(unbound.has_way, unbound.device, NOT_KNOWN).astype(np.int32),
        redialled_high=unbound.source_high,
        redialled_low=unbound.source_low,
    )
    # Half of the answers, or those of other routes, would be a false verdict: the former one stands until all are here.
    is_waiting = bound.is_open | unbound.is_open | held.is_open
    waiting = np.flatnonzero(is_waiting)
    return judged.with_rows(waiting, former.take(waiting)) if len(waiting) else judged


def agreement_of(interval: Interval, row: int) -> Agreement:
    """Say how one row stands to today's routes, with names in place of numbers."""
    table, egress = interval.table, interval.egress
    local = table.local(row).on_the_wire.address
    if egress is None:
        return Agreement(Reason.NOT_ASKED, local)
    names = {link.index: link.name for link in interval.sample.network.links}
    number = int(egress.errno[row])
    return Agreement(
        Reason(int(egress.reason[row])),
        local,
        was=names.get(int(egress.was[row])),
        now=names.get(int(egress.leaving[row])),
        redialled_by=names.get(int(egress.redialled_by[row])),
        redialled_from=_redialled_from(egress, row, local),
        errno=errno.errorcode.get(number, str(number)) if number else None,
    )


class _Answers:
    """The answers that belong to each row; all zero where there is none."""

    def __init__(self, number: Rows, ways: Records, is_answered: Bools) -> None:
        self.is_asked: Bools = number >= 0
        self.is_there = self.is_asked.copy()
        self.is_there[self.is_asked] = is_answered[number[self.is_asked]]
        found = np.zeros(len(number), WAY)
        found[self.is_there] = ways[number[self.is_there]]
        self.errno, self.type, self.device = found["errno"], found["type"], found["device"].astype(np.int64)
        self.source_high, self.source_low = found["source_high"], found["source_low"]
        self.has_owner_hop: Bools = found["has_owner_hop"] != 0
        self.has_way: Bools = self.is_there & (self.errno == 0)
        self.is_open = self.is_asked & ~self.is_there


def _with_opening(interval: Interval, former: Egress, bound: _Answers, unbound: _Answers) -> Egress:
    """Note the way that a connection takes which the monitor just saw open."""
    is_fresh = ~np.isnan(interval.opened_at) & (former.first_seen == interval.sample.network.routing_generation)
    # Of several next hops the answer names one, which need not be this connection's: its ports were not asked.
    is_clear = is_fresh & bound.has_way & ~bound.has_owner_hop & (former.opened_by == NOT_KNOWN)
    is_told = is_fresh & unbound.has_way & ~unbound.has_owner_hop & (former.had_own_source == NOT_KNOWN)
    return replace(
        former,
        opened_by=np.where(is_clear, bound.device, former.opened_by).astype(np.int32),
        had_own_source=np.where(is_told, _is_own(interval, unbound), former.had_own_source).astype(np.int8),
    )


def _reasons(
    interval: Interval, seen: Egress, was: Rows, answers: tuple[_Answers, _Answers, _Answers]
) -> npt.NDArray[np.uint8]:
    bound, unbound, held = answers
    interface, network = interval.interface, interval.sample.network
    is_anyip = held.has_way & (held.type == LOCAL_TYPE)
    holders = [link.index for link in network.links if link.is_loopback or link.holds_addresses_only]
    is_held_apart = np.isin(interface, holders)
    would_differ = unbound.has_way & ~_is_own(interval, unbound) & ~unbound.has_owner_hop
    is_same: Bools = bound.device == was
    has_moved = (seen.opened_by != NOT_KNOWN) & ~is_same & ~bound.has_owner_hop
    is_dialled = interval.direction == DIRECTION_DIALLED
    # The first that holds decides.
    decisions: list[tuple[Bools, Reason]] = [
        (~bound.is_there | np.bool_(not network.is_read), Reason.NOT_ASKED),
        (held.is_there & ~is_anyip, Reason.ADDRESS_GONE),
        (~bound.has_way, Reason.REFUSED),
        (bound.type == LOCAL_TYPE, Reason.THIS_HOST),
        (has_moved, Reason.OTHER_DEVICE),
        (unbound.has_way & _is_own(interval, unbound), Reason.SAME_SOURCE),
        (is_same & would_differ & (seen.had_own_source == 1), Reason.OTHER_SOURCE),
        (bound.device == interface, Reason.SAME_DEVICE),
        (is_held_apart | is_anyip, Reason.ADDRESS_HELD_APART),
        (bound.has_owner_hop, Reason.ONE_OF_SEVERAL),
        (is_same, Reason.AS_OPENED),
        (interface <= NO_INTERFACE, Reason.NOT_ASKED),
        (~is_dialled & _is_on_link(interval, bound), Reason.REMOTE_ON_LINK),
    ]
    conditions, choices = zip(*decisions, strict=True)
    reason: npt.NDArray[np.uint8] = np.select(conditions, choices, Reason.OTHER_DEVICE).astype(np.uint8)
    is_doubtful = np.isin(reason, _ALARMS_BY_ROUTE) & hides_selector(interval)
    reason[is_doubtful] = Reason.HIDDEN_SELECTOR
    return reason


def _is_own(interval: Interval, answers: _Answers) -> Bools:
    """Whether the route gives each row the address that it has."""
    own: Bools = (answers.source_high == interval.table.local_high) & (answers.source_low == interval.table.local_low)
    return own


def _is_on_link(interval: Interval, bound: _Answers) -> Bools:
    """Whether each remote address lies in a subnet of the leaving interface."""
    table = interval.table
    found = np.zeros(len(table), np.bool_)
    for link in distinct(bound.device[bound.has_way]).tolist():
        rows = np.flatnonzero(bound.device == link)
        high, low = table.remote_high[rows], table.remote_low[rows]
        for owned in interval.sample.network.addresses:
            # A prefix that is the whole address is no subnet.
            if owned.link == link and owned.prefix_length < owned.address.max_prefixlen:
                subnet = ip_network((owned.address, owned.prefix_length), strict=False)
                found[rows] |= is_in(subnet, high, low)
    return found


def _redialled_from(egress: Egress, row: int, local: Address) -> Address | None:
    high, low = int(egress.redialled_high[row]), int(egress.redialled_low[row])
    if high == low == 0:
        return None
    return address_from_words(high, low, _AF_INET if local.version == 4 else _AF_INET6)  # noqa: PLR2004 - IPv4
