"""fourtuple watch as a script runs it: lines while it goes on, and its end."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest

from tests.cli.running import PROGRAM

pytestmark = pytest.mark.kernel

_PATIENCE_S = 20


@contextmanager
def watching(*arguments):
    """Start it, and wait until it hears."""
    words = [PROGRAM, "watch", "--period", "0.1", *arguments]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        # A test that waits for a line which never comes fails instead.
        patience = threading.Timer(_PATIENCE_S, running.kill)
        patience.start()
        try:
            assert "watching" in running.stdout.readline()
            yield running
        finally:
            patience.cancel()
            running.kill()


def documents(running, *events, to=None):
    """Read lines until each of these has happened, in any order, as often as it stands there; give them.

    Of changes only those to a state count: a sample may catch a socket in one that passes.
    """
    found, awaited = [], list(events)
    while awaited:
        document = json.loads(running.stdout.readline())
        assert document["schema"] == "fourtuple.watch/1"
        is_passing = document["event"] == "changed" and document["state"] != to
        if document["event"] in awaited and not is_passing:
            awaited.remove(document["event"])
            found.append(document)
    return found


def test_a_line_for_what_opens_changes_and_closes_until_a_signal_ends_it_with_0(namespace):
    with watching("--json", "tcp") as running, socket.create_server(("127.0.0.1", 8443)) as server:
        (listener,) = documents(running, "opened")
        assert (listener["state"], listener["local"]) == ("LISTEN", "127.0.0.1:8443")
        with socket.create_connection(("127.0.0.1", 8443)) as client:
            accepted, _ = server.accept()
            client.sendall(b"x" * 1000)
            assert len(accepted.recv(1000)) == 1000
            assert {one["direction"] for one in documents(running, "opened", "opened")} == {"accepted", "dialled"}
            accepted.close()
            over = {one["event"]: one for one in documents(running, "closed", "changed", to="CLOSE-WAIT")}
            assert over["closed"]["local"] == "127.0.0.1:8443"
            assert over["closed"]["counters"]["bytes_received"] == 1000
            assert over["changed"]["changed"]["state"] == {"was": "ESTAB", "is": "CLOSE-WAIT"}
        running.send_signal(signal.SIGTERM)
        assert running.wait(_PATIENCE_S) == 0
        assert running.stderr.read() == ""


def test_a_pipe_that_nobody_reads_any_more_ends_it_though_nothing_happens(namespace):
    with watching() as running:
        running.stdout.close()
        assert running.wait(_PATIENCE_S) == 0
        assert running.stderr.read() == ""


def test_ctrl_c_ends_it_with_0(namespace):
    with watching(":443") as running:
        running.send_signal(signal.SIGINT)
        assert running.wait(_PATIENCE_S) == 0
        assert running.stderr.read() == ""


def test_it_runs_without_the_screen():
    source = "import sys, monitor.cli.watch; sys.exit(bool({'textual', 'rich', 'pyroute2'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-I", "-c", source], check=False).returncode == 0
