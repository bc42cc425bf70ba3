"""Cursor, selection and order while a hundred thousand sockets come and go."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.model.sample import F64, Interval
from monitor.model.socket_table import Rows
from monitor.ui.app import Settings
from tests.many_sockets import TurningSource, cookie_of, remote_of
from tests.ui.stage import Stage, monitor_of

ROWS = 100_000
TICKS = 30
SHARE = 0.01
RESORTED_AFTER_S = 10.0


def busiest(interval: Interval, rows: Rows) -> F64:
    rates = np.nan_to_num((interval.receive_rate + interval.send_rate)[rows].astype(np.float64), nan=0.0)
    return -rates


def by_remote(interval: Interval, rows: Rows) -> F64:
    # Exact in a double: an IPv4 address and a port have 48 bits.
    address = interval.table.remote_low[rows] & np.uint64(0xFFFF_FFFF)
    return address.astype(np.float64) * 65_536 + interval.table.remote_port[rows]


async def next_tick(stage: Stage) -> None:
    """Let so much time pass that rows may change their places, and take a sample."""
    stage.clock.now += RESORTED_AFTER_S
    await stage.next_sample()


@pytest.mark.parametrize(("sort", "key"), [(None, busiest), ("remote", by_remote)])
async def test_cursor_selection_and_order_stay_right_while_sockets_come_and_go(sort: str | None, key):
    source = TurningSource(ROWS, SHARE)
    async with monitor_of(source, (120, 40), Settings(period_s=1.0)) as stage:
        pane = stage.main.connections
        if sort is not None:
            pane.sort_by(sort)
        await stage.press("2", *["pagedown"] * 3, *["down"] * 5)
        chosen = pane.cursor_key
        number = next(number for number in source.numbers.tolist() if cookie_of(number) == chosen)
        source.lasting.add(number)
        line = pane.cursor_position - pane.top_position
        first = set(source.numbers.tolist())
        for _ in range(TICKS):
            await next_tick(stage)
            interval, view = pane.interval, pane.shown
            assert pane.cursor_key == chosen
            assert interval.table.cookie[pane.row_at_cursor()] == chosen
            assert pane.cursor_position - pane.top_position == line
            assert remote_of(number) in stage.cursor_line
            assert (np.diff(key(interval, view.order)) >= 0).all()
            assert np.array_equal(np.sort(view.order), np.arange(len(interval.table)))
        assert len(first & set(source.numbers.tolist())) < 0.8 * ROWS
