"""Pictures of every screen, in one walk per size, beside those of test_snapshots.py; look at each that changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from pytest_textual_snapshot import SVGImageExtension
from syrupy.assertion import SnapshotAssertion

from monitor.config.settings import Configuration
from monitor.model.action import Caution, Supervisor, SupervisorKind
from monitor.model.process import ProcessEnvironment
from monitor.ui.app import Settings
from monitor.ui.themed_app import Look
from tests import machine_db1
from tests.event_scene import of_db1
from tests.rules_db1 import routing_of
from tests.scenes import FixedSource
from tests.ui.acting import prepares, tell_a_story
from tests.ui.stage import happens, monitor_of, picture

FILTERS = {"databases": "remote :5432 or remote :3306", "slow": "rtt > 100ms"}
ENVIRONMENT = (b"LANG=C.UTF-8", b"PGPASSWORD=hunter2")


@dataclass(frozen=True)
class Stop:
    """A screen: the keys that lead there from the main screen or from a process, and what tells that it is there."""

    name: str
    keys: tuple[str, ...]
    seen: str
    pid: int | None = None
    """Of the process on whose screen the keys are pressed."""


NEW = (
    Stop("connection", ("2", "home", "enter"), "Why it is as fast"),
    Stop("rules", ("3", "enter"), "Rules of IPv4"),
    Stop("what-if", ("3", "w"), "What if it goes?"),
    Stop("dial", ("3", "D"), "Type dial"),
    Stop("environment", ("E",), "─ Environment of proxy[990] ─", pid=990),
    Stop("plots", ("colon", *"plots", "enter"), "db1: the last 2 min"),
    Stop("columns", ("2", "c", "down", "space"), "Columns of Connections"),
    Stop("kept filters", ("2", "F"), "remote :5432"),
)
"""Screens that test_snapshots.py does not draw at all."""
OTHERS = (
    Stop("listeners", ("1", "home", "down"), "eachable at"),
    Stop("process", (), "up 14d", pid=812),
    Stop("findings", ("5",), "[5 Findings"),
    Stop("events", ("4",), "[4 Events"),
    Stop("log", ("6",), "[6 Log"),
    Stop("workers", ("1", "home", *["down"] * 4, "p"), "4 workers on "),
    Stop("demux", ("2", "d", "enter"), "as of 03:1"),
    Stop("bind", ("b", *"8080", "enter"), "as of 03:1"),
    Stop("explained", ("2", "i"), "q back"),
    Stop("help", ("2", "question_mark"), "Keys in Connections"),
    Stop("copy", ("2", "y"), "Copy as"),
    Stop("signal", ("2", "K"), "Type "),
    Stop("close", ("2", "m", "m", "X"), "Type "),
)


@pytest.fixture
def svg(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(SVGImageExtension)


def machine() -> FixedSource:
    source = FixedSource(
        machine_db1.samples(), machine_db1.route_to, machine_db1.FACTS, machine_db1._details(), routing_of
    )
    source.environments[990] = ProcessEnvironment(machine_db1.FACTS[990].process, ENVIRONMENT, is_cut=False)
    prepares(source, Caution.SUPERVISED, supervisor=Supervisor(SupervisorKind.SYSTEMD, "nginx.service", None))
    return source


@pytest.mark.parametrize(
    ("size", "is_dark", "stops"),
    [
        ((80, 24), True, NEW),
        ((120, 40), True, NEW),
        ((200, 50), True, (*NEW, *OTHERS)),
        ((80, 24), False, (*NEW, *OTHERS)),
    ],
    ids=["80x24", "120x40", "200x50", "light"],
)
async def test_every_screen(svg: SnapshotAssertion, size: tuple[int, int], stops: Sequence[Stop], *, is_dark: bool):
    settings = Settings(look=Look(is_dark=is_dark), configuration=Configuration(filters=FILTERS))
    changed = []
    async with monitor_of(machine(), size, settings) as stage:
        await happens(stage, of_db1())
        tell_a_story(stage)
        for stop in stops:
            if stop.pid is not None:
                stage.app.drill_down.show_process(stop.pid)
                await stage.sees("up ")
            await stage.press(*stop.keys)
            await stage.sees(stop.seen)
            if picture(stage.app) != svg(name=stop.name):
                changed.append(stop.name)
            while stage.app.screen is not stage.main or stage.main.prompt.is_asking:
                await stage.press("escape")
            await stage.press("2", "home")
    assert changed == []
