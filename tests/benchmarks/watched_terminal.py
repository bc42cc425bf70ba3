"""WatchedTerminal: a terminal that times frames. A frame is painted when all of it has come."""

from __future__ import annotations

import re
from collections.abc import Callable
from time import perf_counter

from tests.terminal import ScreenError, Terminal

PATIENCE_S = 30.0
FRAME_END = b"\x1b[?2026l"
"""Programs end each frame with it here: the terminal says that it knows synchronized output."""
_MOVE = re.compile(rb"\x1b\[(\d+);\d+H")
_STYLE = re.compile(rb"\x1b\[[0-9;:]*m")
_CURSOR = "▸".encode()
_ENDPOINT = re.compile(rb"\S+:\d+")


class WatchedTerminal(Terminal):
    """A Terminal whose output is looked at frame by frame, as it comes."""

    _seen = 0
    """Bytes that belong to frames which have been handed out."""

    def frames(self, timeout_s: float) -> list[bytes]:
        """Wait so long for output; give the frames that are complete with it.

        Raises:
            ScreenError: the program has ended.
        """
        self._read(timeout_s)
        if self._status is not None:
            raise ScreenError(f"the program ended; the screen:\n{self.text()}")
        end = self.raw.rfind(FRAME_END, self._seen)
        if end < 0:
            return []
        news = bytes(self.raw[self._seen : end])
        self._seen = end + len(FRAME_END)
        return news.split(FRAME_END)

    def drain(self, seconds: float) -> list[bytes]:
        """Give the frames of the time from now on."""
        ends = perf_counter() + seconds
        found: list[bytes] = []
        while (left := ends - perf_counter()) > 0:
            found += self.frames(left)
        return found

    def milliseconds_until(self, is_painted: Callable[[bytes], bool], started: float) -> float:
        """Give the time from `started` until the output held a frame that is the one.

        Raises:
            ScreenError: it never came.
        """
        while (left := started + PATIENCE_S - perf_counter()) > 0:
            frames = self.frames(left)
            arrived = perf_counter()
            painted = [is_painted(frame) for frame in frames]
            if any(painted):
                return (arrived - started) * 1000
        raise ScreenError(f"a frame never came; the screen:\n{self.text()}")

    def bytes_until_quiet(self, seconds: float) -> int:
        """Count the bytes that come until for so long none do."""
        before = len(self.raw)
        while self._read(seconds):
            pass
        return len(self.raw) - before


class ListCursor:
    """The row at the cursor of the list in the lower part of the screen, as the painted frames tell it.

    A refresh may paint the cursor's line as well, but with the same two endpoints: the cursor stays with its row. So
    other endpoints behind the cursor's sign are the doing of a key.
    """

    def __init__(self, first_line: int) -> None:
        """Know of no row yet; first_line is the list's uppermost, counted from 1: another list has a cursor, too."""
        self._first_line = first_line
        self.row: tuple[bytes, ...] = ()
        """The endpoints behind the cursor's sign."""

    def has_moved(self, frame: bytes) -> bool:
        """Take the next frame; tell whether it has the cursor on another row than the frame before."""
        before = self.row
        _, *moves = _MOVE.split(frame)
        for line, text in zip(moves[::2], moves[1::2], strict=True):
            if int(line) >= self._first_line and (row := _row_of(text)):
                self.row = row
        return self.row != before


def _row_of(text: bytes) -> tuple[bytes, ...]:
    _, sign, behind = _STYLE.sub(b"", text).partition(_CURSOR)
    return tuple(_ENDPOINT.findall(behind)) if sign else ()
