"""Pane 6: what was done and what became of it, what could not be read, what became of the collector."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.errors import SourceError
from monitor.presentation.log import MOST_ENTRIES, Log, LogKind
from monitor.presentation.log_view import LogView, holding
from tests import machine_db1
from tests.event_scene import of_db1
from tests.scenes import BOOT_TIME, TAKEN_AT, FixedSource, sample_of
from tests.ui.stage import Stage, monitor_of


async def open_log(stage: Stage) -> None:
    await stage.press("6")
    await stage.sees("[6 Log")


def texts(log: Log) -> list[str]:
    return [entry.text for entry in log.entries]


def log_with(*sentences: str) -> Log:
    log = Log(lambda: BOOT_TIME)
    for sentence in sentences:
        log.add(LogKind.ACTION, sentence)
    return log


async def test_it_begins_with_where_samples_come_from():
    async with monitor_of(machine_db1.source()) as stage:
        await open_log(stage)
        assert "source  samples come from db1 2026-11-23T03:12:36Z, as root" in stage.line_with("samples come from")


async def test_newest_stands_first_with_its_time():
    async with monitor_of(machine_db1.source()) as stage:
        stage.app.tell_action("the first was done")
        await stage.grow_old(10)
        stage.app.tell_action("the second was done")
        await open_log(stage)
        assert stage.y_of("the second") < stage.y_of("the first")
        assert [line for line in stage.lines if "03:12:51Z action  the second was done" in line]


async def test_a_copy_is_an_action():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("y", "k", "6")
        assert "sent to the terminal's clipboard: kill -TERM 812" in stage.text


async def test_notices_are_noted_when_they_come_and_when_they_go():
    notice = "UDP sockets could not be listed"
    samples = [
        sample_of([]),
        sample_of([], 5, notices=(notice,)),
        sample_of([], 10, notices=(notice,)),
        sample_of([], 15),
    ]
    async with monitor_of(FixedSource(samples), samples=1) as stage:
        for _ in range(3):
            await stage.next_sample()
        assert texts(stage.app.journal)[1:] == [notice, f"over: {notice}"]


async def test_other_rights_are_noted():
    samples = [sample_of([], uid=1001), sample_of([], 5, uid=1001), sample_of([], 10, uid=0)]
    async with monitor_of(FixedSource(samples), samples=1) as stage:
        for _ in range(2):
            await stage.next_sample()
        said = [text for text in texts(stage.app.journal) if text.startswith("samples come from")]
        assert ["uid 1001" in text for text in said] == [True, False]


async def test_a_collector_that_ends_and_the_one_after_it_are_noted():
    first, second = machine_db1.source(), machine_db1.source()
    sources = iter([first, second])
    async with monitor_of(first, open_source=lambda: next(sources)) as stage:
        first.sample = raises_source_error
        stage.app.action_sample_now()
        await stage.until(lambda: len(texts(stage.app.journal)) >= 3)
        assert [text.partition(";")[0][:22] for text in texts(stage.app.journal)[1:]] == [
            "the collector has ende",
            "samples come from db1 ",
        ]


def raises_source_error(*, time_wait: bool = False) -> None:
    raise SourceError("the collector has ended")


async def test_words_filter_it_and_esc_shows_all_again():
    async with monitor_of(machine_db1.source()) as stage:
        stage.app.tell_action("closed one thing")
        stage.app.tell_action("signalled another thing")
        await open_log(stage)
        await stage.type("/Closed ACTION")
        await stage.press("enter")
        assert "closed one thing" in stage.text
        assert "signalled another" not in "\n".join(stage.lines[stage.y_of("[6 Log") :][:-2])
        assert "1 of 3" in stage.line_with("[6 Log")
        await stage.press("escape")
        assert "1 of 3" not in stage.line_with("[6 Log")


async def test_esc_while_typing_restores_the_former_words():
    async with monitor_of(machine_db1.source()) as stage:
        await open_log(stage)
        await stage.type("/nothing")
        assert "no entry holds that" in stage.text
        await stage.press("escape")
        assert stage.main.log_pane.words == ""


def test_what_is_long_goes_on_in_the_next_line_and_keeps_its_identity():
    view = LogView(log_with("short", "word " * 60).entries, 60)
    assert view.count == 10
    assert [view.position_of(view.key_at(place)) for place in range(view.count)] == list(range(10))
    first, *rest = view.lines(0, 9)
    assert first.cells[1].text == "action"
    assert all(not line.cells[0].text for line in rest)


def test_it_is_bounded_and_says_how_many_were_forgotten():
    log = log_with(*map(str, range(MOST_ENTRIES + 5)))
    assert len(log.entries) == MOST_ENTRIES
    assert log.forgotten == 5
    assert log.entries[0].text == "5"


def test_what_was_missed_is_noted_by_what_has_come_since_and_once_a_minute():
    now = [BOOT_TIME]
    log = Log(lambda: now[0])
    log.take_sample(sample_of([]))
    events = of_db1()
    for after_s, closes, unheard_s in ((0, 3, 0.0), (10, 5, 0.0), (70, 9, 0.0), (140, 9, 2.5), (210, 0, 0.0)):
        now[0] = BOOT_TIME + after_s
        log.take_events(replace(events, lost_closes=closes, lost_transitions=0, unheard_s=unheard_s))
    assert texts(log)[1:] == [
        "missed: 3 closes",
        "missed: 6 closes",
        "missed: what happened in 2.5 s without a collector",
    ]


def test_a_hostile_sentence_is_one_line_of_text():
    log = log_with("\x1b]52;c;x\x07\nname")
    assert texts(log) == [r"\x1b]52;c;x\x07\nname"]


def test_the_time_is_the_sources_own():
    now = [BOOT_TIME]
    log = Log(lambda: now[0])
    log.take_sample(replace(sample_of([]), host="db1"))
    now[0] += 90
    log.add(LogKind.ACTION, "later")
    assert log.entries[-1].at == pytest.approx(TAKEN_AT + 90)


def test_every_word_has_to_be_held():
    entries = log_with("close 192.0.2.1", "close 192.0.2.2").entries
    assert [entry.number for entry in holding(entries, "CLOSE .2.2")] == [1]


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (200, 50)])
async def test_every_size_is_survived_and_keys_that_mean_nothing_here_do_nothing(size: tuple[int, int]):
    async with monitor_of(machine_db1.source(), size) as stage:
        await stage.press("6", "down", "end", "home", "enter", "p", "i", "n", "s", "f", "y", "K", "X", "m")
        assert stage.app.screen is stage.main
        await stage.press("2")
        assert stage.app.screen is stage.main
