"""With --read-only no process of the monitor has a right that could change something, and none can get one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.errors import KernelError
from monitor.kernel import read_only
from tests.cli.running import fourtuple
from tests.kernel.scripts import run_script
from tests.terminal import Terminal

READING = 1 << 2 | 1 << 19
"""CAP_DAC_READ_SEARCH and CAP_SYS_PTRACE."""
FIELD = re.compile(r"^(Cap\w+|NoNewPrivs):\s*(\w+)$", re.MULTILINE)

GIVEN_UP = """
import json, subprocess
from pathlib import Path
from monitor.kernel.read_only import give_up_rights
give_up_rights()
started = subprocess.run(["cat", "/proc/self/status"], capture_output=True, text=True, check=True)
print(json.dumps([Path("/proc/self/status").read_text(), started.stdout]))
"""


ANEW = """
import json, os, sys
from pathlib import Path
from monitor.kernel.capabilities import effective_capabilities
def rights():
    return [effective_capabilities(task) for task in Path("/proc/self/task").iterdir()]
had = []
execv = os.execv
def remember(path, argv):
    had.extend(rights())
    execv(path, [sys.executable, "-c", PRINT, json.dumps(had)])
PRINT = '''
import json, sys
import numpy
from pathlib import Path
from monitor.kernel.capabilities import effective_capabilities
rights = [effective_capabilities(task) for task in Path("/proc/self/task").iterdir()]
print(json.dumps([json.loads(sys.argv[1]), rights]))
'''
os.execv = remember
from monitor.cli.main import run
run(["--read-only", "list"])
"""
"""Runs a command; where that begins anew, prints the rights of all threads before and after."""


def threads_and_children(pid: int) -> Iterator[Path]:
    """Give the status file of each thread of a process and of all that it has started."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        yield task / "status"
        for child in (task / "children").read_text().split():
            yield from threads_and_children(int(child))


def assert_read_only(status: str) -> None:
    fields = {name: int(value, 16) for name, value in FIELD.findall(status)}
    assert fields["NoNewPrivs"] == 1
    assert fields["CapEff"] & ~READING == 0, status
    assert fields["CapPrm"] & ~READING == 0, status
    assert (fields["CapInh"], fields["CapAmb"]) == (0, 0)


@pytest.mark.kernel
def test_fm_07_neither_process_of_the_monitor_has_a_right_to_act(start):
    terminal: Terminal = start("--read-only")
    threads = list(threads_and_children(terminal.pid))
    assert len({path.parents[2] for path in threads}) == 2
    for path in threads:
        assert_read_only(path.read_text())


@pytest.mark.kernel
def test_fm_07_a_program_that_is_started_gets_none_back():
    for status in run_script(GIVEN_UP):
        assert_read_only(status)


@pytest.mark.kernel
def test_fm_07_root_keeps_the_rights_to_read(as_root):
    for status in run_script(GIVEN_UP):
        fields = dict(FIELD.findall(status))
        assert {int(fields[name], 16) for name in ("CapEff", "CapPrm", "CapBnd")} == {READING}


@pytest.mark.kernel
def test_fm_07_a_command_leaves_no_rights_to_threads_that_numpy_has_started(as_root, monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "4")
    before, after = run_script(ANEW)
    assert [each for each in before if each & ~READING], "no thread was left with rights"
    assert len(after) > 1
    assert set(after) == {READING}


@pytest.mark.kernel
def test_fm_07_the_screen_has_no_such_threads_when_it_gives_its_rights_up(start, monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "4")
    terminal: Terminal = start("--read-only", "-f", "port 80")
    for task in Path(f"/proc/{terminal.pid}/task").iterdir():
        assert_read_only((task / "status").read_text())


@pytest.mark.kernel
@pytest.mark.parametrize("arguments", [["--read-only", "list", "--json"], ["list", "--json", "--read-only"]])
def test_fm_07_commands_take_it_before_and_after_their_name(arguments):
    done = fourtuple(*arguments)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["schema"].startswith("fourtuple.list/")


def test_fm_07_it_is_refused_to_read_on_with_rights_that_could_not_be_given_up(monkeypatch):
    monkeypatch.setattr(read_only, "effective_capabilities", lambda: READING | 1 << 5)
    monkeypatch.setattr(read_only, "_prctl", lambda *_: 0)
    monkeypatch.setattr(read_only, "_drop_bounding", lambda _: None)
    monkeypatch.setattr(read_only, "_narrow", lambda _: None)
    with pytest.raises(KernelError, match="could not give up rights"):
        read_only.give_up_rights()
