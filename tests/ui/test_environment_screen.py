"""The environment of a process: asked for by a key, its values by another."""

from __future__ import annotations

from dataclasses import replace

from monitor.model.process import ProcessEnvironment
from tests import machine_db1
from tests.scenes import FixedSource
from tests.ui.stage import monitor_of

PID = 990
VARIABLES = (
    b"LANG=C.UTF-8",
    b"PGPASSWORD=hunter2",
    b"EMPTY=",
    b"no name at all",
    b"\x1b[31m=[@click=app.quit]\x1b]52;c;QQ==\x07",
    b"LONG=" + b"y" * 300,
)


def source(*variables: bytes, is_cut: bool = False) -> FixedSource:
    made = machine_db1.source()
    process = machine_db1.FACTS[PID].process
    made.environments[PID] = ProcessEnvironment(process, variables or VARIABLES, is_cut)
    return made


async def test_nothing_is_read_before_the_key_and_values_are_masked_until_another():
    made = source()
    async with monitor_of(made) as stage:
        stage.app.drill_down.show_process(PID)
        await stage.sees("144/1,024")
        await stage.next_sample()
        assert ("environment", PID) not in made.questions
        await stage.press("E")
        await stage.sees("─ Environment of proxy[990] ─")
        assert "LANG=•••" in stage.text
        assert "PGPASSWORD=•••" in stage.text
        assert "hunter2" not in stage.text
        assert "no name" not in stage.text
        assert stage.line_with("EMPTY").strip(" ▸") == "EMPTY="
        await stage.press("A")
        assert "PGPASSWORD=hunter2" in stage.text
        assert stage.text.count("y") > 200
        assert r"\x1b[31m=[@click=app.quit]\x1b]52;c;QQ==\x07" in stage.text
        await stage.press("A")
        assert "hunter2" not in stage.text
        await stage.next_sample()
        assert made.questions.count(("environment", PID)) == 1
        await stage.press("escape")
        await stage.sees("144/1,024")


async def test_values_can_neither_be_saved_nor_copied():
    async with monitor_of(source()) as stage:
        stage.app.drill_down.show_process(PID)
        await stage.sees("144/1,024")
        await stage.press("E")
        await stage.sees("─ Environment of proxy[990] ─")
        await stage.press("A", "S", "y")
        assert "PGPASSWORD=hunter2" in stage.text
        assert not stage.app.acting.prompt.is_asking


async def test_what_cannot_be_read_says_why():
    made = source()
    made.environments.clear()
    async with monitor_of(made) as stage:
        stage.app.drill_down.show_process(PID)
        await stage.sees("144/1,024")
        await stage.press("E")
        await stage.sees("there is no process 990 (any more)")


async def test_an_environment_that_is_empty_or_cut_says_so():
    for variables, is_cut, said in (((b"A=1",), True, "cut after 1 variables"), ((), False, "it has none")):
        made = source()
        made.environments[PID] = replace(made.environments[PID], variables=variables, is_cut=is_cut)
        async with monitor_of(made) as stage:
            stage.app.drill_down.show_process(PID)
            await stage.sees("144/1,024")
            await stage.press("E")
            await stage.sees(said)
