"""Draws the pictures beside it from a fixed machine: `python screenshots/draw.py`, in a clone with the tests' needs."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))  # the fixed machine lives among the tests

from tests import machine_db1
from tests.ui.stage import Stage, monitor_of, picture

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Shot:
    """One picture: which screen, at what size, after which keys."""

    name: str
    size: tuple[int, int]
    arrange: Callable[[Stage], Awaitable[None]]

    @property
    def path(self) -> Path:
        """Where it is kept."""
        return FOLDER / f"{self.name}-{self.size[0]}x{self.size[1]}.svg"


async def _as_it_starts(stage: Stage) -> None:
    await stage.settle()


async def _one_process(stage: Stage) -> None:
    stage.app.drill_down.show_process(990)
    await stage.sees("proxy.service")


async def _a_listener(stage: Stage) -> None:
    await stage.press("1", "down")
    await stage.until(lambda: stage.main.listeners.is_following)


async def _typed_route(stage: Stage) -> None:
    await stage.press("r", "ctrl+u")
    await stage.type("198.51.100.200:443")
    await stage.press("enter")
    await stage.sees("(typed)")


async def _a_connection(stage: Stage) -> None:
    await stage.press("enter")
    await stage.sees("Identity" if stage.app.size.height > _LOW else "Owner")


async def _groups(stage: Stage) -> None:
    await stage.press("t", "r", "enter")


_LOW = 30

SHOTS = (
    Shot("main", (80, 24), _as_it_starts),
    Shot("main", (120, 40), _as_it_starts),
    Shot("main", (200, 50), _as_it_starts),
    Shot("listeners", (80, 24), _a_listener),
    Shot("process", (120, 40), _one_process),
    Shot("process", (80, 24), _one_process),
    Shot("connection", (120, 40), _a_connection),
    Shot("connection", (80, 24), _a_connection),
    Shot("groups", (120, 40), _groups),
    Shot("routing", (120, 40), _typed_route),
)


async def draw(shot: Shot) -> str:
    """Run the monitor for one picture and give it as SVG."""
    async with monitor_of(machine_db1.source(), shot.size) as stage:
        await shot.arrange(stage)
        return picture(stage.app)


def main() -> None:
    """Draw every picture anew."""
    for shot in SHOTS:
        shot.path.write_text(asyncio.run(draw(shot)), encoding="utf-8")
        print(shot.path.name)


if __name__ == "__main__":
    main()
