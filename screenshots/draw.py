"""Draws the pictures beside it from a fixed machine: `python screenshots/draw.py`, in a clone with the tests' needs."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))  # the fixed machine lives among the tests

from monitor.model.action import Caution, Supervisor, SupervisorKind
from monitor.ui.app import Settings
from monitor.ui.themed_app import Look
from tests import machine_db1
from tests.event_scene import of_db1
from tests.ui.acting import prepares, tell_a_story
from tests.ui.stage import Stage, happens, monitor_of, picture

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Shot:
    """One picture: which screen, at what size, after which keys."""

    name: str
    size: tuple[int, int]
    arrange: Callable[[Stage], Awaitable[None]]
    look: Look = field(default_factory=Look)
    has_colour: bool = True

    @property
    def path(self) -> Path:
        """Where it is kept."""
        return FOLDER / f"{self.name}-{self.size[0]}x{self.size[1]}.svg"


async def _as_it_starts(stage: Stage) -> None:
    await stage.settle()


async def _listeners(stage: Stage) -> None:
    await stage.press("1", "down", "down", "down", "down")
    await stage.sees("eachable at")


async def _what_if(stage: Stage) -> None:
    await stage.press("3", "w")
    await stage.until(lambda: "What if" in stage.text and "not asked" not in stage.text)


async def _groups(stage: Stage) -> None:
    await stage.press("t", "r", "enter")


async def _a_filter(stage: Stage) -> None:
    await stage.type("/close-wait or :443")


async def _a_connection(stage: Stage) -> None:
    await stage.press("enter")
    await stage.sees("rtt")


async def _a_process(stage: Stage) -> None:
    stage.app.drill_down.show_process(990)
    await stage.sees("proxy.service")


async def _plots(stage: Stage) -> None:
    await stage.press("colon")
    await stage.type("plots of the host")
    await stage.sees("plots of the host: rates")
    await stage.press("enter")
    await stage.sees("the last 2 min")


async def _workers(stage: Stage) -> None:
    await stage.press("1", "down", "down", "down", "down", "p")
    await stage.sees("workers on")


async def _findings(stage: Stage) -> None:
    await stage.press("5")
    await stage.sees("[5 Findings")


async def _events(stage: Stage) -> None:
    await happens(stage, of_db1())
    await stage.press("4")


async def _signal(stage: Stage) -> None:
    await stage.press("K")
    await stage.until(lambda: stage.app.screen.prompt.is_asking)


async def _log(stage: Stage) -> None:
    tell_a_story(stage)
    await stage.press("6")


async def _help(stage: Stage) -> None:
    await stage.press("question_mark")


async def _words(stage: Stage) -> None:
    await stage.press("question_mark", "tab", "tab", "tab")


async def _explained(stage: Stage) -> None:
    await stage.press("i")


async def _palette(stage: Stage) -> None:
    await stage.press("colon")
    await stage.type("pro")
    await stage.sees("process proxy[990]")


SIZES = ((80, 24), (120, 40))
_EARLIER = 24
"""Readings that fill the two minutes of a curve."""
_SCREENS = {
    "main": _as_it_starts,
    "listeners": _listeners,
    "what-if": _what_if,
    "groups": _groups,
    "filter": _a_filter,
    "connection": _a_connection,
    "process": _a_process,
    "plots": _plots,
    "workers": _workers,
    "findings": _findings,
    "events": _events,
    "signal": _signal,
    "log": _log,
    "help": _help,
    "words": _words,
    "explained": _explained,
    "palette": _palette,
}
_CONSOLE = Look(has_sixteen_colours=True, is_ascii=True)
SHOTS = (
    *(Shot(name, size, arrange) for name, arrange in _SCREENS.items() for size in SIZES),
    Shot("main", (200, 50), _as_it_starts),
    Shot("light", (120, 40), _as_it_starts, Look(is_dark=False)),
    Shot("light-connection", (120, 40), _a_connection, Look(is_dark=False)),
    Shot("console", (80, 24), _as_it_starts, _CONSOLE),
    Shot("console", (120, 40), _as_it_starts, _CONSOLE),
    Shot("monochrome", (120, 40), _as_it_starts, has_colour=False),
)


async def draw(shot: Shot) -> str:
    """Run the monitor for one picture and give it as SVG."""
    earlier = _EARLIER if shot.arrange in {_a_connection, _a_process, _listeners, _findings, _plots} else 0
    source = machine_db1.source(earlier=earlier)
    prepares(source, Caution.SUPERVISED, supervisor=Supervisor(SupervisorKind.SYSTEMD, "nginx.service", None))
    settings = Settings(look=shot.look)
    async with monitor_of(source, shot.size, settings, samples=earlier + 2, has_colour=shot.has_colour) as stage:
        await shot.arrange(stage)
        return picture(stage.app)


def main() -> None:
    """Draw every picture anew."""
    for shot in SHOTS:
        shot.path.write_text(asyncio.run(draw(shot)), encoding="utf-8")
        print(shot.path.name)


if __name__ == "__main__":
    main()
