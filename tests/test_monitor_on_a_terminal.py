"""The installed program on a terminal of its own, against real sockets."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import servers
from tests.living import HELP
from tests.terminal import Terminal

COLOUR = re.compile(rb"\x1b\[(?:[0-9;:]*[;:])?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:[;:][0-9;:]*)?m")


def rows(text: str, pane: str) -> list[str]:
    """The rows of a pane that is shown with its title: Listeners above, Connections below; marks and bars left out."""
    lines = text.split("\n")
    upper = next(y for y, line in enumerate(lines) if "1 Listeners" in line)
    lower = next(y for y, line in enumerate(lines) if "2 Connections" in line)
    chosen = lines[upper + 2 : lower] if pane == "Listeners" else lines[lower + 2 : -2]
    shown = [line.split("│")[0].strip(" ▸+×!▐") for line in chosen]
    return [line for line in shown if line]


def children(pid: int) -> list[int]:
    """Name the living children of a process."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_bytes().rpartition(b")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == pid and fields[0] != b"Z":
                found.append(int(entry.name))
    return found


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] == b"Z"
    except OSError:
        return True


def wait_until(holds: Callable[[], bool], timeout: float = 10.0) -> None:
    """Wait for something that no terminal tells of."""
    deadline = time.monotonic() + timeout
    while not holds():
        assert time.monotonic() < deadline
        os.sched_yield()


def type_filter(terminal: Terminal, pane: str, text: str) -> None:
    terminal.press(pane, "/", *text, "enter")
    terminal.wait_for(f"filter {text}")


def is_restored(terminal: Terminal) -> bool:
    modes = terminal.private_modes()
    return 1049 not in modes and 25 in modes and not modes & {1000, 1002, 1003, 1006, 2004} and terminal.is_cooked()


@pytest.mark.kernel
def test_a_listener_and_its_two_connections_are_told_apart_by_the_remote_endpoint_only(start, service):
    terminal = start()
    port = service.listener.port
    type_filter(terminal, "1", f":{port}")
    type_filter(terminal, "2", f"in :{port}")
    ours = f"127.0.0.1:{port}"
    remotes = {"{}:{}".format(*client.getsockname()) for client in service.clients}
    text = terminal.wait_for(lambda text: len(rows(text, "Listeners")) == 1 and len(rows(text, "Connections")) == 2)
    listener = rows(text, "Listeners")[0].split()
    assert listener[:4] == ["tcp4", ours, "lo", "2"]
    accepted = [row.split() for row in rows(text, "Connections")]
    assert [row[:3] for row in accepted] == [["ESTAB", ours, "←"]] * 2
    assert {row[3] for row in accepted} == remotes
    assert accepted[0][4] == accepted[1][4]


@pytest.mark.kernel
def test_enter_on_the_listener_shows_its_two_connections(start, service):
    terminal = start()
    ours = f"127.0.0.1:{service.listener.port}"
    type_filter(terminal, "1", f":{service.listener.port}")
    terminal.press("enter")
    terminal.wait_for(lambda text: f"on {ours}" in text and len(rows(text, "Connections")) == 2)


@pytest.mark.kernel
def test_two_syn_sent_and_one_estab_to_one_remote_endpoint(start, answers_example):
    # The answer's own example: three sockets, one remote endpoint, and each is a row of its own.
    terminal = start()
    remote = f"127.0.0.1:{answers_example.listener.port}"
    type_filter(terminal, "2", f"out :{answers_example.listener.port}")
    text = terminal.wait_for(lambda text: len(rows(text, "Connections")) == 3)
    dialled = [row.split() for row in rows(text, "Connections")]
    assert sorted(row[0] for row in dialled) == ["ESTAB", "SYN-SENT", "SYN-SENT"]
    assert [row[2:4] for row in dialled] == [["→", remote]] * 3
    locals_ = {"{}:{}".format(*client.getsockname()) for client in answers_example.established}
    locals_ |= {"{}:{}".format(*client.getsockname()) for client in answers_example.waiting}
    assert {row[1] for row in dialled} == locals_


@pytest.mark.kernel
def test_a_connection_that_opens_and_closes_is_seen_to_do_so(start):
    with servers.service(connections=1) as scene:
        terminal = start()
        type_filter(terminal, "2", f"in :{scene.listener.port}")
        terminal.wait_for(lambda text: len(rows(text, "Connections")) == 1)
    terminal.wait_for(lambda text: any(line.startswith(" ×") for line in text.split("\n")))
    # Which of the two it says depends on whether this machine has any other connection.
    terminal.wait_for(lambda text: "nothing matches" in text or "no connections" in text)


