"""A process that forks while somebody looks at it."""

from __future__ import annotations

from tests.scenes import ANY, FixedSource, row, sample_of
from tests.ui.stage import monitor_of

PARENT = 70
CHILDREN = range(1000, 2000)


def machine() -> FixedSource:
    """A listener that its process shares with a thousand children from the second sample on."""
    clients = [
        row("tcp", "192.0.2.10:80", f"198.51.100.7:{port}", "ESTAB", owner=(PARENT, port)) for port in range(5, 9)
    ]
    alone = row("tcp", "192.0.2.10:80", ANY, "LISTEN", owner=(PARENT, 3), queue=(0, 128))
    shared = row(
        "tcp",
        "192.0.2.10:80",
        ANY,
        "LISTEN",
        owner=((PARENT, 3), *((child, 3) for child in CHILDREN)),
        queue=(0, 128),
    )
    return FixedSource(
        [sample_of([alone, *clients]), sample_of([alone, *clients], 5.0), sample_of([shared, *clients], 6.0)]
    )


async def test_fp_19_a_thousand_children_leave_cursor_and_screen_where_they_are():
    async with monitor_of(machine()) as stage:
        await stage.press("p")
        await stage.sees("Sockets")
        await stage.press("t", "s", "G")
        before, y = stage.cursor_line, stage.y_of("▸")
        await stage.next_sample()
        assert (stage.cursor_line.split()[:5], stage.y_of("▸")) == (before.split()[:5], y)
        await stage.press("home")
        await stage.sees("and 997 more")
