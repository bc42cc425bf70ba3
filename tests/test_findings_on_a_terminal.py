"""Real trouble in a namespace, on the screen of the installed program: found, led to, acknowledged, and over."""

from __future__ import annotations

import pytest

from tests import servers


@pytest.mark.kernel
@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_server_that_does_not_accept_calls_by_itself_and_leads_to_its_row(namespace, scene, start, size):
    trouble = scene.enter_context(servers.full_accept_queue(backlog=5))
    terminal = start(size=size)
    port = trouble.listener.port
    terminal.wait_for(f" ! 127.0.0.1:{port} drops new clients", timeout=30)
    terminal.press("!")
    terminal.wait_for("[5 Findings 1!]", timeout=30)
    terminal.wait_for("clients hang and time out", timeout=30)
    assert f"▸! 127.0.0.1:{port} drops new clients: accept" in terminal.text()
    terminal.wait_for("accept queues overflowed", timeout=30)
    terminal.press("enter")
    terminal.wait_for("[1 Listeners 1", timeout=30)
    terminal.wait_for("6/5█", timeout=30)
    terminal.wait_for(f"▸! tcp4  127.0.0.1:{port} ", timeout=30)
    terminal.press("5", "a")
    terminal.wait_for(f"✓ 127.0.0.1:{port} drops new clients", timeout=30)
    terminal.wait_for("[5 Findings 1]", timeout=30)
    scene.close()
    terminal.wait_for("nothing found so far", timeout=30)
    assert "! shows" not in terminal.text()
