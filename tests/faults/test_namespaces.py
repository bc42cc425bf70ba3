"""A network namespace whose name is removed while somebody watches it."""

from __future__ import annotations

import subprocess

import pytest

from tests.cli.running import PROGRAM
from tests.living import PATIENCE_S, assert_restored
from tests.terminal import Terminal

pytestmark = pytest.mark.kernel
LISTEN = "import socket, sys; server = socket.create_server(('127.0.0.1', 4711)); print(flush=True); sys.stdin.read()"
NAME = "fourtuple-test"


@pytest.fixture
def name(as_root, program):
    """A namespace with a name, which is gone with the test at the latest."""
    ip = program("ip")
    subprocess.run([ip, "netns", "add", NAME], check=True)
    try:
        subprocess.run([ip, "-n", NAME, "link", "set", "lo", "up"], check=True)
        yield NAME
    finally:
        subprocess.run([ip, "netns", "del", NAME], check=False, stderr=subprocess.DEVNULL)


@pytest.mark.parametrize("has_others", [True, False], ids=["with processes inside", "with the monitor alone"])
def test_fk_17_a_namespace_lives_on_for_who_watches_it_and_is_let_go_with_him(name, program, has_others):
    argv = [program("ip"), "netns", "exec", name, "python3", "-I", "-S", "-c", LISTEN]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        server.stdout.readline()
        if not has_others:
            server.communicate(b"")
        rights = ["--read-only"] if has_others else []
        with Terminal([PROGRAM, "--netns", name, *rights, "--period", "0.2"], (100, 30)) as terminal:
            terminal.wait_for(f"netns {name}", PATIENCE_S)
            terminal.press("1")
            terminal.wait_for("127.0.0.1:4711" if has_others else "nobody listens", PATIENCE_S)
            subprocess.run([program("ip"), "netns", "del", name], check=True)
            if has_others:
                server.communicate(b"")
            terminal.press("ctrl+r")
            terminal.wait_for(lambda text: "nobody listens" in text and "OLD" not in text, PATIENCE_S)
            terminal.wait_for(f"netns {name} GONE", PATIENCE_S)
            terminal.press("6")
            terminal.wait_for("namespace gone: its name was deleted", PATIENCE_S)
            terminal.press("Q")
            assert terminal.exit_code() == 0
            assert_restored(terminal)
