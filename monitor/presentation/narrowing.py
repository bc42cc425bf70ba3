"""Narrows connections to those of one listener, and goes on doing so while rows come and go."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from monitor.model.sample import DIRECTION_DIALLED, Interval
from monitor.model.socket_table import Bools
from monitor.presentation.listeners_view import KEY_COLUMNS, ListenersView, endpoint_text
from monitor.presentation.service_endpoints import BOTH_STACKS, IPV4_ONLY
from monitor.reasoning.columns import is_ipv4


def listener_narrowing(view: ListenersView, position: int) -> tuple[str, Callable[[Interval], Bools]]:
    """Give a title such as "on [::]:443", and the choice of the connections that demultiplexing gives to it.

    Where the listener has gone, its connections live on: those whose listener is not known any more, of its port and
    of the packets that it took, and of its address unless that was the wildcard, stay chosen.
    """
    key = view.key_at(position)
    title = f"on {endpoint_text(view.endpoints, view.texts, view.entry_at(position))}"
    named = dict(zip(KEY_COLUMNS, key, strict=True))
    serves = view.endpoints.serves(view.entry_at(position))
    is_wildcard = view.texts.local(int(view.endpoints.first[view.entry_at(position)])).is_wildcard

    def choose(interval: Interval) -> Bools:
        table = interval.table
        is_listener: Bools = np.ones(len(table), np.bool_)
        for name, value in named.items():
            is_listener &= getattr(table, name) == value
        is_listener &= table.is_listener | table.is_udp_unconnected
        is_served = (interval.listener >= 0) & is_listener[interval.listener]
        is_orphaned = (interval.listener < 0) & (table.local_port == named["local_port"])
        if not is_wildcard:
            is_orphaned &= (table.local_high == named["local_high"]) & (table.local_low == named["local_low"])
        is_orphaned &= (table.protocol == named["protocol"]) & ~is_listener.any()
        if serves != BOTH_STACKS:
            is_orphaned &= is_ipv4(table.local_high, table.local_low) == (serves == IPV4_ONLY)
        chosen: Bools = (is_served | is_orphaned) & (interval.direction != DIRECTION_DIALLED)
        return chosen

    return title, choose
