"""The driver on a terminal of the test's own; and, one test for each, what it needs of Textual that is no promise."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import signal
import struct
import termios
from collections.abc import AsyncIterator, Callable

import pytest
from textual.app import App
from textual.events import Key, MouseDown, Resize
from textual.message import Message
from textual.widgets import Static

from monitor.ui import driver
from monitor.ui.driver import TerminalDriver
from monitor.ui.job_control import JobControl
from monitor.ui.life_cycle import OrderlyApp
from monitor.ui.terminal_modes import reopen


class Inbox:
    """Takes the driver's messages in the place of an app."""

    def __init__(self, terminal: int) -> None:
        self.terminal = terminal
        self.messages: list[Message] = []
        self.driver: TerminalDriver

    def post_message(self, message: Message) -> None:
        self.messages.append(message)

    def call_later(self, callback: Callable[[], None]) -> None:
        callback()

    def of(self, kind: type[Message]) -> list[Message]:
        return [message for message in self.messages if isinstance(message, kind)]

    async def after(self, sent: bytes) -> None:
        """Send what a terminal sends, and wait for the key that ends it."""
        os.write(self.terminal, sent + b"j")
        async with asyncio.timeout(20):
            while not self.of(Key):
                await asyncio.sleep(0)


@pytest.fixture
async def inbox(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Inbox]:
    """A driven terminal that tells no size."""
    master, slave = pty.openpty()
    monkeypatch.setattr(driver, "_STDIN", slave)
    monkeypatch.setattr(driver, "_STDOUT", slave)
    made = Inbox(master)
    driven = made.driver = TerminalDriver(made)
    try:
        driven.start_application_mode()
        yield made
    finally:
        driven.close()
        os.close(master)
        os.close(slave)


async def test_a_terminal_without_a_size_is_an_ordinary_one(inbox: Inbox):
    assert [message.size for message in inbox.of(Resize)] == [(80, 24)]


async def test_ft_14_the_mouse_outside_the_window_is_nowhere(inbox: Inbox):
    await inbox.after(b"\x1b[<0;81;1M\x1b[<0;1;25M\x1b[<0;80;24M")
    assert [(message.x, message.y) for message in inbox.of(MouseDown)] == [(79, 23)]


async def test_a_size_is_the_kernels_and_nobody_elses(inbox: Inbox):
    await inbox.after(b"\x1b[48;9;9;9;9t\x1b[?2048;2$y")
    assert len(inbox.of(Resize)) == 1


async def test_the_shells_own_descriptor_is_left_as_it_was(inbox: Inbox):
    assert os.get_blocking(driver._STDIN)


async def test_a_new_size_is_told(inbox: Inbox):
    fcntl.ioctl(inbox.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 132, 0, 0))
    os.kill(os.getpid(), signal.SIGWINCH)
    async with asyncio.timeout(20):
        while len(inbox.of(Resize)) < 2:
            await asyncio.sleep(0)
    assert inbox.of(Resize)[1].size == (132, 50)


async def test_a_frame_reaches_the_terminal_in_one_piece_and_a_text_outside_of_one_by_itself(inbox: Inbox):
    sent: list[bytes] = []
    inbox.driver._output.write = sent.append
    inbox.driver.write("begin")
    inbox.driver.write("end")
    inbox.driver.flush()
    inbox.driver.write("bell")
    assert sent == [b"beginend"]
    await asyncio.sleep(0)
    assert sent == [b"beginend", b"bell"]


async def test_nothing_is_sent_once_the_terminal_was_given_back(inbox: Inbox):
    inbox.driver.write("text")
    inbox.driver.stop_application_mode()
    sent: list[bytes] = []
    inbox.driver._output.write = sent.append
    inbox.driver.start_application_mode()
    await asyncio.sleep(0)
    assert [text for text in sent if b"text" in text] == []


class Frames(App[None]):
    """Counts its frames."""

    count = 0

    def compose(self):
        yield Static("text", markup=False)

    def _display(self, screen, renderable):
        if not self._batch_count:
            self.count += 1
        super()._display(screen, renderable)


async def test_textual_makes_no_frame_while_an_update_is_batched_and_a_refresh_afterwards_makes_one():
    app = Frames()
    async with app.run_test() as pilot:
        await pilot.pause()
        with app.batch_update():
            before = app.count
            app.query_one(Static).update("other")
            app.refresh()
            await pilot.pause(0.05)
            assert app.count == before
        app.refresh()
        await pilot.pause(0.05)
        assert app.count > before


async def test_textual_ends_every_frame_with_a_flush():
    calls: list[str] = []
    app = Frames()
    async with app.run_test() as pilot:
        driver = app._driver
        driver.write = lambda text: calls.append("write")
        driver.flush = lambda: calls.append("flush")
        type(app).is_headless = property(lambda _: False)
        try:
            app.refresh()
            await pilot.pause(0.05)
        finally:
            del type(app).is_headless
    assert calls.count("flush") >= 1
    assert calls[:2] == ["write", "flush"]


async def test_textual_tells_of_any_error_through_its_one_way():
    class Failing(OrderlyApp):
        def on_mount(self) -> None:
            raise ZeroDivisionError("planted")

    app = Failing()
    with pytest.raises(ZeroDivisionError):
        async with app.run_test():
            pass
    assert isinstance(app.failure, ZeroDivisionError)
    assert app.return_code == 1
    assert app._exit_renderables == []


def test_textual_drives_the_terminal_by_our_driver():
    assert OrderlyApp().driver_class is TerminalDriver


async def test_no_browser_is_opened(monkeypatch: pytest.MonkeyPatch):
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    TerminalDriver.open_url(object.__new__(TerminalDriver), "https://example.org")
    assert opened == []


async def test_where_the_kernel_cannot_signal_a_group_the_process_stops_itself(monkeypatch: pytest.MonkeyPatch):
    def refuse(*_arguments: object) -> None:
        raise OSError(22, os.strerror(22))

    raised: list[int] = []
    monkeypatch.setattr("monitor.ui.job_control.signal.pidfd_send_signal", refuse)
    monkeypatch.setattr("monitor.ui.job_control.signal.raise_signal", raised.append)
    order: list[str] = []

    class Loop:
        add_signal_handler = remove_signal_handler = staticmethod(lambda *_: None)

    JobControl(Loop(), lambda: order.append("leave"), lambda: order.append(f"enter after {raised}"))._stop()
    assert order == ["leave", "enter after [<Signals.SIGTSTP: 20>]"]


def test_a_terminal_that_belongs_to_somebody_else_is_shared(monkeypatch: pytest.MonkeyPatch):
    def refuse(*_arguments: object) -> int:
        raise PermissionError

    master, slave = pty.openpty()
    try:
        monkeypatch.setattr("monitor.ui.terminal_modes.os.open", refuse)
        shared = reopen(slave)
        assert os.ttyname(shared) == os.ttyname(slave)
        os.close(shared)
    finally:
        os.close(master)
        os.close(slave)
