"""TerminalInput: what a terminal sends, as Textual's messages. Nothing that arrives can raise or be mistaken for keys.

Sequences are parted by their grammar (ECMA-48 5.4, xterm's ctlseqs), so that one nobody knows is left out as a whole.
Textual's own tables then say which key a sequence is.
"""

from __future__ import annotations

import re
from codecs import getincrementaldecoder

from textual._keyboard_protocol import FUNCTIONAL_KEYS
from textual._xterm_parser import XTermParser
from textual.events import Key, Paste
from textual.keys import Keys
from textual.message import Message
from textual.messages import TerminalSupportsSynchronizedOutput

from monitor.presentation.characters import is_shown
from monitor.ui import ground_colour

LONGEST_PASTE = 65_536
"""Characters of a paste that are kept; nothing here takes more."""
_LONGEST_SEQUENCE = 64
"""Characters. What is longer is recognised as a sequence and left out: no key and no mouse report is."""
_LONGEST_STRING = 4096
"""Characters of a control string without an end, such as Alt+] followed by typing."""
_ESCAPE_PATIENCE_S = 0.05
"""An Escape that is the start of a sequence is followed by the rest within this time."""
_LONG_PATIENCE_S = 2.0
"""A paste, or an answer that was asked for, has lost its end when it is silent for so long."""

_PASTE_START = "\x1b[200~"
_PASTE_END = "\x1b[201~"

_SEQUENCE = re.compile(
    r"""\x1b (?: \[ (?: M [\s\S]{3}                                # X10 mouse report, three bytes of any value
                      | \[ [\s\S]                                  # function keys of the Linux console
                      | (?! [M\[] ) [ -?]* [@-~] )                 # CSI
               | O [ -?]* [@-~]                                    # SS3
               | [\]PX^_] [^\x07\x1b]* (?: \x07 | \x1b\\ )         # OSC, DCS, SOS, PM, APC
               | [^\[O\]PX^_\x1b] )                                # a key with Alt""",
    re.VERBOSE,
)
_UNFINISHED = re.compile(r"\x1b(?:\[(?:M[\s\S]{0,2}|\[|[ -?]*)|O[ -?]*|[\]PX^_][^\x07\x1b]*\x1b?)?")
_BROKEN = re.compile(r"\x1b(?:\[[ -?]*|O[ -?]*|[\]PX^_][^\x07\x1b]*)?")
_MOUSE = re.compile(r"\x1b\[<[0-9]+;[0-9]+;[0-9]+[Mm]")
_NUMBERED = re.compile(r"\x1b\[([0-9]+)(?:;[0-9:;]*)?([~A-Z])")
"""A key by its number and final letter, with its modifiers; or a report of the cursor's position and the like."""
_KNOWS_SYNCHRONIZED_OUTPUT = re.compile(r"\x1b\[\?2026;[1-4]\$y")


class TerminalInput:
    """Turns bytes into messages as they come, in pieces of any size."""

    def __init__(self) -> None:
        # Textual's parser only answers which key a sequence is and what a mouse report says; it is fed nothing.
        self._tables = XTermParser()
        self._decoder = getincrementaldecoder("utf-8")(errors="ignore")
        self._text = ""
        self._paste: str | None = None

    @property
    def patience_s(self) -> float | None:
        """Seconds of silence after which time_out() shall be called; None while nothing is unfinished."""
        if self._paste is not None or self._text.startswith(ground_colour.ANSWER_START):
            return _LONG_PATIENCE_S
        return _ESCAPE_PATIENCE_S if self._text else None

    def feed(self, data: bytes) -> list[Message]:
        """Take what came; gives the messages that are complete."""
        self._text += self._decoder.decode(data)
        messages: list[Message] = []
        while self._text and (taken := self._take(messages)):
            self._text = self._text[taken:]
        return messages

    def time_out(self) -> list[Message]:
        """Take what is unfinished for what it is: Escape, a key with Alt, a paste without an end, or nothing."""
        text, self._text = self._text, ""
        if self._paste is not None:
            pasted = self._paste + text
            self._paste = None
            return [Paste(_printable(pasted[:LONGEST_PASTE]))]
        if text == "\x1b":
            return list(self._keys(text))
        return list(self._keys(text[1], has_alt=True)) if len(text) == len("\x1b[") else []

    def _take(self, messages: list[Message]) -> int:
        """Take the next piece; gives its length, 0 where its end has not come."""
        if self._paste is not None:
            return self._take_paste(messages)
        plain, escape, _ = self._text.partition("\x1b")
        if plain:
            messages += [key for character in plain for key in self._keys(character)]
            return len(plain)
        if sequence := _SEQUENCE.match(self._text):
            messages += self._read_sequence(sequence[0])
            return len(sequence[0])
        if _UNFINISHED.fullmatch(self._text) and len(self._text) <= _LONGEST_STRING:
            return 0
        broken = _BROKEN.match(self._text)
        part = broken[0] if broken else escape
        if part == escape:
            messages += self._keys(part)
        return len(part)

    def _take_paste(self, messages: list[Message]) -> int:
        pasted, end, _ = self._text.partition(_PASTE_END)
        if not end:
            # The end may have come in part.
            pasted = self._text[: -len(_PASTE_END) + 1]
        self._paste = ((self._paste or "") + pasted)[:LONGEST_PASTE]
        if end:
            messages.append(Paste(_printable(self._paste)))
            self._paste = None
        return len(pasted) + len(end)

    def _read_sequence(self, sequence: str) -> list[Message]:
        if sequence == _PASTE_START:
            self._paste = ""
            return []
        if len(sequence) > _LONGEST_SEQUENCE or _is_foreign(sequence):
            return []
        if answer := _answer(sequence):
            return [answer]
        if _MOUSE.fullmatch(sequence):
            report = self._tables.parse_mouse_code(sequence)
            return [] if report is None else [report]
        if len(sequence) == len("\x1bx"):
            return [*(self._keys(sequence) or self._keys(sequence[1], has_alt=True))]
        return [*self._keys(sequence)]

    def _keys(self, sequence: str, *, has_alt: bool = False) -> list[Key]:
        try:
            keys = list(self._tables._sequence_to_key_events(sequence, alt=has_alt))  # noqa: SLF001 - see the tests
        except (ValueError, OverflowError):
            # The kitty protocol names keys by code point, and this number is none.
            return []
        return [key for key in keys if key.key != Keys.Ignore and _is_text(key.character or "")]


def _answer(sequence: str) -> Message | None:
    """Read what the terminal was asked for; None for anything else."""
    if _KNOWS_SYNCHRONIZED_OUTPUT.fullmatch(sequence):
        return TerminalSupportsSynchronizedOutput()
    return ground_colour.read_answer(sequence)


def _printable(pasted: str) -> str:
    """Replace what acts or hides: a field would hand it back to the terminal as it came."""
    lines = pasted.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join("".join(map(_visible, line)) for line in lines)


def _visible(character: str) -> str:
    if is_shown(character):
        return character
    return " " if character.isspace() else "\N{REPLACEMENT CHARACTER}"


def _is_foreign(sequence: str) -> bool:
    """Tell a report from a key. Textual takes an unknown number for a character: row 113 of the cursor for a "q"."""
    numbered = _NUMBERED.fullmatch(sequence)
    return numbered is not None and f"{numbered[1]}{numbered[2]}" not in FUNCTIONAL_KEYS


def _is_text(character: str) -> bool:
    """Tell a character from half of a surrogate pair, which no terminal can be sent."""
    return not any("\ud800" <= part <= "\udfff" for part in character)
