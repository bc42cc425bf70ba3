"""What a terminal may do to any screen, and not only to the first: every size, a stop, nonsense, its end."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests import servers
from tests.living import HELP, PATIENCE_S, all_gone, assert_restored, hang_up, monitor
from tests.terminal import Terminal
from tests.test_terminal_weather import NONSENSE

PLACES = {
    "a connection": (["enter"], "Connections ›"),
    "a process": (["p"], "Sockets"),
    "help": (["?"], HELP),
    "the palette": ([":", *"sort"], "sort by the column"),
    "the filter": (["/"], " / "),
    "groups": (["t", "p"], "process / local"),
    "who gets it": (["d"], "exact pair"),
    "a question": (["K"], "SIGTERM, which"),
    "copies": (["y"], "r text"),
    "the log": (["6"], "samples come from"),
}
SIZES = ((1, 1), (3, 10), (1, 200), (200, 1), (39, 9), (40, 10), (1000, 500), (2, 2), (100, 30))


@contextmanager
def standing(place: str) -> Iterator[Terminal]:
    """Run the monitor and go somewhere from the row of a real connection."""
    keys, shown = PLACES[place]
    with servers.service() as scene, monitor("-f", f":{scene.listener.port}", size=(100, 30)) as terminal:
        terminal.wait_for("ESTAB", PATIENCE_S)
        terminal.press(*keys)
        terminal.wait_for(shown, PATIENCE_S)
        yield terminal


def endure(terminal: Terminal) -> None:
    """Go through all sizes, nonsense and a stop."""
    for size in SIZES:
        terminal.resize(*size)
        terminal.press("down")
    for nonsense in NONSENSE.values():
        terminal.write(nonsense)
    terminal.send_signal(signal.SIGSTOP)
    terminal.send_signal(signal.SIGCONT)
    terminal.wait_for(lambda _: terminal.raw.count(b"\x1b[?1049h") == 2, PATIENCE_S)


@pytest.mark.kernel
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (None, 129)], ids=["signal", "hang-up"])
def test_no_screen_is_harmed(place: str, number: int | None, code: int):
    with standing(place) as terminal, all_gone(terminal):
        if number is None:
            hang_up(terminal)
        else:
            endure(terminal)
            terminal.send_signal(number)
        assert terminal.exit_code(PATIENCE_S) == code
        if number is not None:
            assert_restored(terminal)


@pytest.mark.kernel
def test_a_field_keeps_its_text_while_the_monitor_is_stopped():
    with standing("the filter") as terminal:
        terminal.press("ctrl+u", *"abc", "ctrl+z")
        terminal.wait_for(lambda _: terminal.raw.count(b"\x1b[?1049h") == 2, PATIENCE_S)
        terminal.press("d")
        terminal.wait_for(" /  abcd", PATIENCE_S)


@pytest.mark.kernel
def test_fu_19_a_paste_into_the_field_is_text_and_no_more_than_fits():
    with standing("the filter") as terminal:
        terminal.press("ctrl+u")
        terminal.write(b"\x1b[200~a\x1b[5m\x9b\xc2\x9b8m\x1b]52;c;QQ==\x07\r\nsecond\x1b[201~")
        terminal.wait_for(" /  a�[5m", PATIENCE_S)
        assert b"\x1b[5m" not in terminal.raw
        assert b"\x1b]52" not in terminal.raw
        terminal.press("ctrl+u")
        terminal.write(b"\x1b[200~" + b"x" * 1_000_000 + b"\x1b[201~y")
        terminal.wait_for(" /  y", PATIENCE_S)
