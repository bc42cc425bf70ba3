"""TerminalModes: takes a terminal for full-screen use, and gives it back as it was found."""

from __future__ import annotations

import os
import termios
from contextlib import suppress
from typing import Any

from monitor.ui.terminal_output import TerminalOutput

_TAKE = b"\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?2004h\x1b[>1u\x1b[?2026$p"
"""Alternate screen, no cursor, no wrapping, bracketed paste, kitty's unambiguous keys; and: synchronized output?"""
_TAKE_MOUSE = b"\x1b[?1000h\x1b[?1003h\x1b[?1006h"
_GIVE_BACK_MOUSE = b"\x1b[?1000l\x1b[?1003l\x1b[?1006l"
_GIVE_BACK = b"\x1b[?2026l\x1b[?2004l\x1b[?1000l\x1b[?1003l\x1b[?1006l\x1b[<u\x1b[?7h\x1b[?1049l\x1b[?25h"
"""All of it back, mouse or not. Kitty keeps a stack of key modes per screen, so that goes before the screen does."""


class TerminalModes:
    """The attributes and the private modes of a terminal.

    Args:
        input_descriptor: Where keys are read.
        output: The way to the same terminal's screen.
        has_mouse: Whether the mouse is taken as well.
    """

    def __init__(self, input_descriptor: int, output: TerminalOutput, *, has_mouse: bool) -> None:
        self._input = input_descriptor
        self._output = output
        self._has_mouse = has_mouse
        self._found: list[Any] | None = None

    @property
    def is_taken(self) -> bool:
        """Whether the terminal is ours at present."""
        return self._found is not None

    def take(self) -> None:
        """Make the terminal ours; one that is gone stays as it is."""
        try:
            found = termios.tcgetattr(self._input)
            # Stops a process in the background, before it writes anything; it goes on here in the foreground.
            termios.tcsetattr(self._input, termios.TCSANOW, _raw(found))
        except termios.error:
            return
        self._found = found
        self._set_blocking(is_blocking=False)
        self._output.write(_TAKE + (_TAKE_MOUSE if self._has_mouse else b""))

    def set_mouse(self, *, is_wanted: bool) -> None:
        """Take the mouse too, or give it back; that stays so when the terminal is taken again."""
        self._has_mouse = is_wanted
        if self.is_taken:
            self._output.write(_TAKE_MOUSE if is_wanted else _GIVE_BACK_MOUSE)

    def give_back(self) -> None:
        """Restore the terminal at once, whatever waits to be shown; also called by a signal handler."""
        if self._found is None:
            return
        found, self._found = self._found, None
        self._output.write_last(_GIVE_BACK)
        with suppress(termios.error):
            # Answers of the terminal, and keys meant for a screen that is gone, are no input for the shell.
            termios.tcflush(self._input, termios.TCIFLUSH)
            termios.tcsetattr(self._input, termios.TCSANOW, found)
        self._set_blocking(is_blocking=True)

    def _set_blocking(self, *, is_blocking: bool) -> None:
        for descriptor in (self._input, self._output.descriptor):
            os.set_blocking(descriptor, is_blocking)


def reopen(descriptor: int) -> int:
    """Open a terminal anew: that descriptor may be set not to block without doing the same to the shell's."""
    try:
        return os.open(f"/proc/self/fd/{descriptor}", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        # After su the terminal belongs to somebody else.
        return os.dup(descriptor)


def _raw(found: list[Any]) -> list[Any]:
    """Make the attributes of a terminal that passes every key on; a line feed still returns the carriage."""
    input_flags, output_flags, control_flags, local_flags, *speeds, characters = found
    input_flags &= ~(termios.BRKINT | termios.ICRNL | termios.IGNCR | termios.INLCR | termios.ISTRIP)
    input_flags &= ~(termios.IXON | termios.IXOFF)
    output_flags |= termios.OPOST | termios.ONLCR
    local_flags &= ~(termios.ECHO | termios.ECHONL | termios.ICANON | termios.IEXTEN | termios.ISIG)
    characters = [*characters]
    characters[termios.VMIN], characters[termios.VTIME] = 1, 0
    return [input_flags, output_flags, control_flags, local_flags, *speeds, characters]
