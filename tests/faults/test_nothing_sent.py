"""Over a whole session nothing leaves the machine, and no name is looked up: strace sees every call that could."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests import servers
from tests.cli.running import PROGRAM
from tests.living import HELP, PATIENCE_S
from tests.terminal import Terminal

CALLS = "trace=socket,connect,sendto,sendmsg,sendmmsg,openat"
VISITS = (
    (["enter"], "Identity"),
    (["p"], "[Sockets"),
    (["escape"], "Identity"),
    (["d"], "exact pair"),
    (["escape"], "Identity"),
    (["escape"], "[2 Connections"),
    (["4"], "[4 Events"),
    (["5"], "[5 Findings"),
    (["2"], "[2 Connections"),
    (["r", *"192.0.2.77:443", "enter"], "192.0.2.77:443 (typed)"),
    (["escape"], "[3 Routing → 127"),
    (["2"], "[2 Connections"),
    (["b"], "Can I bind?"),
    (["escape"], "[2 Connections"),
    (["?"], HELP),
)
"""Keys, and what then stands on the screen."""
_FAMILY = re.compile(r"\bsa_family=(AF_\w+)")
_SOCKET = re.compile(r"\bsocket\((AF_\w+), (SOCK_\w+)")
_NAMES = ("/etc/hosts", "/etc/resolv.conf", "/etc/host.conf", "libnss_dns")
"""What is opened to look a host up."""


@pytest.fixture
def traced(program, tmp_path):
    """Give what a program's command line begins with, and where all calls of it and its children are written."""
    path = tmp_path / "calls"
    argv = [program("strace"), "--follow-forks", "--quiet=all", f"--output={path}", "-e", CALLS, "-s", "64"]
    probe = subprocess.run([*argv, "true"], capture_output=True, check=False)
    if probe.returncode != 0:
        pytest.skip(f"kernel lacks ptrace for this user: {probe.stderr.decode(errors='replace').strip()}")
    return argv, path


def assert_nothing_was_sent(path: Path) -> None:
    calls = path.read_text(errors="replace").splitlines()
    sent = [call for call in calls if " openat(" not in call and not re.search(r"\b(?:socket|strace)\(", call)]
    families = {family for call in sent for family in _FAMILY.findall(call)}
    # To the kernel, and to the name service of the users on this machine.
    assert families <= {"AF_NETLINK", "AF_UNIX", "AF_UNSPEC"}, families
    assert any("AF_NETLINK" in call for call in calls)
    opened = [call for call in calls if any(name in call for name in _NAMES)]
    assert not opened, opened[:3]


def test_fr_03_a_session_of_the_monitor_sends_nothing(traced):
    argv, path = traced
    with (
        servers.service() as scene,
        Terminal([*argv, PROGRAM, "--period", "0.3", "-f", f":{scene.listener.port}"], (120, 40)) as terminal,
    ):
        terminal.wait_for("ESTAB", 3 * PATIENCE_S)
        left = ""
        for keys, shown in VISITS:
            terminal.press(*keys)
            # Nothing of the former screen stands there any more: all of the frame has come.
            terminal.wait_for(lambda text, here=shown, gone=left: here in text and (not gone or gone not in text), 20)
            left = shown
        terminal.press("Q")
        assert terminal.exit_code(PATIENCE_S) == 0
    assert_nothing_was_sent(path)


@pytest.mark.parametrize(
    "words",
    [
        ["list"],
        ["route", "192.0.2.77:443"],
        ["demux", "192.0.2.77:5000", "127.0.0.1:80"],
        ["bind", "8080"],
        ["process", "1"],
        ["doctor", "--for", "1"],
    ],
    ids=lambda words: words[0],
)
def test_fr_03_a_command_sends_nothing(traced, words):
    argv, path = traced
    subprocess.run([*argv, PROGRAM, *words], capture_output=True, check=False, timeout=60)
    assert_nothing_was_sent(path)
