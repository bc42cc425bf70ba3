from __future__ import annotations

import pytest

from monitor.errors import KernelError, SourceError
from monitor.model.sample import Sample
from monitor.ui.app import Settings
from monitor.ui.themed_app import Look
from tests import machine_db1
from tests.scenes import FixedSource, sample_of
from tests.ui.stage import monitor_of

EMPTY = sample_of([], 10.0)


class FailingSource(FixedSource):
    """db1 until something goes wrong."""

    error: Exception | None = None

    def sample(self, *, time_wait: bool = False) -> Sample:
        if self.error is not None:
            raise self.error
        return super().sample(time_wait=time_wait)


def failing() -> FailingSource:
    return FailingSource(machine_db1.samples(), machine_db1.route_to, machine_db1.FACTS)


async def test_the_clock_is_that_of_the_sample():
    async with monitor_of(machine_db1.source()) as stage:
        assert stage.lines[0].startswith(" db1 03:12:41Z auto 1s 12ms")
        assert stage.lines[0].endswith("as root")


async def test_space_stops_showing_and_not_reading():
    async with monitor_of(machine_db1.source(), samples=1) as stage:
        await stage.press("space")
        before = stage.lines[1:]
        assert "PAUSED 03:12:36Z (0s ago)" in stage.lines[0]
        await stage.next_sample()
        assert stage.lines[1:] == before
        assert "PAUSED 03:12:36Z (5s ago)" in stage.lines[0]
        assert stage.source.questions.count("sample") == 2


async def test_going_on_shows_the_newest():
    async with monitor_of(machine_db1.source(), samples=1) as stage:
        await stage.press("space")
        await stage.next_sample()
        await stage.press("space")
        assert "03:12:41Z auto" in stage.lines[0]
        assert stage.app.interval is stage.app._newest


async def test_a_picture_that_should_have_been_replaced_says_old():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.grow_old(2)
        assert "OLD" not in stage.lines[0]
        await stage.grow_old(12)
        assert "03:12:41Z 14s OLD" in stage.lines[0]


async def test_a_source_that_has_gone_is_said_and_its_picture_stays_and_ages():
    source = failing()
    async with monitor_of(source) as stage:
        body = stage.lines[1:-2]
        source.error = SourceError("the collector has ended (signal 9)")
        stage.app.action_sample_now()
        await stage.sees("the collector has ended (signal 9); starting another collector")
        assert stage.lines[1:-2] == body
        await stage.grow_old(30)
        assert "30s OLD" in stage.lines[0]


async def test_another_source_takes_over_where_one_has_gone():
    sources = [failing(), failing()]
    opened = []

    def open_source() -> FixedSource:
        opened.append(sources[len(opened)])
        return opened[-1]

    async with monitor_of(sources[0], open_source=open_source) as stage:
        before = stage.app.interval
        sources[0].error = SourceError("gone")
        stage.app.action_sample_now()
        await stage.until(lambda: len(opened) == 2)
        await stage.until(lambda: stage.app.interval is not before)
        assert sources[0].is_closed


async def test_a_reading_that_failed_is_said_on_the_process_screen_too():
    source = failing()
    async with monitor_of(source) as stage:
        stage.app.drill_down.show_process(990)
        await stage.sees("up 14d")
        source.error = KernelError("list TCP sockets", 12)
        stage.app.action_sample_now()
        await stage.sees("could not list TCP sockets: Cannot allocate memory (ENOMEM)")


async def test_an_answer_that_comes_when_the_screens_have_gone_is_dropped():
    async with monitor_of(machine_db1.source()) as stage:
        stage.app.drill_down.show_process(990)


async def test_a_sample_may_come_before_a_new_screen_is_mounted():
    async with monitor_of(machine_db1.source()) as stage:
        stage.app.drill_down.show_process(990)
        stage.app._take_interval(stage.app.interval)
        await stage.sees("up 14d")


async def test_the_screen_that_comes_back_shows_the_newest():
    async with monitor_of(machine_db1.source(), samples=1) as stage:
        await stage.press("question_mark")
        await stage.next_sample()
        await stage.press("q")
        await stage.sees("03:12:41Z")
        assert stage.main.connections.interval is stage.app.interval
        assert "52110" in stage.text


