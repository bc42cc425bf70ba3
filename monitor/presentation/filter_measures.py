"""Compares numbers of rows, as far as they are known."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from monitor.model.sample import F64, Interval
from monitor.model.socket_table import Bools
from monitor.presentation.connection_ages import connection_ages
from monitor.presentation.connection_cells import round_trips_us
from monitor.presentation.event_interval import EventInterval
from monitor.presentation.filter_tree import Number, NumberIs, Relation
from monitor.presentation.sorting import where_known

_US = 1_000_000


class Measures(NamedTuple):
    """A number of each row lies between two; both are NaN where nothing is known."""

    least: F64
    most: F64


def measured(condition: NumberIs, interval: Interval) -> tuple[Bools, Bools]:
    """Tell which rows are known to fulfil a comparison, and which are known not to."""
    least, most = _MEASURES[condition.number](interval)
    value = condition.value
    with np.errstate(invalid="ignore"):
        match condition.relation:
            case Relation.ABOVE:
                return least > value, most <= value
            case Relation.AT_LEAST:
                return least >= value, most < value
            case Relation.BELOW:
                return most < value, least >= value
            case Relation.AT_MOST:
                return most <= value, least > value
            case Relation.EQUAL:
                return (least == value) & (most == value), (least > value) | (most < value)


def _exact(read: Callable[[Interval], F64]) -> Callable[[Interval], Measures]:
    def measures(interval: Interval) -> Measures:
        values = read(interval)
        return Measures(values, values)

    return measures


def _rtt(interval: Interval) -> F64:
    return round_trips_us(interval, np.arange(len(interval.table)))


def _idle(interval: Interval) -> F64:
    table = interval.table
    idle_ms = np.minimum(table.last_data_sent_ms, table.last_data_recv_ms).astype(np.float64)
    return where_known(idle_ms * _US / 1_000, table.has_idle_time & _is_living(interval))


def _retransmits(interval: Interval) -> F64:
    table = interval.table
    return where_known(table.total_retrans, table.is_pair & table.knows("total_retrans"))


def _waiting(column: str) -> Callable[[Interval], F64]:
    # A listener has its accept queue and backlog in these columns.
    return lambda interval: where_known(
        getattr(interval.table, column), ~interval.table.is_listener & _is_living(interval)
    )


def _is_living(interval: Interval) -> bool:
    """Tell whether the rows are sockets as a sample saw them: an event knows neither queues nor idle times."""
    return not isinstance(interval, EventInterval)


def _age(interval: Interval) -> Measures:
    """Where the opening was not seen, an age has no upper end."""
    ages = connection_ages(interval, slice(None))
    least = ages.seconds * _US
    is_open = ~ages.is_exact & ~np.isnan(least)
    return Measures(least, np.where(is_open, np.inf, least))


_MEASURES: dict[Number, Callable[[Interval], Measures]] = {
    Number.RTT: _exact(_rtt),
    Number.RETRANSMITS: _exact(_retransmits),
    Number.RATE: _exact(lambda interval: (interval.receive_rate + interval.send_rate).astype(np.float64)),
    Number.RECEIVED: _exact(lambda interval: interval.receive_rate.astype(np.float64)),
    Number.SENT: _exact(lambda interval: interval.send_rate.astype(np.float64)),
    Number.AGE: _age,
    Number.IDLE: _exact(_idle),
    Number.RECV_Q: _exact(_waiting("recv_q")),
    Number.SEND_Q: _exact(_waiting("send_q")),
}
