"""What was remembered stands on the main screen: curves at the end of rows, and how a narrowed list shrank."""

from __future__ import annotations

from tests.scenes import FixedSource
from tests.ui.stage import monitor_of
from tests.ui.test_main_screen import busy, connections, title, turning


def draining() -> FixedSource:
    """Forty connections of a listener, of which four are left; samples are half a minute apart."""
    counts = [40, 40, 40, 4, 4, 4, 4]
    return FixedSource([busy([1] * count, 30.0 * number) for number, count in enumerate(counts)])


async def test_a_listener_that_drains_says_since_when_as_soon_as_connections_are_narrowed_to_it():
    async with monitor_of(draining(), samples=7) as stage:
        assert "→" not in title(stage)
        await stage.press("1", "enter")
        assert "2 Connections 4]─ 40 → 4 in 1 min ─ on 192.0.2.10:80" in title(stage)
        await stage.press("escape")
        assert "40 → 4" not in title(stage)


async def test_a_filter_counts_from_when_it_was_set():
    async with monitor_of(draining(), samples=1) as stage:
        await stage.type("/:50002 or :50020 or :50021")
        await stage.press("enter")
        for _ in range(6):
            assert "2 Connections" in title(stage)
            await stage.next_sample()
        assert "3 → 1 in 1 min ─ filter" in title(stage)


async def test_wide_rows_end_in_the_curve_of_their_last_minute():
    async with monitor_of(turning(), samples=5, size=(260, 50)) as stage:
        assert stage.line_with("ret%").rstrip().endswith("last 1m")
        assert connections(stage)[0].rstrip(" ▐").endswith("0s   ≥5s –                      █▅▁▅")
        assert "conns 2m" in stage.line_with("reach")
        assert "█ │" in stage.line_with("192.0.2.10:80  ")


async def test_narrower_rows_have_no_room_for_curves():
    async with monitor_of(turning(), samples=5, size=(120, 40)) as stage:
        assert "last 1m" not in stage.text
