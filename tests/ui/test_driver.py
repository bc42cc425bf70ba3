"""What the driver and the app's end rely on in Textual though it is promised to nobody; one test for each."""

from __future__ import annotations

import os

import pytest
from textual.app import App
from textual.widgets import Static

from monitor.ui.driver import TerminalDriver
from monitor.ui.job_control import JobControl
from monitor.ui.life_cycle import OrderlyApp


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
