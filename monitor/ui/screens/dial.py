"""The dial screen: really connects, once a word is typed, and compares the local endpoint with the prediction.

─ Dial 198.51.100.7:443 ─────────────────────────────────────── really sends ─
   sends      a TCP handshake to 198.51.100.7:443 …
   connected  in 12ms, and closed again
   predicted  192.0.2.10
   actual     192.0.2.10:52110  ✓ as predicted
 Type dial, then Enter ▏
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.message import Message

from monitor.errors import MonitorError
from monitor.presentation.linked_line import LinkedLine
from monitor.presentation.text_line import TextLine
from monitor.presentation.view import Role
from monitor.ui.keys import By, Where, bindings
from monitor.ui.screens.confirm import ConfirmScreen

if TYPE_CHECKING:
    from monitor.dial import Dialled
    from monitor.model.endpoint import Endpoint
    from monitor.model.route import Flow
    from monitor.model.sample import Interval, Sample

WORD = "dial"
TIMEOUT_S = 5.0


def _dial(remote: Endpoint, timeout_s: float) -> Dialled:
    from monitor.dial import dial  # noqa: PLC0415 - most starts are without it

    return dial(remote, timeout_s)


def _dial_from(sample: Sample) -> None:
    """Have this thread dial from where the sample was read."""
    if sample.named is not None:
        from monitor.dial import dial_from  # noqa: PLC0415 - as above

        dial_from(sample.named, sample.table.namespace)


class DialScreen(ConfirmScreen):
    """Sends nothing before the word was typed by hand; the handshake is waited for on a thread of its own."""

    PLACE = Where.DIAL
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(By.SCREEN, Where.DIAL)]
    again = "D"

    @dataclass(eq=False)
    class Ended(Message):
        """The connection was opened, or could not be."""

        outcome: Dialled | MonitorError

    def __init__(self, flow: Flow, glyphs: Mapping[int, str] | None) -> None:
        """Ask before anything is sent.

        Args:
            flow: The question in Routing.
            glyphs: A table for str.translate, or None.
        """
        super().__init__(glyphs)
        self._flow = flow
        self._outcome: Dialled | MonitorError | None = None

    def on_mount(self) -> None:
        """Await the word."""
        self.ask_word(WORD)

    def on_dial_screen_ended(self, message: Ended) -> None:
        """Show what came of it."""
        message.stop()
        from monitor.presentation.dial_lines import outcome_sentence  # noqa: PLC0415 - on demand

        self._outcome = message.outcome
        self.app.tell_action(outcome_sentence(self._flow, message.outcome))
        self.draw()

    def title_line(self, width: int) -> TextLine:
        """Name what is dialled."""
        from monitor.presentation.dial_lines import dial_title  # noqa: PLC0415 - on demand

        return dial_title(self._flow, width)

    def linked_lines(self, interval: Interval, width: int) -> Sequence[LinkedLine]:
        """Say what is sent, and what came of it."""
        from monitor.presentation.dial_lines import after_lines, before_lines  # noqa: PLC0415 - on demand

        after = [] if self._outcome is None else after_lines(self._outcome, width)
        return [*before_lines(self._flow, os.geteuid(), TIMEOUT_S, width, interval.sample.named), *after]

    def confirmed(self) -> None:
        """Dial."""
        from monitor.presentation.dial_lines import remote_of  # noqa: PLC0415 - on demand

        self._outcome = None
        self.say(f"dialling, {TIMEOUT_S:.0f} s at most …", Role.NOTE)
        place = None if self.app.interval is None else self.app.interval.sample
        dialled = (remote_of(self._flow), place)
        threading.Thread(target=self._connect, args=dialled, name="dial", daemon=True).start()

    def _connect(self, remote: Endpoint, place: Sample | None) -> None:
        outcome: Dialled | MonitorError
        try:
            if place is not None:
                _dial_from(place)
            outcome = _dial(remote, TIMEOUT_S)
        except MonitorError as error:
            outcome = error
        # The monitor may have ended meanwhile, and its loop with it.
        with suppress(RuntimeError):
            self.post_message(self.Ended(outcome))

    def action_dial(self) -> None:
        """Ask again."""
        self.ask_word(WORD)
