"""The pty harness, proved on children of a few lines."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from tests.terminal import ScreenError, Terminal

RAW_MODE = "import os, sys, tty; tty.setraw(0); write = lambda data: os.write(1, data); read = lambda: os.read(0, 99)\n"


def python(source: str, **options) -> Terminal:
    return Terminal([sys.executable, "-I", "-S", "-c", source], **options)


def test_what_a_program_prints_stands_on_the_screen():
    with python("print('one'); print('  two')") as terminal:
        assert terminal.wait_for("two") == "\n".join(["one", "  two", *[""] * 22])
        assert terminal.exit_code() == 0
        assert terminal.raw == b"one\r\n  two\r\n"


@pytest.mark.parametrize(
    ("first", "rest", "line"), [(b"\x1b[2", b";5Hhere", "    here"), (b"\r\n\x1b[<", b"1uhere", "here")]
)
def test_a_sequence_is_understood_even_when_it_arrives_in_two_pieces(first, rest, line):
    with python(RAW_MODE + f"write({first!r}); read(); write({rest!r})") as terminal:
        terminal.wait_for(first)
        terminal.text()
        terminal.press("x")
        terminal.wait_for("here")
        assert terminal.lines()[1] == line


@pytest.mark.parametrize(
    ("key", "sent"),
    [
        ("j", b"j"),
        ("ü", "ü".encode()),
        ("enter", b"\r"),
        ("ctrl+c", b"\x03"),
        ("up", b"\x1b[A"),
        ("f10", b"\x1b[21~"),
    ],
)
def test_a_key_reaches_the_program_as_xterm_sends_it(key, sent):
    with python(RAW_MODE + "write(b'ready '); write(repr(read()).encode())") as terminal:
        terminal.wait_for("ready")
        terminal.press(key)
        terminal.wait_for(repr(sent))


def test_a_key_that_does_not_exist_is_an_error():
    with python("input()") as terminal, pytest.raises(ValueError, match="no such key: hyper"):
        terminal.press("hyper")


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        (b"\x1b[?2026$p", b"\x1b[?2026;2$y"),
        (b"\x1b[?2048$p", b"\x1b[?2048;0$y"),
        (b"\x1b[c", b"\x1b[?62;22c"),
        (b"\x1b[5n", b"\x1b[0n"),
        (b"ab\r\nc\x1b[6n", b"\x1b[2;2R"),
    ],
)
def test_the_terminal_answers_what_programs_ask(query, answer):
    with python(RAW_MODE + f"write({query!r}); write(repr(read()).encode())") as terminal:
        terminal.wait_for(repr(answer))


def test_each_of_several_questions_is_answered_once():
    source = (
        RAW_MODE
        + r"""
write(b'\x1b[c'); first = read()
write(b'\x1b[5n'); second = read()
write(b'\x1b[2J\x1b[H' + repr(first + second).encode())
"""
    )
    with python(source) as terminal:
        terminal.wait_for(repr(b"\x1b[?62;22c\x1b[0n"))


def test_a_sequence_that_the_emulator_does_not_know_leaves_no_text():
    with python(RAW_MODE + r"write(b'\x1b[>1uclean\x1b[<u')") as terminal:
        terminal.exit_code()
        assert terminal.lines()[0] == "clean"


def test_the_program_learns_of_a_new_size():
    source = """
import os, signal, sys
def say(*_): os.write(1, b"%d %d\\n" % os.get_terminal_size())
signal.signal(signal.SIGWINCH, say)
say()
while True: signal.pause()
"""
    with python(source, size=(100, 30)) as terminal:
        terminal.wait_for("100 30")
        terminal.resize(132, 50)
        terminal.wait_for("132 50")
        assert (terminal.screen.columns, terminal.screen.lines) == (132, 50)


def test_the_exit_code_is_that_of_the_program():
    with python("raise SystemExit(3)") as terminal:
        assert terminal.exit_code() == 3


def test_death_by_signal_is_a_negative_exit_code():
    with python("print('up', flush=True); input()") as terminal:
        terminal.wait_for("up")
        terminal.send_signal(signal.SIGKILL)
        assert terminal.exit_code() == -signal.SIGKILL


def test_the_end_is_noticed_though_a_grandchild_keeps_the_terminal():
    source = """
import signal, subprocess, sys
signal.signal(signal.SIGHUP, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-I", "-S", "-c", "import signal; signal.pause()"])
print(child.pid, flush=True)
"""
    with python(source) as terminal:
        assert terminal.exit_code() == 0
        grandchild = int(terminal.lines()[0])
        os.kill(grandchild, signal.SIGKILL)


def test_leaving_ends_even_a_deaf_program(monkeypatch):
    monkeypatch.setattr("tests.terminal.POLITE_SECONDS", 0.05)
    with python("import signal; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); input()") as terminal:
        terminal.wait_for("deaf")
    with pytest.raises(ProcessLookupError):
        os.kill(terminal.pid, 0)


def test_a_screen_that_never_comes_is_shown_in_the_error():
    with python("print('something else', flush=True); input()") as terminal:
        terminal.wait_for("something")
        with pytest.raises(ScreenError, match=r"(?s)time is up without 'this'.*something else"):
            terminal.wait_for("this", timeout=0.05)


def test_waiting_ends_with_the_program():
    with python("print('last words')") as terminal, pytest.raises(ScreenError, match=r"(?s)ended with 0 .*last words"):
        terminal.wait_for("this", timeout=60)


def test_a_test_of_the_screen_can_be_waited_for():
    with python("print('1'); print('2'); input()") as terminal:
        terminal.wait_for(lambda text: text.split() == ["1", "2"])


def test_a_running_program_is_no_exit_code():
    with python("input()") as terminal, pytest.raises(ScreenError, match="still running"):
        terminal.exit_code(timeout=0.05)


def test_modes_of_the_terminal_can_be_read():
    source = RAW_MODE + r"write(b'\x1b[?1049h\x1b[?25lset'); read(); write(b'\x1b[?1049l\x1b[?25hdone')"
    with python(source) as terminal:
        terminal.wait_for("set")
        assert 1049 in terminal.private_modes()
        assert 25 not in terminal.private_modes()
        assert not terminal.is_cooked()
        terminal.press("x")
        terminal.wait_for("done")
        assert 1049 not in terminal.private_modes()
        assert 25 in terminal.private_modes()


def test_a_fresh_terminal_is_cooked():
    with python("input()") as terminal:
        assert terminal.is_cooked()


def test_a_program_that_does_not_exist_leaves_nothing_open():
    with pytest.raises(FileNotFoundError):
        Terminal(["/nonexistent/program"])


def test_the_environment_is_that_of_a_terminal():
    with python("import os; print(os.environ['TERM'], os.environ['EXTRA'])", env={"EXTRA": "more"}) as terminal:
        terminal.wait_for("xterm-256color more")
