"""The real monitor on a terminal: a connection that is shorter than a sample appears with its bytes."""

from __future__ import annotations

import os
import socket

import pytest

from tests.living import PATIENCE_S, monitor

SENT, ANSWERED = 612, 1_204


def short_connection(server: socket.socket) -> int:
    """Carry some bytes both ways over loopback and close, the client first; its port."""
    with socket.create_connection(server.getsockname()) as client:
        served, _ = server.accept()
        with served:
            client.sendall(bytes(SENT))
            served.sendall(bytes(ANSWERED))
            assert served.recv(SENT, socket.MSG_WAITALL)
            assert client.recv(ANSWERED, socket.MSG_WAITALL)
            port = int(client.getsockname()[1])
            client.close()
            assert served.recv(1) == b""
    return port


@pytest.mark.kernel
@pytest.mark.skipif(os.geteuid() != 0, reason="a plain user may not hear the kernel's closes everywhere")
def test_a_connection_shorter_than_a_sample_appears_with_its_bytes_and_its_end():
    with socket.create_server(("127.0.0.1", 0)) as server, monitor("--period", "5", size=(120, 40)) as terminal:
        terminal.wait_for("LISTEN", PATIENCE_S)
        terminal.press("4")
        # The listening begins a moment before the list of events says so.
        terminal.wait_for("newest first", PATIENCE_S)
        port = short_connection(server)

        def is_listed(text: str) -> bool:
            words = [line.split() for line in text.splitlines() if f"127.0.0.1:{port}" in line and "closed" in line]
            dialled = [line[-3:] for line in words if "→" in line]
            accepted = [line[-3:] for line in words if "←" in line]
            return (dialled, accepted) == ([["1.2K", "612", "0"]], [["612", "1.2K", "0"]])

        terminal.wait_for(is_listed, PATIENCE_S)
        terminal.press("Q")
        assert terminal.exit_code() == 0
