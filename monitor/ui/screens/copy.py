"""The screen "copy as": rows in the forms of other programs, each of which a letter sends to the terminal's clipboard.

─ Copy as ───────────────── 192.0.2.10:443 ← 198.51.100.7:51834 ─
   r text         db1 2026-11-23T03:12:41Z tcp ESTAB …
   s ss filter    ss -tanpe 'src = 192.0.2.10:443 and …
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from monitor.presentation.linked_line import LinkedLine, ToClipboard
from monitor.presentation.text_line import TextLine, rule
from monitor.presentation.view import Role
from monitor.ui.keys import By, Where, bindings
from monitor.ui.screens.lines import LinesScreen
from monitor.ui.widgets.linked_lines import LinkedLines

if TYPE_CHECKING:
    from monitor.model.sample import Interval
    from monitor.presentation.copy_texts import Copy

MOST_BYTES = 65_536
"""What is sent to a clipboard at most; terminals drop longer ones, each from another length on."""


class CopyScreen(LinesScreen):
    """Shows the rows as they were when it opened; leaves once something was copied."""

    PLACE = Where.COPY
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(By.SCREEN, Where.COPY)]

    def __init__(self, subject: str, copies: Sequence[Copy], glyphs: Mapping[int, str] | None) -> None:
        """Offer the forms of some rows.

        Args:
            subject: What they are of, made safe.
            copies: The forms.
            glyphs: A table for str.translate, or None.
        """
        super().__init__(glyphs)
        self._subject = subject
        self._copies = copies

    def title_line(self, width: int) -> TextLine:
        """Say whose forms these are."""
        return rule("Copy as", self._subject, width)

    def linked_lines(self, interval: Interval, width: int) -> Sequence[LinkedLine]:
        """Lay the forms out."""
        from monitor.presentation.copy_lines import copy_lines  # noqa: PLC0415 - on demand

        return list(copy_lines(self._copies, width))

    def on_linked_lines_followed(self, message: LinkedLines.Followed) -> None:
        """Copy the form at the cursor."""
        message.stop()
        if isinstance(message.target, ToClipboard):
            self.action_copy(message.target.letter)

    def action_copy(self, letter: str) -> None:
        """Send a form to the terminal's clipboard, and go back; where that cannot be, say why."""
        copy = next(copy for copy in self._copies if copy.letter == letter)
        refusal = copy.reason or _refusal(copy.text)
        if refusal:
            self.say(f"{copy.name}: {refusal}", Role.TROUBLE)
            return
        self.app.copy_to_clipboard(copy.text)
        self.action_leave()
        self.app.tell_action(f"sent to the terminal's clipboard: {copy.text}")


def _refusal(text: str) -> str:
    """Say why a text cannot be sent to a clipboard; empty where it can. No terminal tells what it made of it."""
    if os.environ.get("TERM") == "linux":
        return "the console has no clipboard"
    size = len(text.encode())
    return f"{size:,} bytes are more than terminals take ({MOST_BYTES:,})" if size > MOST_BYTES else ""
