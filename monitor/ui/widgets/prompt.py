"""The line above the footer: what is to be said, or the field into which something is typed.

It is always there, so that nothing moves and nothing pops up over rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from textual import events
from textual.app import ComposeResult
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from monitor.errors import InputError
from monitor.presentation.text_line import TextLine, plain
from monitor.presentation.view import Role
from monitor.ui.keys import LEAVE_KEYS
from monitor.ui.recent import Recall
from monitor.ui.table.ground import SideBySide
from monitor.ui.widgets.text_lines import TextLines

_MAX_TYPED = 4096
_LIST_KEYS = frozenset({"up", "down", "pageup", "pagedown"})


class _Field(Input):
    """Tells the prompt what does not fit."""

    @dataclass
    class Restricted(Message):
        """A letter or a paste was left out, for the field would hold too much."""

    def restricted(self) -> None:
        """Say it rather than ring the bell."""
        self.post_message(self.Restricted())


class Prompt(SideBySide):
    """Says one line; or asks, telling the asker what changed.

    `changed` may raise InputError, which is shown beside the field. `done` is called once, with the text, or with None
    after Esc.
    """

    DEFAULT_CSS: ClassVar[str] = """
    Prompt { height: 1; }
    Prompt > #message { width: 1fr; height: 1; }
    Prompt > #label, Prompt > #note { width: auto; height: 1; }
    Prompt > Input { width: 1fr; height: 1; border: none; padding: 0; background: $background; }
    """

    def __init__(self, *, glyphs: Mapping[int, str] | None = None, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._message = TextLines(glyphs=glyphs, id="message")
        self._label = TextLines(glyphs=glyphs, id="label")
        self._field = _Field(max_length=_MAX_TYPED, compact=True, select_on_focus=False)
        # A cursor that blinks sends something twice a second, also over a slow line on which nothing changes.
        self._field.cursor_blink = False
        self._note = TextLines(glyphs=glyphs, id="note")
        self._open(is_open=False)
        self._said = TextLine()
        self._question: TextLine | None = None
        self._changed: Callable[[str], str] | None = None
        self._key_taken: Callable[[str, float], None] | None = None
        self._beside: Widget | None = None
        self._is_untold = False
        """Whether the asker is to be told at the end of this frame."""
        self._done: Callable[[str | None], None] | None = None
        self._complete: Callable[[str], str] | None = None
        self._recall: Recall | None = None

    def compose(self) -> ComposeResult:
        """Lay out the sentence and, in its place, label, field and note."""
        yield self._message
        yield self._label
        yield self._field
        yield self._note

    def focus(self, scroll_visible: bool = True) -> Self:  # noqa: FBT001, FBT002 - Textual's signature
        """Give the keys to the field at once: the next key may have been typed already."""
        self.screen.set_focus(self._field, scroll_visible)
        return self

    @property
    def is_asking(self) -> bool:
        """Whether the field is open."""
        return self._done is not None

    def say(self, line: TextLine) -> None:
        """Show a line, once no field is open and no letter awaited."""
        self._said = line
        self._message.show([self._question or line])

    def question(self, line: TextLine | None) -> None:
        """Show which letters are awaited, whatever is said meanwhile; None when none is any more."""
        self._question = line
        self.say(self._said)

    def ask(  # noqa: PLR0913 - one for each thing that a field differs in
        self,
        label: str,
        value: str,
        changed: Callable[[str], str],
        done: Callable[[str | None], None],
        *,
        note: str = "",
        complete: Callable[[str], str] | None = None,
        is_selected: bool = False,
        key_taken: Callable[[str, float], None] | None = None,
        beside: Widget | None = None,
        recent: Sequence[str] = (),
    ) -> None:
        """Open the field.

        Args:
            label: What is asked for.
            value: What stands in the field at first.
            changed: Called with the text once in a frame in which it changed; gives what is said beside the field.
            done: Called when the field closes.
            note: What is said beside the field until something changes.
            complete: What Tab makes of a text; without it Tab is none of the field's keys.
            is_selected: Whether the first letter takes the place of the value.
            key_taken: Called after each key of the field, of Enter before it closes, with what then stands in it and
                the moment at which the key came from the terminal (monotonic, in seconds).
            beside: A list that the keys move which mean nothing in a field of one line.
            recent: What ↑ brings back, newest first.
        """
        self._recall = Recall(recent) if recent else None
        self._key_taken, self._beside = key_taken, beside
        self._changed, self._done, self._complete = changed, done, complete
        self._write(self._label, f" {label} ")
        self._write(self._note, note, Role.DIM)
        self._field.value = value
        self._field.cursor_position = len(value)
        if is_selected:
            self._field.select_all()
        self._open(is_open=True)
        self.focus()

    async def take_key(self, event: events.Key) -> bool:
        """Deal with a key of the open field before the next key is looked at; False where it is none of the field's.

        Through the field's own queue a letter could arrive after the Enter that follows it.
        """
        if event.key == "escape":
            self._close(None)
        elif event.key == "enter":
            self._note_key(event)
            self._submit()
        elif event.is_printable and event.character is not None:
            self._field.replace(event.character, *self._field.selection)
            self._note_key(event)
        elif event.key in LEAVE_KEYS:
            return False
        elif event.key == "tab" and self._complete is not None:
            self._put(self._complete(self._field.value))
        elif event.key in ("up", "down") and self._recall is not None:
            turn = self._recall.older if event.key == "up" else self._recall.newer
            self._put(turn(self._field.value))
        elif event.key in _LIST_KEYS and self._beside is not None:
            await self._run_binding(self._beside, event)
        elif await self._run_binding(self._field, event):
            self._note_key(event)
        else:
            return False
        return True

    def remark(self, text: str) -> None:
        """Say something beside the field until what stands in it changes."""
        self._write(self._note, text, Role.DIM)

    def _put(self, text: str) -> None:
        self._field.value = text
        self._field.cursor_position = len(text)

    def on_input_changed(self, message: Input.Changed) -> None:
        """Tell the asker: a slow one is told of many letters that wait at once, not of one after the other."""
        message.stop()
        if not self._is_untold:
            self._is_untold = True
            self.call_after_refresh(self._tell_what_stands)

    def on__field_restricted(self, message: _Field.Restricted) -> None:
        """Say beside the field that something was left out."""
        message.stop()
        self._write(self._note, f"left out: no more than {_MAX_TYPED:,} characters fit here", Role.TROUBLE)

    async def _run_binding(self, widget: Widget, event: events.Key) -> bool:
        """Do what a key does in a widget; False where it does nothing there."""
        for binding in widget._bindings.key_to_bindings.get(event.key, [])[:1]:  # noqa: SLF001 - no public look-up by key
            await self.app.run_action(binding.action, widget)
            return True
        return False

    def _note_key(self, event: events.Key) -> None:
        if self._key_taken is not None:
            self._key_taken(self._field.value, event.time)

    def _tell_what_stands(self) -> None:
        self._is_untold = False
        self._tell(self._field.value)

    def _tell(self, value: str) -> None:
        """Say beside the field what the asker answers; nobody asks any more once the field is closed."""
        if self._changed is None:
            return
        try:
            self._write(self._note, self._changed(value), Role.DIM)
        except InputError as error:
            self._write(self._note, str(error), Role.TROUBLE)

    def _submit(self) -> None:
        """Close the field with its text; what cannot be understood keeps it open."""
        value = self._field.value
        try:
            if self._changed is not None:
                self._changed(value)
        except InputError as error:
            self._write(self._note, str(error), Role.TROUBLE)
            return
        self._close(value)

    def _close(self, value: str | None) -> None:
        done, self._done, self._changed = self._done, None, None
        self._open(is_open=False)
        if done is not None:
            done(value)

    def _open(self, *, is_open: bool) -> None:
        self._message.display = not is_open
        for part in (self._label, self._field, self._note):
            part.display = is_open

    def _write(self, place: TextLines, text: str, role: Role = Role.STRONG) -> None:
        # The own width is not known before the first layout, when a screen may ask already.
        place.styles.width = min(len(text) + 1, self.app.size.width // 2) if text else 0
        place.show([plain(text, role)])