@pytest.mark.kernel
def test_the_routing_pane_answers_for_a_loopback_connection(start, service):
    terminal = start()
    type_filter(terminal, "2", f"in :{service.listener.port}")
    text = terminal.wait_for("✓")
    assert re.search(r"│ leaves   lo from 127\.0\.0\.1\b", text)


@pytest.mark.kernel
def test_hostile_names_reach_the_terminal_only_as_text(start, scene):
    name = b"\x1b[31m\x9b[/x][@click=app.quit]\xe2\x80\xae\n\xff"
    held = scene.enter_context(servers.hostile_process(name))
    terminal = start()
    type_filter(terminal, "1", f":{held.listener.port}")
    terminal.wait_for(lambda text: len(rows(text, "Listeners")) == 1)
    terminal.press("p")
    terminal.wait_for("command")
    assert name[:5] not in terminal.raw
    assert b"\x9b" not in terminal.raw
    assert "\u202e".encode() not in terminal.raw


@pytest.mark.kernel
def test_q_quits_with_the_terminal_as_it_was(start):
    terminal = start()
    (collector,) = children(terminal.pid)
    terminal.press("q")
    assert terminal.exit_code() == 0
    assert is_restored(terminal)
    assert is_gone(collector)


@pytest.mark.kernel
@pytest.mark.parametrize("key", ["Q", "ctrl+c", "f10"])
def test_every_key_that_quits_does_so_from_the_process_screen(start, key):
    terminal = start("--pid", str(os.getpid()))
    terminal.wait_for(f"[{os.getpid()}]")
    terminal.press(key)
    assert terminal.exit_code() == 0
    assert is_restored(terminal)


@pytest.mark.kernel
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130), (signal.SIGQUIT, 131)]
)
def test_a_signal_ends_the_monitor_with_the_terminal_as_it_was(start, number, code):
    terminal = start()
    (collector,) = children(terminal.pid)
    terminal.send_signal(number)
    assert terminal.exit_code() == code
    assert is_restored(terminal)
    assert is_gone(collector)


@pytest.mark.kernel
def test_a_killed_collector_is_said_and_replaced(start):
    terminal = start()
    (collector,) = children(terminal.pid)
    pidfd = os.pidfd_open(collector)
    try:
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    finally:
        os.close(pidfd)
    terminal.wait_for("starting another collector")
    wait_until(lambda: any(child != collector for child in children(terminal.pid)))
    with servers.service(connections=1) as scene:
        # What was opened after the death of the old one can come from the new one only.
        type_filter(terminal, "1", f":{scene.listener.port}")
        terminal.wait_for(lambda text: len(rows(text, "Listeners")) == 1)
    (second,) = children(terminal.pid)
    terminal.press("q")
    assert terminal.exit_code() == 0
    assert is_gone(second)


@pytest.mark.kernel
def test_without_colour_no_colour_is_sent_and_the_cursor_is_seen(start):
    terminal = start(NO_COLOR="1")
    terminal.press("1", "2", "s", "r", "/", "x")
    terminal.wait_for("filter x")
    terminal.press("escape")
    terminal.wait_for(lambda text: "filter x" not in text)
    terminal.press("?")
    terminal.wait_for(HELP)
    terminal.press("q", "q")
    assert terminal.exit_code() == 0
    assert not COLOUR.search(terminal.raw)
    assert re.search(rb"\x1b\[(?:[0-9;]*;)?7[;m]", terminal.raw)


@pytest.mark.kernel
def test_with_colour_the_search_for_colour_finds_some(start):
    terminal = start()
    assert COLOUR.search(terminal.raw)


@pytest.mark.kernel
def test_an_ascii_screen_is_ascii(start):
    terminal = start("--ascii")
    assert terminal.text().isascii()


@pytest.mark.kernel
def test_the_monitor_survives_every_size_while_it_runs(start):
    terminal = start()
    for size in ((1, 1), (2, 2), (1, 200), (50, 1), (39, 9), (200, 50), (80, 24)):
        terminal.resize(*size)
        terminal.press("j")
    terminal.wait_for("[2 Connections")
    terminal.press("q")
    assert terminal.exit_code() == 0
