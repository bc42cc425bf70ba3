"""The commands and the monitor where the kernel, or a sandbox, offers no netlink or none for sockets."""

from __future__ import annotations

import errno
import json
import socket
import subprocess

import pytest

from tests import servers
from tests.cli.running import PROGRAM
from tests.faults import refused_calls
from tests.living import PATIENCE_S, assert_restored
from tests.terminal import Terminal

SOCK_DIAG = 4

pytestmark = pytest.mark.kernel


@pytest.fixture(params=[None, SOCK_DIAG], ids=["no netlink", "no inet_diag"])
def prefix(request):
    if not refused_calls.is_offered():
        pytest.skip("kernel lacks a call number that this test knows")
    number = errno.EAFNOSUPPORT if request.param is None else errno.EPROTONOSUPPORT
    return lambda program: refused_calls.argv(socket.AF_NETLINK, number, program, protocol=request.param)


def run(argv: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, capture_output=True, text=True, check=False)


def test_fk_12_sockets_are_listed_with_their_owners_and_what_is_missing_is_said(prefix, service):
    answer = run(prefix([PROGRAM, "list", "--json", f"local:{service.listener.port}"]))
    assert answer.returncode == 0, answer.stderr
    document = json.loads(answer.stdout)
    assert any(said.startswith("TCP and UDP sockets are read from /proc/net") for said in document["notices"])
    rows = document["sockets"]
    assert {row["inode"] for row in rows} == {held.inode for held in (service.listener, *service.accepted)}
    (listener,) = [row for row in rows if row["state"] == "LISTEN"]
    assert [owner["pid"] for owner in listener["owners"]] == [service.listener.pid]
    assert (listener["cookie"], listener["backlog"]) == (None, None)


def test_fk_12_the_monitor_opens_and_says_so(prefix):
    with servers.service() as scene, Terminal(prefix([PROGRAM, "--period", "0.2"]), (120, 40)) as terminal:
        terminal.wait_for(lambda text: f":{scene.listener.port}" in text and "read from /proc/net" in text, PATIENCE_S)
        terminal.press("2", "enter")
        terminal.wait_for("whose cookie /proc/net does not tell", PATIENCE_S)
        terminal.press("Q")
        assert terminal.exit_code() == 0
        assert_restored(terminal)


def test_fk_12_a_command_that_needs_netlink_says_so_in_one_sentence():
    answer = run(refused_calls.argv(socket.AF_NETLINK, errno.EAFNOSUPPORT, [PROGRAM, "route", "192.0.2.1"]))
    assert (answer.returncode, answer.stdout, answer.stderr.count("\n")) == (1, "", 1)
    assert "netlink" in answer.stderr
    assert answer.stderr.count("Address family not supported") == 1


def first_line(argv: list[str]) -> str:
    return run(argv).stdout.partition("\n")[0]


def test_fk_12_what_no_list_shows_is_said_in_the_first_line_of_an_answer(service):
    if not refused_calls.is_offered():
        pytest.skip("kernel lacks a call number that this test knows")

    def without_lists(*words: str) -> list[str]:
        return refused_calls.argv(socket.AF_NETLINK, errno.EPROTONOSUPPORT, [PROGRAM, *words], protocol=SOCK_DIAG)

    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{bound.getsockname()[1]}"
        assert first_line([PROGRAM, "bind", place]).startswith("No, EADDRINUSE")
        answer = run(without_lists("bind", "--exit-status", place))
        assert answer.stdout.startswith(f"Not certain: {place} is free for tcp, as far as is visible; one that is only")
        assert answer.returncode == 1
    said = first_line(without_lists("demux", "127.0.0.1:9", f"127.0.0.1:{service.listener.port}"))
    assert "Predicted: by the rules alone over /proc/net, which tells neither devices nor IPV6_V6ONLY" in said
    said = first_line(without_lists("demux", str(service.listener.port)))
    assert "Predicted: by the rules alone over /proc/net" in said


def test_fk_12_addresses_that_could_not_be_read_are_not_said_to_be_absent():
    def without_netlink(*words: str) -> list[str]:
        return refused_calls.argv(socket.AF_NETLINK, errno.EAFNOSUPPORT, [PROGRAM, *words])

    if not refused_calls.is_offered():
        pytest.skip("kernel lacks a call number that this test knows")
    said = first_line(without_netlink("bind", "127.0.0.1:9"))
    assert said.startswith("Not certain, EADDRNOTAVAIL unless 127.0.0.1 is an address of this host")
    assert first_line(without_netlink("demux", "9")) == "Not visible: the addresses of this host could not be read."
