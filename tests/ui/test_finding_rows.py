"""F3 finds without hiding; n and N go on from hit to hit, in tables and in words."""

from __future__ import annotations

from tests import machine_db1
from tests.ui.stage import monitor_of


async def test_in_a_table_the_words_are_a_filter_that_hides_nothing():
    async with monitor_of(machine_db1.source()) as stage:
        pane = stage.main.connections
        await stage.press("down", "f3")
        await stage.type("proc java")
        await stage.sees("found, n and N go on")
        await stage.press("enter")
        assert "java[1313]" in stage.cursor_line
        first, count = pane.cursor_position, pane.view.count
        await stage.press("n")
        assert pane.cursor_position > first
        assert "java[1313]" in stage.cursor_line
        await stage.press("N", "N")
        assert "java[1313]" in stage.cursor_line
        assert pane.cursor_position > first
        assert pane.view.count == count
        await stage.press("escape", "home", "n")
        assert stage.cursor_line.startswith("▸!")


async def test_esc_goes_back_to_where_it_was_opened_and_a_mistake_is_said():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("1", "down", "f3")
        await stage.type("user root (")
        assert "column" in stage.text
        await stage.press("escape")
        assert stage.main.listeners.cursor_position == 1


async def test_in_words_it_finds_lines():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("enter")
        await stage.sees("Why it is as fast")
        await stage.press("f3")
        await stage.type("cubic")
        await stage.press("enter")
        assert "cubic" in stage.cursor_line


async def test_in_findings_and_the_log_it_finds_text():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("5", "f3")
        await stage.type("java")
        await stage.press("enter")
        assert "java" in stage.cursor_line
