"""`n` and `N`: from mark to mark."""

from __future__ import annotations

from tests import machine_db1
from tests.scenes import ANY, FixedSource, row, sample_of
from tests.ui.stage import monitor_of


def listeners(*queues: int) -> FixedSource:
    rows = [
        row("tcp", f"192.0.2.10:{80 + place}", ANY, "LISTEN", owner=(71, 3 + place), queue=(waiting, 4))
        for place, waiting in enumerate(queues)
    ]
    return FixedSource([sample_of(rows), sample_of(rows, 5.0)])


async def test_n_goes_to_the_next_marked_row_and_round_the_end_and_capital_n_back():
    async with monitor_of(listeners(0, 9, 0, 9, 0)) as stage:
        await stage.press("1", "s", "l")
        seen = []
        for key in ("n", "n", "n", "N", "N"):
            await stage.press(key)
            assert stage.cursor_line.startswith("▸!")
            seen.append(stage.cursor_line.split()[2])
        one, other = "192.0.2.10:81", "192.0.2.10:83"
        assert seen == [one, other, one, other, one]


async def test_where_nothing_is_marked_n_says_so_and_moves_nothing():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.type("/sshd")
        await stage.press("enter", "n")
        assert stage.lines[-2] == " no row here is marked ! or ~"
        assert stage.main.connections.cursor_position == 0
