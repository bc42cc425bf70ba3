"""What is on screen is read again where samples are rare: which rows are asked for, and what is shown then."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest

from monitor.model.fresh_rows import FreshRows
from monitor.model.socket_table import SocketTable
from monitor.ui.app import Settings
from tests import machine_db1
from tests.scenes import FixedSource
from tests.ui.stage import HandClock, Stage, monitor_of

RARE = Settings(period_s=30.0)


def asked(source: FixedSource) -> list[SocketTable]:
    return [question for question in source.questions if isinstance(question, SocketTable)]


async def read_again(stage: Stage, clock: HandClock) -> None:
    """Let the second pass after which the screen asks for what it shows, and wait for the answer."""
    before, shown = len(asked(stage.source)), stage.app.interval
    clock.now += 1
    stage.app._tick()
    await stage.until(lambda: len(asked(stage.source)) > before and stage.app.interval is not shown)
    await stage.settle()


@pytest.fixture
def sampler_clock():
    clock = HandClock()
    with patch("tests.ui.stage.HandClock", lambda: clock):
        yield clock


async def test_rows_on_screen_are_asked_for_and_keep_their_places(sampler_clock: HandClock):
    source = machine_db1.source()

    def fresh(rows: SocketTable) -> FreshRows:
        rows.recv_q[:] = np.where(rows.is_listener, rows.recv_q, 777)
        return FreshRows(source.boot_clock() + 1, rows, np.zeros(0, np.uint64))

    source.fresh = fresh
    async with monitor_of(source, settings=RARE) as stage:
        cookies = stage.main.connections.shown.cookies.tolist()
        clock_of_sample = stage.lines[0]
        await read_again(stage, sampler_clock)
        (table,) = asked(source)
        visible = set(stage.main.visible_cookies())
        assert set(table.cookie.tolist()) <= visible
        assert table.is_listener.any()
        assert stage.main.connections.shown.cookies.tolist() == cookies
        assert stage.text.count(" 777 ") >= 20
        assert stage.lines[0] == clock_of_sample, "what is counted is of the time of the sample"


async def test_a_row_that_has_gone_is_marked_closed(sampler_clock: HandClock):
    source = machine_db1.source()
    source.fresh = lambda rows: FreshRows(
        source.boot_clock() + 1, rows.take(np.zeros(0, np.intp)), rows.cookie[rows.is_pair][:1]
    )
    async with monitor_of(source, settings=RARE) as stage:
        await read_again(stage, sampler_clock)
        assert sum("×" in line[:4] for line in stage.lines) == 1


async def test_nothing_is_asked_for_while_paused_or_where_samples_come_each_second(sampler_clock: HandClock):
    async with monitor_of(machine_db1.source(), settings=RARE) as stage:
        await stage.press("space")
        # Only from here on would anything be asked: the clock of the app ticks by itself between all these.
        sampler_clock.now += 1
        stage.app._tick()
        stage.app.set_period(1.0)
        await stage.press("space")
        stage.app._tick()
        await stage.next_sample()
        assert not asked(stage.source)


async def test_the_screen_of_a_process_and_of_a_connection_ask_for_what_they_show(sampler_clock: HandClock):
    source = machine_db1.source()
    source.fresh = lambda rows: FreshRows(source.boot_clock() + 1, rows, np.zeros(0, np.uint64))
    async with monitor_of(source, settings=RARE) as stage:
        stage.app.drill_down.show_process(990)
        await stage.sees("up 14d")
        assert stage.app.screen.visible_cookies() == [], "groups are sums: only rows can be asked for"
        await stage.press("enter")
        await read_again(stage, sampler_clock)
        assert asked(source)[-1].cookie.tolist() == stage.app.screen.visible_cookies()
        await stage.press("q", "enter")
        await stage.sees("Connections ›")
        await read_again(stage, sampler_clock)
        assert asked(source)[-1].cookie.tolist() == [stage.app.screen.cookie]
