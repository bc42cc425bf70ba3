"""Names that strangers chose, on every screen: they are shown, and they do nothing."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest

from monitor.model.route import RouteDecision
from tests import machine_db1
from tests.scenes import FixedSource
from tests.ui.stage import Stage, monitor_of

NAMES = [
    b"[/nope]",
    b"[@click=app.leave_program]x[/]",
    b"[bold red]x",
    b"\x1b[31mred\x1b]52;c;QQ==\x07",
    b"a\nb\rc\td",
    "\u202eright\u2066\u200b".encode(),
    b"\xff\xfe\x9b31m",
    "\x9b31m".encode(),
    b"\x00\x7f\x08",
    ("e" + "\u0301" * 30).encode(),
    b"x" * 5000,
]


def hostile(name: bytes) -> FixedSource:
    """db1, with that name wherever a stranger may choose one."""
    text = name.decode("utf-8", "surrogateescape")
    changed = []
    for sample in machine_db1.samples():
        processes = {pid: replace(made, name=name, exe=name) for pid, made in sample.owners.processes.items()}
        links = tuple(replace(link, name=name) for link in sample.network.links)
        changed.append(
            replace(
                sample,
                host=text,
                users=dict.fromkeys(sample.users, text),
                owners=replace(sample.owners, processes=processes),
                network=replace(sample.network, links=links),
                notices=(text,),
            )
        )
    facts = {
        pid: replace(
            known,
            process=replace(known.process, name=name, exe=name, command_line=name),
            user=text,
            unit=text,
            status=text,
            parents=tuple(replace(parent, name=name) for parent in known.parents),
        )
        for pid, known in machine_db1.FACTS.items()
    }

    def route(flow: object) -> RouteDecision:
        return replace(machine_db1.route_to(flow), device=name, owner_device=name)

    return FixedSource(changed, route, facts)


def assert_harmless(stage: Stage) -> None:
    for strip in stage.app.screen._compositor.render_strips():
        for text, style, _ in strip:
            assert all(unicodedata.category(letter)[0] != "C" for letter in text), ascii(text)
            assert "\u0301\u0301\u0301" not in text
            assert style is None or "@click" not in style.meta or style.meta["@click"] is None
    assert stage.app.is_running


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name[:12]))
async def test_a_name_is_shown_and_does_nothing(name: bytes):
    async with monitor_of(hostile(name)) as stage:
        assert_harmless(stage)
        await stage.press("1", *["down"] * 5)
        assert_harmless(stage)
        await stage.type("/[::]:443")
        await stage.press("enter", "p")
        await stage.sees("4 workers on")
        assert_harmless(stage)
        await stage.press("q", "enter")
        assert_harmless(stage)
        await stage.pilot.resize_terminal(80, 24)
        await stage.settle()
        assert_harmless(stage)
        stage.app.drill_down.show_process(990)
        await stage.sees(" fds 144")
        assert_harmless(stage)
        await stage.press("colon")
        await stage.sees("Search for commands")
        await stage.type("99")
        await stage.sees("process 99")
        assert_harmless(stage)


async def test_markup_in_a_name_is_its_text():
    async with monitor_of(hostile(b"[/nope]"), (200, 50)) as stage:
        assert "[/nope][812]" in stage.text
        assert stage.lines[0].startswith(" [/nope] ")
        assert "leaves   [/nope] from" in stage.text
        stage.app.drill_down.show_process(990)
        await stage.sees("─ [/nope][990] · ")


async def test_fp_04_a_click_on_a_name_that_looks_like_an_action_only_moves_the_cursor():
    async with monitor_of(hostile(b"[@click=app.leave_program]x[/]"), (200, 50)) as stage:
        x = stage.cursor_line.index("[@click")
        await stage.pilot.click("#connections", offset=(x + 2, 4))
        await stage.settle()
        assert stage.app.is_running
        assert stage.main.connections.cursor_position == 2


async def test_a_name_cannot_break_its_line():
    async with monitor_of(hostile(b"a\nb"), (200, 50)) as stage:
        assert "a\\nb[812]" in stage.text
