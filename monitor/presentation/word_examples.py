"""Picks, among the rows of a machine, those that show what a word means."""

from __future__ import annotations

import numpy as np

from monitor.model.sample import DIRECTION_DIALLED, Interval
from monitor.model.socket_table import U64, Rows
from monitor.model.tcp import PROTOCOL_TCP
from monitor.presentation.formats import count_text
from monitor.presentation.line_explanation import pair_text
from monitor.presentation.row_text import RowTexts
from monitor.presentation.service_endpoints import ServiceEndpoints
from monitor.presentation.words import Example, Picker
from monitor.reasoning.columns import group_rows
from monitor.reasoning.holders import Holders
from monitor.reasoning.other_ends import other_ends
from monitor.reasoning.sharing import is_open


def listener_and_two(interval: Interval) -> Example | None:
    """Pick a listener and two connections that a program accepted there, best two that differ in the port only."""
    table = interval.table
    served = (interval.listener >= 0) & (interval.direction != DIRECTION_DIALLED) & is_open(interval)
    rows = np.flatnonzero(served & (table.inode != 0))
    counts = np.bincount(interval.listener[served], minlength=len(table))
    one_address = (table.local_high[rows], table.local_low[rows], table.remote_high[rows], table.remote_low[rows])
    alike = _two_of_busiest(interval, rows, one_address, counts)
    both = alike or _two_of_busiest(interval, rows, (), counts)
    if both is None:
        return None
    listener = int(interval.listener[both[0]])
    texts = RowTexts(interval)
    return Example(
        (f"{texts.local(listener)} LISTEN {texts.process(listener)}", *(pair_text(texts, row) for row in both)),
        f"A listener and two of its {count_text(int(counts[listener]))} connections. All have its port; the two "
        f"connections differ in the remote {'port only' if alike else 'endpoint'}.",
    )


def _two_of_busiest(interval: Interval, rows: Rows, columns: tuple[U64, ...], counts: Rows) -> tuple[int, int] | None:
    """Give two rows of one listener that are equal in some columns, of the listener with the highest count."""
    if not len(rows):
        return None
    listener = interval.listener[rows]
    first, group = group_rows((listener.astype(np.uint64), *columns))
    several = np.flatnonzero(np.bincount(group) > 1)
    if not len(several):
        return None
    chosen = several[counts[listener[first[several]]].argmax()]
    one, other = rows[group == chosen][:2].tolist()
    return one, other


def two_sockets(interval: Interval) -> Example | None:
    """Pick a connection whose both ends are sockets of this host."""
    rows = np.flatnonzero((interval.table.protocol == PROTOCOL_TCP) & interval.table.is_pair & is_open(interval))
    ends = other_ends(interval.table, rows)
    rows, ends = rows[(ends >= 0) & (ends != rows)], ends[(ends >= 0) & (ends != rows)]
    if not len(rows):
        return None
    # The side that dialled first, as one would tell it.
    place = int((interval.direction[rows] == DIRECTION_DIALLED).argmax())
    texts = RowTexts(interval)
    both = (int(rows[place]), int(ends[place]))
    return Example(
        tuple(f"{pair_text(texts, row)} {texts.process(row)}" for row in both),
        "Both ends are on this host: two sockets, two rows, and one connection.",
    )


def one_socket_of_several(interval: Interval) -> Example | None:
    """Pick the waiting socket that the most processes hold."""
    endpoints = ServiceEndpoints.of(interval)
    if not len(endpoints):
        return None
    held = np.where(endpoints.sockets == 1, Holders.of(interval).count[endpoints.first], 0)
    entry = int(held.argmax())
    if held[entry] < 2:  # noqa: PLR2004 - several
        return None
    row = int(endpoints.first[entry])
    texts = RowTexts(interval)
    shows = f"One socket, held by {count_text(int(held[entry]))} processes."
    return Example((f"{texts.local(row)} {texts.process(row)}",), shows)


def several_at_one_endpoint(interval: Interval) -> Example | None:
    """Pick the listeners that share an endpoint, the most of them."""
    endpoints = ServiceEndpoints.of(interval)
    if not len(endpoints):
        return None
    is_tcp = interval.table.protocol[endpoints.first] == PROTOCOL_TCP
    sockets = np.where(is_tcp, endpoints.sockets, 0)
    entry = int(sockets.argmax())
    if sockets[entry] < 2:  # noqa: PLR2004 - several
        return None
    row, count = int(endpoints.first[entry]), count_text(int(sockets[entry]))
    texts = RowTexts(interval)
    return Example(
        (f"{texts.local(row)} {texts.process(row, with_pid=False)} {count} sockets",),
        f"{count} sockets at one endpoint: the kernel picks one for each client.",
    )


PICKERS: tuple[Picker, ...] = (listener_and_two, two_sockets, one_socket_of_several, several_at_one_endpoint)
"""One for each documented example, in their order."""
