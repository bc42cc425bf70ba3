"""`p` on a listener that several processes serve: its workers."""

from __future__ import annotations

import pytest

from monitor.ui.screens.process import ProcessScreen
from monitor.ui.screens.workers import WorkersScreen
from tests import machine_db1
from tests.scenes import ANY, FixedSource, row, sample_of, traffic
from tests.ui.stage import Stage, monitor_of

HERE = "192.0.2.10:80"


def scene(*sent: tuple[int, ...], pids: tuple[int, ...] = (71, 72, 73)) -> FixedSource:
    """A REUSEPORT group with a connection for each worker; by sample what each connection has sent."""
    samples = []
    for place, counters in enumerate(sent):
        rows = [row("tcp", HERE, ANY, "LISTEN", owner=(pid, 3), queue=(0, 8), cookie=pid) for pid in pids]
        rows += [
            row("tcp", HERE, f"198.51.100.7:{pid}", "ESTAB", owner=(pid, 4), **traffic(sent=counter))
            for pid, counter in zip(pids, counters, strict=False)
        ]
        samples.append(sample_of(rows, 5.0 * place))
    return FixedSource(samples)


def workers(stage: Stage) -> list[int]:
    """Pids from top to bottom."""
    screen = stage.app.screen
    assert isinstance(screen, WorkersScreen)
    return [screen.pane.view.key_at(place) for place in range(screen.pane.view.count)]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_p_on_a_shared_listener_shows_its_workers_and_enter_opens_one(size: tuple[int, int]):
    async with monitor_of(machine_db1.source(), size) as stage:
        await stage.press("1")
        await stage.type("/[::]:443")
        await stage.press("enter", "p")
        await stage.sees("[4 workers on [::]:443]")
        assert stage.lines[-2] == " one socket, 4 processes, queue 0/511 · 4 accepted"
        assert "nginx[814]" in stage.lines[3]
        assert "25       shared" in stage.lines[3]
        await stage.press("down", "enter")
        await stage.sees("up 14d")
        assert isinstance(stage.app.screen, ProcessScreen)
        assert stage.app.screen.pid == 812
        assert "Listeners › [::]:443 › nginx[812]" in stage.lines[0]
        await stage.press("escape")
        assert isinstance(stage.app.screen, WorkersScreen)
        await stage.press("escape")
        assert stage.app.screen is stage.main


async def test_a_listener_of_one_process_opens_it_at_once():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("1", "p")
        await stage.until(lambda: isinstance(stage.app.screen, ProcessScreen))


async def test_a_reuseport_group_says_so_and_its_workers_have_their_own_queues():
    async with monitor_of(scene((0, 0, 0), (0, 0, 0))) as stage:
        await stage.press("1", "p")
        await stage.sees("3 workers on 192.0.2.10:80")
        assert stage.lines[-2] == " 3 sockets, a queue each · 3 accepted"
        assert "0/8" in stage.lines[3]


async def test_the_busiest_worker_stands_first_and_moves_only_when_nobody_is_reading():
    async with monitor_of(scene((0, 0, 0), (0, 9_000, 1_000), (90_000, 9_000, 1_000), (90_001, 9_000, 1_000))) as stage:
        await stage.press("1", "p")
        assert workers(stage) == [72, 73, 71]
        await stage.press("down")
        await stage.next_sample()
        assert workers(stage) == [72, 73, 71]
        assert "process-73[73]" in stage.cursor_line
        stage.clock.now += 10
        await stage.next_sample()
        assert workers(stage) == [71, 72, 73]
        assert "process-73[73]" in stage.cursor_line


async def test_a_filter_counts_only_its_connections_and_esc_drops_it_first():
    async with monitor_of(scene((0, 0, 0), (0, 0, 0))) as stage:
        await stage.press("1", "p")
        await stage.type("/:71")
        await stage.press("enter")
        assert "filter :71" in stage.lines[1]
        assert stage.lines[-2].endswith(" · 1 accepted")
        await stage.press("escape")
        assert isinstance(stage.app.screen, WorkersScreen)
        assert stage.lines[-2].endswith(" · 3 accepted")


async def test_every_value_of_a_worker_can_be_explained():
    async with monitor_of(scene((0, 0, 0), (0, 0, 0))) as stage:
        await stage.press("1", "p", "i")
        await stage.sees("an even share is 33 %")
        assert "of its own socket" in stage.text


async def test_a_choice_among_letters_works_here_too():
    async with monitor_of(scene((0, 0, 0), (0, 0, 0))) as stage:
        await stage.press("1", "p", "s")
        assert "c conns" in stage.lines[-2]
        await stage.press("p")
        assert workers(stage) == [71, 72, 73]
