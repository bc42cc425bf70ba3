from __future__ import annotations

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from monitor.errors import InputError
from monitor.presentation.linked_line import LinkedLine
from monitor.presentation.text_line import plain
from monitor.ui.widgets.linked_lines import LinkedLines
from monitor.ui.widgets.prompt import Prompt


class PromptApp(App[None]):
    """A prompt that takes only even lengths, given its keys as the monitor gives them."""

    def __init__(self) -> None:
        super().__init__()
        self.prompt = Prompt()
        self.changes: list[str] = []
        self.results: list[str | None] = []

    def compose(self) -> ComposeResult:
        yield self.prompt

    def ask(self, value: str = "") -> None:
        self.prompt.ask("Even", value, self.changed, self.results.append)

    def changed(self, text: str) -> str:
        self.changes.append(text)
        if len(text) % 2:
            raise InputError("that is odd")
        return f"{len(text)} letters"

    async def on_event(self, event: events.Event) -> None:
        is_key = isinstance(event, events.Key) and not event.is_forwarded and self.prompt.is_asking
        if not (is_key and await self.prompt.take_key(event)):
            await super().on_event(event)


def line(pilot: Pilot[None]) -> str:
    return pilot.app.screen._compositor.render_strips()[0].text.rstrip()


@pytest.fixture
def app() -> PromptApp:
    return PromptApp()


async def test_a_sentence_stands_where_no_field_is_open(app: PromptApp):
    async with app.run_test(size=(60, 3)) as pilot:
        app.prompt.say(plain(" all is well"))
        await pilot.pause()
        assert line(pilot) == " all is well"
        assert not app.prompt.is_asking


async def test_every_change_is_told_and_answered_beside_the_field(app: PromptApp):
    async with app.run_test(size=(60, 3)) as pilot:
        app.ask()
        await pilot.press("a", "b")
        await pilot.pause()
        assert app.changes[-2:] == ["a", "ab"]
        assert line(pilot).startswith(" Even  ab")
        assert line(pilot).endswith("2 letters")


async def test_a_mistake_is_said_and_keeps_the_field_open(app: PromptApp):
    async with app.run_test(size=(60, 3)) as pilot:
        app.ask("abc")
        await pilot.press("enter")
        await pilot.pause()
        assert line(pilot).endswith("that is odd")
        assert app.results == []
        await pilot.press("backspace", "enter")
        assert app.results == ["ab"]
        assert not app.prompt.is_asking


async def test_esc_gives_nothing(app: PromptApp):
    async with app.run_test(size=(60, 3)) as pilot:
        app.ask("ab")
        await pilot.press("x", "escape")
        assert app.results == [None]


async def test_it_asks_again_with_another_text(app: PromptApp):
    async with app.run_test(size=(60, 3)) as pilot:
        for value in ("ab", "cdef"):
            app.ask(value)
            await pilot.pause()
            assert value in line(pilot)
            await pilot.press("enter")
        assert app.results == ["ab", "cdef"]


async def test_the_keys_of_a_line_editor_work(app: PromptApp):
    async with app.run_test(size=(60, 3)) as pilot:
        app.ask("one two")
        await pilot.press("ctrl+w", "x", "home", "y", "end", "ctrl+u", "n", "o", "enter")
        assert app.results == ["no"]


async def test_what_is_typed_has_an_end(app: PromptApp):
    async with app.run_test(size=(60, 3)) as pilot:
        app.ask("ab" * 2048)
        await pilot.press("x", "enter")
        assert app.results == ["ab" * 2048]


async def test_letters_that_wait_at_once_are_told_together(app: PromptApp):
    """As where a terminal pastes without saying so: a slow asker is not asked for every letter."""
    async with app.run_test(size=(60, 3)) as pilot:
        app.ask()
        for _ in range(500):
            app.post_message(events.Key("a", "a"))
        await pilot.pause()
        assert app.changes[-1] == "a" * 500
        assert len(app.changes) < 100
        assert line(pilot).endswith("500 letters")


async def test_each_key_is_told_with_the_moment_at_which_it_came(app: PromptApp):
    async with app.run_test(size=(60, 3)) as pilot:
        told: list[tuple[str, float]] = []
        app.prompt.ask("Even", "", app.changed, app.results.append, key_taken=lambda *key: told.append(key))
        keys = [
            events.Key(name, name if len(name) == 1 else None) for name in ("a", "b", "c", "left", "backspace", "enter")
        ]
        for moment, key in enumerate(keys):
            key.time = moment / 4
            app.post_message(key)
        await pilot.pause()
        assert app.results == ["ac"]
        assert told == [("a", 0.0), ("ab", 0.25), ("abc", 0.5), ("abc", 0.75), ("ac", 1.0), ("ac", 1.25)]


async def test_keys_that_are_none_of_the_fields_move_the_list_beside_it(app: PromptApp):
    async with app.run_test(size=(60, 3)) as pilot:
        lines = LinkedLines()
        await app.mount(lines)
        lines.show_linked([LinkedLine(plain(str(number)), value=str(number)) for number in range(9)])
        app.prompt.ask("Even", "ab", app.changed, app.results.append, beside=lines)
        await pilot.press("down", "down", "up", "home", "x", "y", "end")
        assert lines.line_at_cursor.value == "1"
        await pilot.press("enter")
        assert app.results == ["xyab"]


async def test_a_paste_that_does_not_fit_is_said_to_be_left_out(app: PromptApp):
    async with app.run_test(size=(120, 3)) as pilot:
        app.ask("ab")
        await pilot.pause()
        app.post_message(events.Paste("c" * 4096))
        await pilot.pause()
        assert line(pilot).endswith("left out: no more than 4,096 characters fit here")
        await pilot.press("enter")
        assert app.results == ["ab"]
