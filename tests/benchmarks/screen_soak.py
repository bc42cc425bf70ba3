"""Whether the monitor's memory stays flat while it shows samples in which one socket in a hundred is new each time."""

from __future__ import annotations

import asyncio
import gc
from itertools import cycle

from textual.pilot import Pilot

from monitor.ui.app import MonitorApp, Settings
from tests.benchmarks.figures import Figure
from tests.benchmarks.soak import MOST_GROWTH, TICKS, WARM_UP, Usage
from tests.many_sockets import TurningSource

ROWS = 10_000
SHARE = 0.01
SIZE = (160, 50)
_KEYS = ("down", "pagedown", "pageup", "tab")


def measure(rounds: int, ticks: int = TICKS, rows: int = ROWS) -> list[Figure]:
    """Show the samples as fast as the screen takes them, and press a key now and then; needs no root."""
    del rounds
    return asyncio.run(_measure(ticks, rows))


async def _measure(ticks: int, rows: int) -> list[Figure]:
    source = TurningSource(rows, SHARE)
    app = MonitorApp(lambda: source, Settings(period_s=60.0), source.boot_clock)
    async with app.run_test(size=SIZE) as pilot:
        await _show(app, pilot, WARM_UP)
        before = _usage()
        await _show(app, pilot, ticks - WARM_UP)
        after = _usage()
    growth = after.resident_bytes / before.resident_bytes
    megabytes = f"{before.resident_bytes / 1e6:.1f} to {after.resident_bytes / 1e6:.1f} MB"
    what = f"screen over {ticks:,} samples"
    counts = {
        "descriptors": after.descriptors - before.descriptors,
        "threads": after.threads - before.threads,
    }
    return [
        Figure(f"{what}: memory at the end : after {WARM_UP}", rows, growth, MOST_GROWTH, detail=megabytes),
        *(Figure(f"{what}: {name} more", rows, more, 0, "", is_count=True) for name, more in counts.items()),
    ]


async def _show(app: MonitorApp, pilot: Pilot[None], samples: int) -> None:
    keys = cycle(_KEYS)
    for _ in range(samples):
        shown = app.interval
        app.action_sample_now()
        while app.interval is shown:
            await pilot.pause()
        await pilot.press(next(keys))


def _usage() -> Usage:
    gc.collect()
    return Usage.now()