async def test_the_period_follows_plus_and_minus_and_beyond_their_ends_the_samples():
    async with monitor_of(machine_db1.source()) as stage:
        for keys, period in (
            (["plus"], "live 2s"),
            (["minus"] * 2, "live 0.5s"),
            (["minus"] * 2, "live 0.1s"),
            (["minus"], "auto 1s"),
            (["plus"] * 5, "live 60s"),
            (["plus"], "auto 1s"),
        ):
            await stage.press(*keys)
            assert f" {period} " in stage.lines[0]


async def test_ctrl_r_reads_now():
    async with monitor_of(machine_db1.source()) as stage:
        before = stage.source.questions.count("sample")
        await stage.press("ctrl+r")
        await stage.until(lambda: stage.source.questions.count("sample") == before + 1)


@pytest.mark.parametrize("key", ["q", "Q", "ctrl+c", "f10"])
async def test_keys_that_quit_the_main_screen(key: str):
    async with monitor_of(machine_db1.source()) as stage:
        await stage.pilot.press(key)
        await stage.until(lambda: stage.app._exit)
        assert stage.app.return_code == 0


@pytest.mark.parametrize("opener", ["slash", "question_mark", "s", "r", "colon"])
async def test_ctrl_c_quits_whatever_is_open(opener: str):
    async with monitor_of(machine_db1.source()) as stage:
        await stage.pilot.press(opener, "ctrl+c")
        await stage.until(lambda: stage.app._exit)


@pytest.mark.parametrize(
    "size", [(1, 1), (2, 2), (1, 200), (50, 1), (39, 9), (40, 10), (109, 29), (110, 30), (200, 50)]
)
async def test_every_size_and_every_change_of_size_is_survived(size: tuple[int, int]):
    keys = ("j", "1", "3", "2", "z", "z", "s", "l", "question_mark", "q", "p")
    async with monitor_of(machine_db1.source(), size) as stage:
        for key in keys:
            await stage.press(key)
        for other in ((1, 1), (120, 40), (3, 10), size, (80, 24)):
            await stage.pilot.resize_terminal(*other)
            await stage.settle()
            assert len(stage.lines) == other[1]
        assert stage.app.is_running


async def test_a_machine_without_sockets_is_no_error():
    async with monitor_of(FixedSource([EMPTY, EMPTY])) as stage:
        assert "no connections" in stage.text
        assert "nobody listens" in stage.text
        assert "no row is selected" in stage.text
        await stage.press("1", "enter", "p", "s", "l", "j", "G", "2", "enter", "p", "I")
        assert stage.app.is_running


async def test_no_colour_reaches_the_terminal_where_none_is_wanted():
    async with monitor_of(machine_db1.source(), has_colour=False) as stage:
        await stage.type("/ssh")
        styles = {segment.style for strip in stage.app.screen._compositor.render_strips() for segment in strip}
        assert {style.color.name for style in styles if style and style.color} <= {"default"}
        assert {style.bgcolor.name for style in styles if style and style.bgcolor} <= {"default"}


async def test_without_colour_cursor_and_trouble_are_seen_by_other_means():
    async with monitor_of(machine_db1.source(), has_colour=False) as stage:
        strips = stage.app.screen._compositor.render_strips()
        cursor = next(strip for strip in strips if strip.text.startswith("▸"))
        assert all(segment.style.reverse for segment in list(cursor)[:-1])
        assert "─[2 Connections" in stage.text
        assert stage.line_with("6/5").startswith(" !")


async def test_a_console_without_signs_gets_ascii_on_every_screen():
    async with monitor_of(machine_db1.source(), settings=Settings(look=Look(is_ascii=True))) as stage:
        for keys in ((), ("1", "down"), ("3",), ("2", "s"), ("Z", "slash"), ("escape", "question_mark")):
            await stage.press(*keys)
            assert stage.text.isascii(), keys
        await stage.press("q", "p")
        await stage.sees("up 14d")
        assert stage.text.isascii()
        await stage.press("colon")
        await stage.sees("columns to the right")
        assert stage.line_with("columns to the right").endswith("(l)")
