"""Groups on the screen: chosen by a letter, opened in place, undone by Esc."""

from __future__ import annotations

import numpy as np

from tests import machine_db1
from tests.ui.stage import monitor_of


async def test_t_and_a_letter_group_the_rows_and_esc_shows_them_one_by_one_again():
    async with monitor_of(machine_db1.source()) as stage:
        before = stage.main.connections.view.count
        await stage.press("t")
        assert "r remote address" in stage.text
        await stage.press("r")
        assert "grouped by remote address" in stage.text
        assert stage.main.connections.view.count < before
        await stage.press("escape")
        assert "grouped by" not in stage.text
        assert stage.main.connections.view.count == before


async def test_enter_opens_a_group_in_its_place_and_closes_it():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("t", "p")
        closed = stage.main.connections.view.count
        size = len(stage.main.connections.rows_at_cursor())
        await stage.press("enter")
        assert stage.main.connections.view.count == closed + size
        assert stage.cursor_line.lstrip().startswith("▸  ▾") or "▾" in stage.cursor_line
        await stage.press("enter")
        assert stage.main.connections.view.count == closed


async def test_arrows_open_and_close_a_group_and_else_scroll_the_columns():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("t", "s")
        closed = stage.main.connections.view.count
        await stage.press("right")
        assert stage.main.connections.view.count > closed
        await stage.press("left")
        assert stage.main.connections.view.count == closed


async def test_a_row_in_a_group_opens_its_connection():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("t", "p", "enter", "down", "enter")
        await stage.sees("Connections ›")


async def test_any_other_key_than_a_letter_ends_the_question():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("t", "x")
        assert "grouped by" not in stage.text
        assert "r remote address" not in stage.text


async def test_a_filter_works_on_groups():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("t", "p")
        await stage.type("/nginx")
        await stage.press("enter")
        assert stage.main.connections.view.count == len(
            {line for line in stage.lines if "nginx[" in line and "▸" in line}
        )


async def test_t_r_s_x_orders_the_remotes_by_their_retransmit_shares_largest_first():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("t", "r", "s")
        assert "x ret%" in stage.lines[-2] + stage.lines[-1]
        await stage.press("x")
        view = stage.main.connections.view
        assert view.sort_column == "retransmits"
        shares = view.groups.retransmit_share[view.order]
        known = shares[~np.isnan(shares)].tolist()
        assert known == sorted(known, reverse=True)
        assert known[0] > 0
        assert "filebeat" in stage.cursor_line


async def test_the_title_sums_the_rates_of_groups_too_and_counts_closed_sockets_apart():
    async with monitor_of(machine_db1.source(), (200, 50)) as stage:
        single = stage.line_with("2 Connections")
        assert "[2 Connections 44]" in single
        assert "1 just closed" in single
        await stage.press("t", "r")
        grouped = stage.line_with("2 Connections")
        assert grouped.split("just closed")[1].strip(" ─") == single.split("just closed")[1].strip(" ─")
