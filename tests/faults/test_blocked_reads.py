"""A process whose memory does not answer: a FIFO in the place of its command line blocks whoever opens it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import PROGRAM
from tests.kernel.scripts import PROJECT
from tests.living import PATIENCE_S
from tests.terminal import Terminal

pytestmark = pytest.mark.kernel


@pytest.fixture
def blocking(as_root, program, tmp_path):
    """Give what a program's command line begins with where reading that of a process blocks."""
    for needed in ("unshare", "mount"):
        program(needed)
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    script = 'mount --bind "$1" "/proc/$2/cmdline" && shift 2 && exec "$@"'

    def prefix(pid: int) -> list[str]:
        return ["unshare", "--mount", "sh", "-c", script, "sh", str(fifo), str(pid)]

    return prefix


def test_fp_17_all_is_listed_and_the_command_line_alone_is_missing(blocking, service):
    pid = service.listener.pid
    argv = [*blocking(pid), PROGRAM]
    listed = subprocess.run(
        [*argv, "list", "--json", f"local:{service.listener.port}"], capture_output=True, check=True, timeout=PATIENCE_S
    )
    owners = [owner for row in json.loads(listed.stdout)["sockets"] for owner in row["owners"]]
    assert [(owner["pid"], owner["name"]) for owner in owners] == [(pid, Path(f"/proc/{pid}/exe").resolve().name)] * 3
    told = subprocess.run([*argv, "process", str(pid)], capture_output=True, text=True, check=True, timeout=PATIENCE_S)
    assert "reading it blocks" in told.stdout


def test_fp_17_the_monitor_goes_on_and_says_what_blocks(blocking, service):
    pid = service.listener.pid
    with Terminal([*blocking(pid), PROGRAM, "--period", "0.2", "--pid", str(pid)], (120, 40)) as terminal:
        terminal.wait_for(lambda text: "reading it blocks" in text and "Accepted 2" in text, PATIENCE_S)
        terminal.press("Q")
        assert terminal.exit_code() == 0


READ_OVER_AND_OVER = """
import json, sys, threading
from monitor.kernel.proc_files import list_pids
from monitor.kernel.process_reading import identify_all, read_process
pids = [int(word) for word in sys.argv[1:]]
def look(others):
    "Look at both, each time among others."
    readings = {pid: reading for pid in (*pids, *others) if (reading := read_process(pid, lambda: 0.0))}
    identify_all(readings)
    return [len(readings[pid].process.command_line) > 0 for pid in pids]
others = [pid for pid in list_pids() if pid not in pids][:40]
found = [look(others[:number]) for number in range(len(others))]
print(json.dumps({"found": found[-1], "threads": threading.active_count()}))
"""


def test_fp_17_a_process_that_blocks_costs_the_others_nothing_however_often_it_is_read(blocking, service):
    argv = [*blocking(service.listener.pid), sys.executable, "-c", READ_OVER_AND_OVER]
    pids = [str(service.listener.pid), str(os.getpid())]
    answer = subprocess.run([*argv, *pids], cwd=PROJECT, capture_output=True, text=True, check=True, timeout=60)
    told = json.loads(answer.stdout)
    assert told["found"] == [False, True]
    # The main one, one that works, one that was left behind with both and one with the process alone.
    assert told["threads"] <= 4
