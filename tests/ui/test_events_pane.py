"""The Events pane on the screen: it lists what comes, keeps the cursor's event, and leads on from it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from monitor.model.event_list import Ending, EventKind
from monitor.model.transitions import NoTransitions
from monitor.ui.screens.connection import ConnectionScreen
from monitor.ui.screens.process import ProcessScreen
from tests import machine_db1
from tests.event_scene import CURL, event, listed, of_db1
from tests.ui.stage import Stage, happens, monitor_of

PAIR = ("192.0.2.10:52300", "198.51.100.40:8086")
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")


async def look(stage: Stage, events=None):
    await happens(stage, events or of_db1())
    await stage.press("4")


def and_one_more(events, **columns):
    """The same list after another close."""
    record = event(EventKind.CLOSED, -0.1, *PAIR, CURL, ending=Ending.TIMED_OUT, **columns)
    record["number"] = events.happened + 1
    records = np.append(events.records, record)
    return replace(events, records=records, closed=events.closed + 1)


@SIZES
async def test_the_key_4_shows_what_happened_newest_first(size):
    async with monitor_of(machine_db1.source(), size) as stage:
        await look(stage)
        assert "03:12:40.1 refused" in stage.cursor_line
        assert stage.y_of("refused") < stage.y_of("reset by peer") < stage.y_of("no answer")
        assert "4 Events" in stage.text


@SIZES
async def test_its_name_says_how_fast_events_come_before_it_was_ever_shown(size):
    async with monitor_of(machine_db1.source(), size) as stage:
        await happens(stage, of_db1())
        assert "4 Ev" in stage.text
        assert stage.main.events.shown_of_all == "5/s"
        assert stage.main.events.shown is None


async def test_a_rate_that_nothing_renews_falls_to_zero():
    async with monitor_of(machine_db1.source(), samples=1) as stage:
        await happens(stage, replace(of_db1(), boot_time=stage.app.interval.sample.boot_time))
        assert stage.main.events.shown_of_all == "5/s"
        await stage.next_sample()
        assert stage.main.events.shown_of_all == "0/s"


async def test_a_new_event_comes_on_top_and_the_cursor_with_it():
    async with monitor_of(machine_db1.source()) as stage:
        await look(stage)
        await happens(stage, and_one_more(of_db1()))
        assert "timed out" in stage.cursor_line


async def test_an_event_that_the_user_went_to_keeps_the_cursor_and_its_line():
    async with monitor_of(machine_db1.source()) as stage:
        await look(stage)
        await stage.press("down", "down")
        before, y = stage.cursor_line, stage.y_of(stage.cursor_line)
        await happens(stage, and_one_more(of_db1()))
        assert stage.cursor_line == before
        assert stage.y_of(stage.cursor_line) == y


async def test_the_filter_line_works_on_events_and_esc_undoes_it():
    async with monitor_of(machine_db1.source()) as stage:
        await look(stage)
        await stage.type("/curl closed")
        await stage.press("enter")
        assert "8 of 22" in stage.text
        assert "refused" not in stage.text
        await stage.press("escape")
        assert "4 Events 22" in stage.text


async def test_only_events_like_this_one_are_asked_for_by_a_letter():
    async with monitor_of(machine_db1.source()) as stage:
        await look(stage)
        await stage.press("f", "p")
        assert "990" in stage.main.events.filter_text
        assert "4 Events 1 of 22" in stage.text


async def test_groups_say_who_opens_and_closes_how_often_and_esc_undoes_them():
    async with monitor_of(machine_db1.source()) as stage:
        await look(stage)
        await stage.press("t", "r")
        line = stage.line_with("8 opened 8 closed")
        assert "+0.4 ×0.4" in line
        assert "198.51.100.40" in line
        await stage.press("enter")
        assert "closed here" in stage.text
        await stage.press("escape")
        assert "8 opened 8 closed" not in stage.text
        assert stage.main.connections.grouping is None


async def test_enter_opens_the_connection_where_it_lives():
    async with monitor_of(machine_db1.source()) as stage:
        table = stage.app.interval.table
        cookie = int(table.cookie[table.is_pair][0])
        await look(stage, listed([event(EventKind.OPENED, 1, *PAIR, CURL, cookie=cookie)]))
        await stage.press("enter")
        assert isinstance(stage.app.screen, ConnectionScreen)


async def test_enter_opens_the_process_where_the_connection_has_gone():
    async with monitor_of(machine_db1.source()) as stage:
        await look(stage)
        await stage.press("enter")
        assert isinstance(stage.app.screen, ProcessScreen)
        assert "proxy[990]" in stage.text


async def test_p_opens_the_process():
    async with monitor_of(machine_db1.source()) as stage:
        await look(stage)
        await stage.press("down", "down", "p")
        assert isinstance(stage.app.screen, ProcessScreen)


@pytest.mark.parametrize("key", ["enter", "p"])
async def test_without_a_process_the_reason_is_said(key):
    async with monitor_of(machine_db1.source()) as stage:
        record = event(EventKind.CLOSED, 1, *PAIR, is_short=True)
        await look(stage, listed([record], no_transitions=NoTransitions.NOT_ROOT))
        await stage.press(key)
        assert "shorter than a sample: only root, with tracefs, sees who opened it" in stage.text


async def test_what_is_not_seen_is_said_with_its_reason():
    async with monitor_of(machine_db1.source()) as stage:
        await look(stage, replace(of_db1(), lost_closes=1_204, no_transitions=NoTransitions.NOT_ROOT))
        assert "1,204 closes missed" in stage.text
        assert "openings are seen by samples only: tracefs is open to root only" in stage.text


async def test_where_closes_cannot_be_seen_the_empty_list_says_why():
    async with monitor_of(machine_db1.source(), (80, 24)) as stage:
        await look(stage, listed([], no_closes="the kernel does not let this user listen"))
        assert "closes cannot be seen: the kernel does not let this user listen" in stage.text


async def test_i_explains_every_value_of_an_event():
    async with monitor_of(machine_db1.source()) as stage:
        await look(stage)
        await stage.press("i")
        assert "the peer, or something on the way, refused the SYN" in stage.text
        assert "it was never open" in stage.text


async def test_a_paused_monitor_shows_no_newer_events_until_it_goes_on():
    async with monitor_of(machine_db1.source()) as stage:
        await look(stage)
        await stage.press("space")
        await happens(stage, and_one_more(of_db1()))
        assert "timed out" not in stage.text
        await stage.press("space")
        assert "timed out" in stage.text


async def test_the_strip_says_whose_it_was_where_there_is_no_room_for_routing():
    async with monitor_of(machine_db1.source(), (80, 24)) as stage:
        await look(stage)
        assert "proxy[990] · refused" in stage.text


async def test_going_back_to_connections_gives_them_the_room_again():
    async with monitor_of(machine_db1.source()) as stage:
        await look(stage)
        assert not stage.main.connections.display
        await stage.press("2")
        assert stage.main.connections.display
        assert not stage.main.events.display


async def test_a_goes_on_from_time_wait_to_closed_connections_and_back():
    async with monitor_of(machine_db1.source()) as stage:
        await happens(stage, of_db1())
        await stage.press("a")
        assert "with TIME-WAIT" in stage.text
        assert "and closed" not in stage.line_with("2 Connections")
        await stage.press("a", "end")
        assert "with TIME-WAIT and closed" in stage.line_with("2 Connections")
        assert "curl[4411]" in stage.cursor_line
        await stage.press("a")
        assert "no TIME-WAIT" in stage.line_with("2 Connections")
        assert "curl[4411]" not in stage.text


async def test_closed_connections_go_on_to_come_in():
    async with monitor_of(machine_db1.source()) as stage:
        await happens(stage, of_db1())
        await stage.press("a", "a")
        before = stage.main.connections.view.count
        await happens(stage, and_one_more(of_db1(), cookie=77))
        assert stage.main.connections.view.count == before + 1
        await stage.next_sample()
        assert stage.main.connections.view.count == before + 1


async def test_a_closed_connection_leads_to_its_process_and_says_what_became_of_it():
    async with monitor_of(machine_db1.source(), (80, 24)) as stage:
        await happens(stage, of_db1())
        await stage.press("a", "a", "end")
        assert "curl[4411] · closed here after 43ms · 612 in, 1.2K out" in stage.text
        await stage.press("enter")
        assert isinstance(stage.app.screen, ProcessScreen)


@pytest.mark.parametrize("keys", [("enter",), ("p",), ("f", "p")])
async def test_of_a_closed_connection_without_a_process_the_reason_is_said(keys):
    async with monitor_of(machine_db1.source()) as stage:
        await happens(stage, listed([event(EventKind.CLOSED, 1, *PAIR, is_short=True)]))
        await stage.press("a", "a", "end", *keys)
        assert "shorter than a sample, and who opened or closed it had ended" in stage.text
