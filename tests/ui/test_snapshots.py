"""Pictures of the screens on the fixed machine; look at every one that changed before accepting it.

`pytest tests/ui/test_snapshots.py --snapshot-update` draws them anew.
"""

from __future__ import annotations

import pytest
from pytest_textual_snapshot import SVGImageExtension
from syrupy.assertion import SnapshotAssertion

from monitor.model.action import Caution, Supervisor, SupervisorKind
from monitor.ui.app import Settings
from monitor.ui.themed_app import Look
from tests import machine_db1
from tests.event_scene import of_db1
from tests.ui.acting import prepares, tell_a_story
from tests.ui.stage import Stage, happens, monitor_of, picture


@pytest.fixture
def svg(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(SVGImageExtension)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_main(svg: SnapshotAssertion, size: tuple[int, int]):
    async with monitor_of(machine_db1.source(), size) as stage:
        assert picture(stage.app) == svg


async def test_main_without_colour(svg: SnapshotAssertion):
    async with monitor_of(machine_db1.source(), has_colour=False) as stage:
        assert picture(stage.app) == svg


async def test_main_in_ascii(svg: SnapshotAssertion):
    async with monitor_of(machine_db1.source(), settings=Settings(look=Look(is_ascii=True))) as stage:
        assert picture(stage.app) == svg


async def test_too_small(svg: SnapshotAssertion):
    async with monitor_of(machine_db1.source(), (39, 9)) as stage:
        assert picture(stage.app) == svg


async def test_filter_being_typed(svg: SnapshotAssertion):
    async with monitor_of(machine_db1.source()) as stage:
        await stage.type("/close-wait or :443")
        assert picture(stage.app) == svg


async def test_filter_with_a_mistake(svg: SnapshotAssertion):
    async with monitor_of(machine_db1.source(), (80, 24)) as stage:
        await stage.type("/nginx (")
        assert picture(stage.app) == svg


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_narrowed_to_a_listener(svg: SnapshotAssertion, size: tuple[int, int]):
    async with monitor_of(machine_db1.source(), size) as stage:
        await narrow_to_the_proxy(stage)
        assert picture(stage.app) == svg


async def test_listener_at_the_cursor(svg: SnapshotAssertion):
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("1", "down", "down")
        await stage.sees("Reachable at")
        assert picture(stage.app) == svg


async def test_sorting(svg: SnapshotAssertion):
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("s")
        assert picture(stage.app) == svg


async def test_paused_and_old(svg: SnapshotAssertion):
    async with monitor_of(machine_db1.source(), (80, 24)) as stage:
        await stage.press("space")
        await stage.grow_old(14)
        assert picture(stage.app) == svg


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_process(svg: SnapshotAssertion, size: tuple[int, int]):
    async with monitor_of(machine_db1.source(), size) as stage:
        stage.app.drill_down.show_process(812)
        await stage.sees("up 14d")
        assert picture(stage.app) == svg


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_findings(svg: SnapshotAssertion, size: tuple[int, int]):
    async with monitor_of(machine_db1.source(earlier=24), size, samples=26) as stage:
        await stage.press("5")
        assert picture(stage.app) == svg


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_workers(svg: SnapshotAssertion, size: tuple[int, int]):
    async with monitor_of(machine_db1.source(), size) as stage:
        await stage.press("1", "down", "down", "down", "down", "p")
        await stage.sees("4 workers on ")
        assert picture(stage.app) == svg


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_demux(svg: SnapshotAssertion, size: tuple[int, int]):
    async with monitor_of(machine_db1.source(), size) as stage:
        await stage.press("d", "enter")
        await stage.sees("as of 03:1")
        assert picture(stage.app) == svg


async def test_demux_of_a_port(svg: SnapshotAssertion):
    async with monitor_of(machine_db1.source(), (80, 24)) as stage:
        await stage.press("d", *"8080")
        await stage.sees("tcp port 8080")
        await stage.press("enter")
        assert picture(stage.app) == svg


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_bind(svg: SnapshotAssertion, size: tuple[int, int]):
    async with monitor_of(machine_db1.source(), size) as stage:
        await stage.press("b", *"8080")
        await stage.sees("listens on 0.0.0.0:8080")
        await stage.press("enter")
        assert picture(stage.app) == svg


async def test_bind_in_ascii(svg: SnapshotAssertion):
    async with monitor_of(machine_db1.source(), settings=Settings(look=Look(is_ascii=True))) as stage:
        await stage.press("b", *"5432 udp reuseaddr")
        await stage.until(lambda: "SO_REUSEADDR" in stage.text and "as of" in stage.text)
        assert picture(stage.app) == svg


async def test_bind_with_a_mistake(svg: SnapshotAssertion):
    async with monitor_of(machine_db1.source(), (80, 24)) as stage:
        await stage.press("b", *"5432")
        await stage.sees("listens on 127.0.0.1:5432")
        await stage.press("space", *"reuse")
        await stage.sees("is no option")
        assert picture(stage.app) == svg


async def test_help(svg: SnapshotAssertion):
    async with monitor_of(machine_db1.source(), (80, 24)) as stage:
        await stage.press("question_mark")
        assert picture(stage.app) == svg


async def test_words(svg: SnapshotAssertion):
    async with monitor_of(machine_db1.source(), (80, 24)) as stage:
        await stage.press("question_mark", "tab", "tab", "tab")
        assert picture(stage.app) == svg


async def test_explained_listener(svg: SnapshotAssertion):
    async with monitor_of(machine_db1.source(), (80, 24)) as stage:
        await stage.press("1", "i")
        assert picture(stage.app) == svg


async def test_explained_connection(svg: SnapshotAssertion):
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("i")
        assert picture(stage.app) == svg


async def test_palette(svg: SnapshotAssertion):
    async with monitor_of(machine_db1.source(), (80, 24)) as stage:
        await stage.press("colon")
        await stage.type("proxy")
        await stage.sees("process proxy[990]")
        assert picture(stage.app) == svg


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_events(svg: SnapshotAssertion, size: tuple[int, int]):
    async with monitor_of(machine_db1.source(), size) as stage:
        await happens(stage, of_db1())
        await stage.press("4")
        assert picture(stage.app) == svg


async def test_closed_connections(svg: SnapshotAssertion):
    async with monitor_of(machine_db1.source(), (80, 24)) as stage:
        await happens(stage, of_db1())
        await stage.press("a", "a", "end")
        assert picture(stage.app) == svg


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_signal(svg: SnapshotAssertion, size: tuple[int, int]):
    source = machine_db1.source()
    prepares(source, Caution.SUPERVISED, supervisor=Supervisor(SupervisorKind.SYSTEMD, "nginx.service", None))
    async with monitor_of(source, size) as stage:
        await stage.press("K")
        await stage.until(lambda: stage.app.screen.prompt.is_asking)
        assert picture(stage.app) == svg


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_close(svg: SnapshotAssertion, size: tuple[int, int]):
    source = machine_db1.source()
    prepares(source)
    async with monitor_of(source, size) as stage:
        await stage.press("m", "m", "m", "X")
        await stage.until(lambda: stage.app.screen.prompt.is_asking)
        assert picture(stage.app) == svg


async def test_marks(svg: SnapshotAssertion):
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("m", "m", "down", "m")
        assert picture(stage.app) == svg


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_copy(svg: SnapshotAssertion, size: tuple[int, int]):
    async with monitor_of(machine_db1.source(), size) as stage:
        await stage.press("y")
        assert picture(stage.app) == svg


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_log(svg: SnapshotAssertion, size: tuple[int, int]):
    async with monitor_of(machine_db1.source(), size) as stage:
        tell_a_story(stage)
        await stage.press("6")
        assert picture(stage.app) == svg


async def narrow_to_the_proxy(stage: Stage) -> None:
    await stage.press("1", "enter")
    await stage.sees("on 192.0.2.10:6432")
