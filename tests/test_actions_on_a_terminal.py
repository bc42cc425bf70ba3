"""Signalling and closing for real, by the keys of the installed program, on what the test itself has started."""

from __future__ import annotations

import base64
import re
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from tests.living import PATIENCE_S, monitor
from tests.terminal import Terminal

_SERVER = """
import signal, socket, sys, time
if sys.argv[1:] == ["stubborn"]:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
kept = []
while True:
    kept.append(listener.accept())
"""
_BETWEEN_LETTERS_S = 0.06
"""A quick hand."""


@dataclass(frozen=True)
class Server:
    """A process that listens and accepts, and a client of it."""

    process: subprocess.Popen[str]
    port: int
    client: socket.socket

    @property
    def pid(self) -> int:
        return self.process.pid

    def ends(self) -> bool:
        """Wait for its end for a while."""
        try:
            self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            return False
        return True

    def lives(self) -> bool:
        return self.process.poll() is None


@contextmanager
def server(*arguments: str) -> Iterator[Server]:
    argv = [sys.executable, "-I", "-c", _SERVER, *arguments]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        try:
            port = int(process.stdout.readline())
            with socket.create_connection(("127.0.0.1", port)) as client:
                yield Server(process, port, client)
        finally:
            process.kill()


@contextmanager
def acting(*arguments: str, env: dict[str, str] | None = None) -> Iterator[Terminal]:
    """Run the monitor in the test's namespace, where there is nothing but the server and its client."""
    with monitor("--period", "0.2", *arguments, size=(120, 40), env=env) as terminal:
        terminal.wait_for(lambda text: "ESTAB" in text and re.search(r"owners (\d+)/\1\b", text), PATIENCE_S)
        yield terminal


def type_by_hand(terminal: Terminal, word: str) -> None:
    terminal.wait_for(f"Type {word}, then Enter:", PATIENCE_S)
    for letter in word:
        terminal.press("space" if letter == " " else letter)
        # Not to wait for something: no faster than a hand, or it is taken for a paste.
        select.select([], [], [], _BETWEEN_LETTERS_S)
    terminal.press("enter")


def select_accepted(terminal: Terminal, held: Server) -> None:
    """Leave only the server's side of the connection in the list."""
    terminal.press("/", *f"in :{held.port}", "enter")
    terminal.wait_for(lambda text: "2 Connections 1 of 2" in text, PATIENCE_S)


@pytest.mark.kernel
@pytest.mark.usefixtures("as_root")
def test_the_owner_of_a_listener_ends_and_the_log_says_so(namespace):
    with server() as held, acting() as terminal:
        terminal.press("1", "K")
        terminal.wait_for(f"[{held.pid}] ", PATIENCE_S)
        type_by_hand(terminal, str(held.pid))
        terminal.wait_for(f"[{held.pid}] has ended", PATIENCE_S)
        assert held.ends()
        terminal.press("q", "6")
        text = terminal.wait_for("action  TERM was sent to", PATIENCE_S)
        assert text.index("has ended") < text.index("TERM was sent to")


@pytest.mark.kernel
@pytest.mark.usefixtures("as_root")
def test_fa_07_who_ignores_term_is_still_there_until_kill_was_asked_for(namespace):
    with server("stubborn") as held, acting() as terminal:
        terminal.press("1", "K")
        terminal.wait_for("it has asked the kernel to drop this signal", PATIENCE_S)
        type_by_hand(terminal, str(held.pid))
        terminal.wait_for("is still running 3 s after TERM", PATIENCE_S)
        assert held.lives()
        terminal.press("K")
        terminal.wait_for("SIGKILL, which ends it at once", PATIENCE_S)
        type_by_hand(terminal, str(held.pid))
        terminal.wait_for("has ended", PATIENCE_S)
        assert held.ends()


@pytest.mark.kernel
@pytest.mark.usefixtures("as_root")
def test_the_connection_at_the_cursor_is_closed_and_its_listener_lives(namespace):
    with server() as held, acting() as terminal:
        select_accepted(terminal, held)
        terminal.press("X")
        type_by_hand(terminal, str(held.client.getsockname()[1]))
        terminal.wait_for("was closed", PATIENCE_S)
        held.client.settimeout(PATIENCE_S)
        with pytest.raises(ConnectionResetError):
            held.client.recv(1)
        with socket.create_connection(("127.0.0.1", held.port)):
            assert held.lives()


@pytest.mark.kernel
@pytest.mark.usefixtures("as_root")
def test_fa_10_the_connection_by_which_one_is_here_takes_one_more_word(namespace):
    with server() as held:
        client, own = held.client.getsockname()[1], held.port
        session = f"127.0.0.1 {client} 127.0.0.1 {own}"
        with acting(env={"SSH_CONNECTION": session}) as terminal:
            select_accepted(terminal, held)
            terminal.press("X")
            terminal.wait_for("it carries the ssh connection by which you are here", PATIENCE_S)
            terminal.wait_for(f"Type {client} session, then Enter:", PATIENCE_S)
            for letter in str(client):
                terminal.press(letter)
                select.select([], [], [], _BETWEEN_LETTERS_S)
            terminal.press("enter")
            terminal.wait_for(f"nothing was done: the word is {client} session", PATIENCE_S)
        held.client.sendall(b"still here")


@pytest.mark.kernel
@pytest.mark.usefixtures("as_root")
def test_fa_14_what_comes_in_one_piece_does_nothing(namespace):
    with server() as held, acting() as terminal:
        terminal.press("1")
        terminal.write(f"K{held.pid}\r\r".encode())
        terminal.wait_for(f"Type {held.pid}, then Enter:", PATIENCE_S)
        terminal.write(f"{held.pid}\r\r".encode())
        terminal.wait_for("came at once, as a paste does", PATIENCE_S)
        terminal.press("K")
        terminal.wait_for(f"Type {held.pid}, then Enter:", PATIENCE_S)
        terminal.write(f"\x1b[200~{held.pid}\x1b[201~".encode())
        terminal.press("enter")
        terminal.wait_for("nothing was done", PATIENCE_S)
        assert held.lives()


@pytest.mark.kernel
def test_a_copy_is_one_sequence_for_the_terminal(namespace):
    with server() as held, acting() as terminal:
        select_accepted(terminal, held)
        terminal.press("y")
        terminal.wait_for("Copy as", PATIENCE_S)
        terminal.press("s")
        terminal.wait_for("sent to the terminal's clipboard", PATIENCE_S)
        (sent,) = re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", bytes(terminal.raw))
        assert f"src = 127.0.0.1:{held.port}" in base64.b64decode(sent).decode()


@pytest.mark.kernel
@pytest.mark.usefixtures("as_root")
def test_read_only_offers_nothing_that_acts(namespace):
    with server() as held, monitor("--read-only", "--period", "0.2", size=(120, 40)) as terminal:
        terminal.wait_for(lambda text: "ESTAB" in text and "read-only" in text, PATIENCE_S)
        terminal.press("K", "X", "1", "K", "?")
        # Behind the line where the key would stand that signals.
        text = terminal.wait_for("copy as text, JSON", PATIENCE_S)
        assert "Keys in Listeners" in text
        assert "signal the process" not in text
        assert held.lives()
        held.client.sendall(b"still here")
