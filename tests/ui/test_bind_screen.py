"""The bind screen: what is typed is answered while it is typed, and the answer leads to who is in the way."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from monitor.errors import KernelError
from monitor.model.bind_facts import BindFacts, SocketHolder
from monitor.model.sample import Sample
from monitor.ui.app import Settings
from monitor.ui.screens.bind import BindScreen
from monitor.ui.screens.connection import ConnectionScreen
from monitor.ui.screens.process import ProcessScreen
from monitor.ui.themed_app import Look
from tests import machine_db1
from tests.scenes import ANY, FixedSource, Row, row, sample_of
from tests.ui.stage import Stage, monitor_of

PORT_HELD = [
    row("tcp", "192.0.2.10:8080", ANY, "LISTEN", owner=(5120, 3), cookie=1),
    row("tcp", "192.0.2.10:8080", "198.51.100.7:51834", "TIME-WAIT", cookie=2, timer=3, timer_ms=41_000),
    row("tcp", "192.0.2.10:9090", ANY, "BOUND", owner=(5120, 4), cookie=3),
]


def held(seconds: float = 0.0, rows: Sequence[Row] = PORT_HELD, **changed: object) -> Sample:
    return sample_of(rows, seconds, has_time_wait=True, **changed)


def screen(stage: Stage) -> BindScreen:
    assert isinstance(stage.app.screen, BindScreen)
    return stage.app.screen


async def ask(stage: Stage, text: str) -> None:
    """Type a question and wait for the answer to it."""
    await stage.press("b")
    await stage.type(text)
    # The path names what stands typed by then.
    await stage.until(lambda: f"bind {text}" in stage.text and "as of 03:1" in stage.text)


def facts_asked(source: FixedSource) -> int:
    return sum(isinstance(question, list | tuple) and question[:1] != ("sample",) for question in source.questions)


@pytest.mark.parametrize("start", [(), ("1",), ("1", "down", "down"), ("3",)])
async def test_five_keys_from_anywhere_say_who_has_the_port(start: Sequence[str]):
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press(*start)
        await stage.press("b", *"8080")
        await stage.sees("No, EADDRINUSE: nginx[812] (one of 4) listens on 0.0.0.0:8080")
        assert stage.lines[2] == " bind  8080"


async def test_what_is_typed_in_one_go_is_answered_too():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.burst("b8080 udp\r")
        await stage.sees("Yes: 0.0.0.0:8080 is free for udp.")
        assert stage.app.focused is screen(stage).lines


async def test_sockets_that_only_hold_the_port_are_asked_for_and_no_longer_afterwards():
    source = FixedSource([held()])
    async with monitor_of(source) as stage:
        assert source.questions == ["sample", "sample"]
        await ask(stage, "9090")
        assert "holds 192.0.2.10:9090 without listening" in stage.text
        await stage.press("escape")
        await stage.next_sample()
        assert source.questions[-1] == "sample"


async def test_a_listener_at_the_cursor_is_asked_about_first():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("1", "b")
        await stage.sees("as of 03:1")
        assert " bind  192.0.2.10:6432" in stage.text
        assert "listens on 192.0.2.10:6432" in stage.text


async def test_options_are_words_and_tab_completes_them():
    async with monitor_of(machine_db1.source()) as stage:
        await ask(stage, "8080 ud")
        await stage.press("tab")
        await stage.sees("Yes: 0.0.0.0:8080 is free for udp.")
        assert " asked 0.0.0.0:8080 · udp" in stage.text
        assert " udp " not in stage.line_with(" add ")


async def test_a_mistake_is_said_below_the_field_and_loses_nothing():
    async with monitor_of(machine_db1.source(), (80, 24)) as stage:
        await ask(stage, "8080")
        answer = stage.line_with("EADDRINUSE")
        await stage.type(" reuse")
        await stage.press("enter")
        assert '"reuse" is no option; reuseaddr or reuseport?' in stage.lines[3]
        assert stage.lines[2] == " bind  8080 reuse"
        assert stage.line_with("EADDRINUSE") == answer
        assert screen(stage).prompt.is_asking
        await stage.press("backspace", "backspace", "backspace", "backspace", "backspace", "enter")
        assert not screen(stage).prompt.is_asking


async def test_enter_gives_the_cursor_to_the_first_in_the_way_and_leads_to_its_process():
    async with monitor_of(FixedSource([held()])) as stage:
        await ask(stage, "8080")
        await stage.press("enter")
        assert "LISTEN" in stage.cursor_line
        await stage.press("enter")
        assert isinstance(stage.app.screen, ProcessScreen)
        assert "bind 8080 › 192.0.2.10:8080 › process-5120[5120]" in stage.lines[0]
        await stage.press("escape")
        assert "LISTEN" in stage.cursor_line


async def test_a_time_wait_leads_to_its_own_screen():
    async with monitor_of(FixedSource([held()])) as stage:
        await ask(stage, "8080")
        await stage.press("enter", "down", "enter")
        assert isinstance(stage.app.screen, ConnectionScreen)
        await stage.sees("─ TIME-WAIT")


async def test_of_several_holders_the_user_chooses():
    async with monitor_of(machine_db1.source()) as stage:
        await ask(stage, "8080")
        await stage.press("enter", "enter")
        await stage.sees("4 processes hold 0.0.0.0:8080")


async def test_p_opens_the_process_also_of_a_connection():
    async with monitor_of(machine_db1.source()) as stage:
        await ask(stage, "8080")
        await stage.press("enter", "down", "p")
        assert isinstance(stage.app.screen, ProcessScreen)


async def test_esc_at_once_goes_back_and_after_asking_on_restores_what_was_asked():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("b", "escape")
        assert stage.app.screen is stage.main
        await ask(stage, "8080")
        await stage.press("enter", "b")
        await stage.type(" udp")
        await stage.sees("is free for udp")
        await stage.press("escape")
        await stage.sees("EADDRINUSE")
        assert stage.lines[2] == " bind  8080"
        await stage.press("escape")
        assert stage.app.screen is stage.main


async def test_i_explains_the_rule_and_esc_takes_it_away():
    async with monitor_of(machine_db1.source()) as stage:
        await ask(stage, "8080")
        await stage.press("enter", "i")
        await stage.sees("This socket has the very address and port.")
        await stage.press("escape")
        assert "the very address" not in stage.text
        assert screen(stage)


async def test_the_seconds_of_a_time_wait_count_down_with_the_samples():
    later = [
        PORT_HELD[0],
        row("tcp", "192.0.2.10:8080", "198.51.100.7:51834", "TIME-WAIT", cookie=2, timer=3, timer_ms=31_000),
    ]
    source = FixedSource([held(), held(1), held(2), held(12, later)])
    async with monitor_of(source, samples=1) as stage:
        await ask(stage, "8080")
        assert "41s left" in stage.text
        await stage.next_sample()
        await stage.next_sample()
        await stage.sees("31s left")


async def test_the_facts_are_asked_for_again_about_once_a_second_however_short_the_period():
    samples = [held(seconds / 10) for seconds in range(12)]
    source = FixedSource(samples)
    async with monitor_of(source, samples=1) as stage:
        await ask(stage, "9090")
        before = facts_asked(source)
        for _ in range(8):
            await stage.next_sample()
        assert facts_asked(source) - before <= 2


class SlowSource(FixedSource):
    """Answers about bind() once it may."""

    def __init__(self, *samples: object) -> None:
        super().__init__(list(samples))
        self.may_answer = threading.Event()
        self.may_answer.set()

    def bind_facts(self, asked: Sequence[SocketHolder]) -> BindFacts:
        assert self.may_answer.wait(30)
        return super().bind_facts(asked)


async def test_typing_waits_for_no_answer_and_only_the_newest_question_is_asked():
    source = SlowSource(held())
    async with monitor_of(source) as stage:
        await ask(stage, "9090")
        before = facts_asked(source)
        source.may_answer.clear()
        await stage.pilot.press("ctrl+u", *"8080 udp reuseaddr")
        assert " bind  8080 udp reuseaddr" in stage.text
        assert "asking the kernel" in stage.text
        assert "holds 192.0.2.10:9090 without listening" in stage.text
        source.may_answer.set()
        await stage.sees("Yes: 0.0.0.0:8080 is free for udp.")
        # The first letter's question, which was under way, and the whole one; each asks once or twice.
        assert facts_asked(source) - before <= 4


class BrokenSource(FixedSource):
    """Cannot read the facts."""

    def bind_facts(self, asked: Sequence[SocketHolder]) -> BindFacts:
        raise KernelError("read net.ipv4.ip_local_port_range", 13)


async def test_a_question_without_an_answer_says_why():
    async with monitor_of(BrokenSource([held()])) as stage:
        await stage.press("b", *"8080")
        await stage.sees("could not read net.ipv4.ip_local_port_range: Permission denied (EACCES)")
        assert screen(stage).prompt.is_asking


async def test_a_second_question_from_below_goes_on_where_it_was():
    async with monitor_of(machine_db1.source()) as stage:
        await ask(stage, "8080")
        await stage.press("enter", "down", "enter", "b", *"5432", "enter")
        await stage.sees("listens on 127.0.0.1:5432")
        await stage.press("escape", "escape")
        await stage.sees("listens on 0.0.0.0:8080")
        assert stage.lines[2] == " bind  8080"


async def test_a_hostile_name_stays_in_its_line():
    processes = [machine_db1.PROCESSES[0].__class__(5120, 1, b"evil\x1b[2J\n", 0)]
    async with monitor_of(FixedSource([held(processes=processes)])) as stage:
        await ask(stage, "8080")
        assert r"evil\x1b[2J\n[5120] listens on" in stage.text


@pytest.mark.parametrize("size", [(1, 1), (40, 10), (80, 24), (200, 50)])
async def test_every_size_is_survived_and_keys_answer(size: tuple[int, int]):
    async with monitor_of(machine_db1.source(), size) as stage:
        await stage.press("b", *"8080", "enter", "down", "i", "end", "home", "pagedown", "escape", "q")
        assert stage.app.screen is stage.main


async def test_on_a_plain_console_everything_is_ascii():
    async with monitor_of(machine_db1.source(), settings=Settings(look=Look(is_ascii=True))) as stage:
        await ask(stage, "8080")
        assert stage.text.isascii()
