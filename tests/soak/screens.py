"""Every pane and screen that shows what strangers chose, visited on a machine that renames everything."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from textual.keys import _character_to_key
from textual.pilot import Pilot

from monitor.presentation.safe_text import safe_text
from monitor.sampling.sampler_events import EventsListed
from monitor.ui.app import Settings
from monitor.ui.messages import SamplerReported
from monitor.ui.screens.main import MainScreen
from tests.soak.renamed import RenamedMachine
from tests.soak.watched import WatchedApp

SIZE = (150, 50)
_MOST_STEPS = 6
_LOOKED_FOR = range(3, 9)
"""Characters of a name that are looked for on the screen; shorter ones stand there by chance."""


@dataclass(frozen=True, slots=True)
class Place:
    """How to get there from the main screen, each time anew, and what stands there."""

    keys: Sequence[str]
    shown: str
    start: Sequence[str] = ()
    """Keys that are pressed once, before."""


def _typed(text: str) -> list[str]:
    return [_character_to_key(letter) for letter in text]


PLACES = {
    "the main screen": Place((), "Connections"),
    "events": Place((), "4 Events", ("4", "z")),
    "findings": Place((), "5 Findings", ("5", "z")),
    "the log": Place((), "6 Log", ("6", "z")),
    "routing": Place((), "3 Routing", ("3", "z")),
    "rules and routes": Place(("enter",), "Rules of IPv4", ("3",)),
    "what if": Place(("w",), "What if", ("3",)),
    "a connection": Place(("enter",), "Identity", ("2",)),
    "a process": Place(("p",), " fds ", ("2",)),
    "its whole command line": Place(("p", "A"), " fds ", ("2",)),
    "an environment": Place(("p", "E", "A"), "Environment", ("2",)),
    "workers": Place(("p",), "workers", ("1", *_typed("/[::]:443"), "enter")),
    "signal": Place(("K",), "Signal", ("2",)),
    "close": Place(("X",), "Close 1 socket", ("2",)),
    "copy as": Place(("y",), "Copy as", ("2",)),
    "an explained value": Place(("i",), "direction", ("2",)),
    "who gets it": Place(("d",), "Who gets it", ("2",)),
    "bind": Place(("b",), "bind", ("1",)),
    "plots": Place((*_typed(":plots of the host"), "enter"), "the last 2 min"),
    "the palette": Place(_typed(":process 99"), "process 99"),
    "the filter": Place(_typed("/ngi"), "/", ("2",)),
}


async def visit(place: str, times: int, chance: random.Random) -> int:
    """Go somewhere so often, on another sample each time; give how many names stood on the screen."""
    there, source = PLACES[place], RenamedMachine(chance)
    watched = WatchedApp(source, Settings(period_s=3600.0), SIZE)
    found = 0
    async with watched.run_test(size=SIZE) as pilot:
        while watched.interval is None:
            await pilot.pause()
        await pilot.press(*there.start)
        for _ in range(times):
            watched.post_message(SamplerReported(EventsListed(source.events_now())))
            await watched.look_anew(pilot)
            await pilot.press(*there.keys)
            await _sees(watched, pilot, there.shown)
            await watched.look(pilot)
            found += _found(watched, source)
            await watched.look_anew(pilot)
            found += _found(watched, source)
            if there.keys:
                await _leave(watched, pilot)
    return found


async def _sees(watched: WatchedApp, pilot: Pilot[None], text: str) -> None:
    for _ in range(200):
        if text in _text(watched):
            return
        await pilot.pause()
    raise AssertionError(f"{text!r} never came:\n{_text(watched)!a}")


async def _leave(watched: WatchedApp, pilot: Pilot[None]) -> None:
    for _ in range(_MOST_STEPS):
        await pilot.press("escape")
        if isinstance(watched.screen, MainScreen) and not watched.screen.prompt.is_asking:
            return
    raise AssertionError(f"no way back:\n{_text(watched)!a}")


def _found(watched: WatchedApp, source: RenamedMachine) -> int:
    """Count the names that stand on the screen, and forget what was given."""
    text = _text(watched)
    looked_for = (safe_text(made)[: _LOOKED_FOR.stop - 1] for made in source.names)
    found = sum(len(start) in _LOOKED_FOR and start in text for start in looked_for)
    source.names.clear()
    return found


def _text(watched: WatchedApp) -> str:
    return "\n".join(strip.text for strip in watched.screen._compositor.render_strips())
