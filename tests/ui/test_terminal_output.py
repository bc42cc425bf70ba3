from __future__ import annotations

import asyncio
import os
import pty
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from monitor.ui.terminal_output import TerminalOutput

MUCH = b"picture " * 8192


@dataclass
class Terminal:
    """A terminal that reads when the test does."""

    reader: int
    writer: int
    drained: list[str] = field(default_factory=list)

    def output(self) -> TerminalOutput:
        return TerminalOutput(self.writer, asyncio.get_running_loop(), lambda: self.drained.append("drained"))

    def read(self) -> bytes:
        try:
            return os.read(self.reader, 65536)
        except BlockingIOError:
            return b""

    async def read_until(self, end: bytes) -> bytes:
        text = b""
        async with asyncio.timeout(20):
            while not text.endswith(end):
                text += self.read()
                await asyncio.sleep(0)
        return text


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    reader, writer = pty.openpty()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    try:
        yield Terminal(reader, writer)
    finally:
        for descriptor in {reader, writer}:
            os.close(descriptor)


async def test_what_the_terminal_takes_at_once_does_not_wait(terminal: Terminal):
    output = terminal.output()
    output.write(b"one ")
    output.write(b"two")
    assert output.backlog == 0
    assert await terminal.read_until(b"two") == b"one two"
    assert terminal.drained == []


async def test_the_rest_follows_in_order_when_the_terminal_reads_again(terminal: Terminal):
    output = terminal.output()
    output.write(MUCH)
    output.write(b"end")
    assert output.backlog > 0
    assert await terminal.read_until(b"end") == MUCH + b"end"
    assert output.backlog == 0
    assert terminal.drained == ["drained"]


async def test_last_words_take_the_place_of_what_waits_though_nobody_reads(terminal: Terminal):
    output = terminal.output()
    output.write(MUCH)
    output.write_last(b"\x1b[?25h")
    assert output.backlog == 0
    text = await terminal.read_until(b"\x18\x1b[?25h")
    assert len(text) < len(MUCH)
    assert terminal.drained == []


async def test_last_words_alone_are_nothing_but_themselves(terminal: Terminal):
    terminal.output().write_last(b"\x1b[?25h")
    assert terminal.read() == b"\x1b[?25h"


async def test_a_terminal_that_is_gone_is_no_error(terminal: Terminal):
    output = terminal.output()
    output.write(MUCH)
    # The other side goes; its number stays in use until the test ends.
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - a descriptor is wanted
        os.dup2(nothing.fileno(), terminal.reader)
    async with asyncio.timeout(20):
        while output.backlog:
            await asyncio.sleep(0)
    output.write(b"more")
    output.write_last(b"last")
    assert output.backlog == 0
