"""What the process screen shows, and what of it may not be read."""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from monitor.kernel import processes
from monitor.kernel.processes import read_environment, read_facts, read_process
from tests.kernel.scripts import AS_NOBODY, run_script
from tests.kernel.socket_holder import SocketHolder, socket_holder

pytestmark = pytest.mark.kernel

FACTS_AS_NOBODY = f"""
{AS_NOBODY}
import json, sys
import psutil
from monitor.kernel.processes import read_facts
become_nobody()
facts = read_facts(int(sys.argv[1]))
print(json.dumps({{name: getattr(facts, name) for name in ("user", "fd_kinds", "threads", "fd_limit", "unread")}}))
"""


def bury(child: SocketHolder) -> None:
    """End a child whose parent waits for none, and wait until nothing is left of it."""
    child.kill()
    give_up_at = time.monotonic() + 10.0
    while Path(f"/proc/{child.pid}").exists():
        assert time.monotonic() < give_up_at
        os.sched_yield()


def test_the_facts_of_a_process_are_those_that_it_knows_itself():
    facts = read_facts(os.getpid())
    assert facts is not None
    assert facts.process == read_process(os.getpid())
    assert facts.parents[0] == read_process(os.getppid())
    assert facts.fd_limit == resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    assert facts.status == "running"
    assert facts.memory_bytes is not None
    assert facts.memory_bytes > 1 << 20
    assert facts.cpu_seconds == pytest.approx(time.process_time(), abs=1.0)
    assert facts.started_at is not None
    assert facts.started_at < time.time()
    assert facts.unread == ()


def test_the_parents_lead_up_to_the_one_that_has_none():
    with socket_holder() as holder:
        child = holder.fork()
        try:
            facts = read_facts(child.pid)
        finally:
            child.end()
    assert facts is not None
    pids = [parent.pid for parent in facts.parents]
    assert pids[:3] == [holder.pid, os.getpid(), os.getppid()]
    assert len(pids) == len(set(pids))


def test_descriptors_are_counted_by_kind():
    before = read_facts(os.getpid())
    with socket.socket(), socket.socket():
        after = read_facts(os.getpid())
    assert before is not None
    assert after is not None
    assert before.fd_kinds is not None
    assert after.fd_kinds is not None
    assert after.fd_kinds["socket"] - before.fd_kinds.get("socket", 0) == 2


def test_the_facts_of_a_process_that_has_ended_are_none():
    with socket_holder() as holder:
        assert read_facts(holder.pid) is not None
    assert read_facts(holder.pid) is None


def test_a_plain_user_is_told_which_facts_it_may_not_read(as_root):
    with socket_holder() as holder:
        facts = run_script(FACTS_AS_NOBODY, holder.pid)
    assert facts["fd_kinds"] is None
    assert facts["unread"] == ["exe", "fd_kinds"]
    assert (facts["user"], facts["threads"]) == ("root", 1)
    assert facts["fd_limit"] == resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def test_what_a_kernel_thread_does_not_have_is_not_called_unread(as_root):
    kthreadd = read_process(2)
    if kthreadd is None or kthreadd.exe is not None or kthreadd.command_line:
        pytest.skip("kernel lacks threads in this pid namespace")
    assert run_script(FACTS_AS_NOBODY, 2)["unread"] == ["fd_kinds"]
    facts = read_facts(2)
    assert facts is not None
    assert facts.unread == ()


def test_psutil_is_imported_with_the_first_facts_and_not_before():
    source = """
import json, os, sys
import numpy as np
from monitor.kernel.owners import OwnerReader
from monitor.kernel.processes import read_environment, read_facts, read_process
OwnerReader().read(np.zeros(1, np.uint32))
read_process(os.getpid())
before = "psutil" in sys.modules
read_facts(os.getpid())
print(json.dumps([before, "psutil" in sys.modules]))
"""
    assert run_script(source) == [False, True]


def test_a_process_that_ends_while_its_facts_are_read_is_gone(monkeypatch):
    def process(pid):
        bury(child)
        raise psutil.NoSuchProcess(pid)

    with socket_holder() as holder:
        child = holder.fork()
        monkeypatch.setattr(psutil, "Process", process)
        try:
            assert read_facts(child.pid) is None
        finally:
            child.end()


def test_facts_of_two_processes_are_never_mixed(monkeypatch):
    with socket_holder() as holder:
        child = holder.fork()

        def ended(process):
            bury(child)
            return "sleeping"

        monkeypatch.setattr(psutil.Process, "status", ended)
        try:
            assert read_facts(child.pid) is None
        finally:
            child.end()


def test_an_environment_is_what_the_program_was_started_with():
    variables = {"PGPASSWORD": "hunter2", "LANG": "C"}
    waits = "import sys; print(flush=True); sys.stdin.read()"
    argv = [sys.executable, "-I", "-S", "-c", waits]
    with subprocess.Popen(argv, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        running.stdout.readline()
        environment = read_environment(running.pid)
        assert environment is not None
        assert environment.process.pid == running.pid
        assert set(environment.variables) == {f"{name}={value}".encode() for name, value in variables.items()}
        assert not environment.is_cut
    assert read_environment(running.pid) is None


@pytest.mark.parametrize(
    ("text", "variables", "is_cut"),
    [
        (b"A=1\0B=2\0", (b"A=1", b"B=2"), False),
        (b"A=1\0B=2", (b"A=1", b"B=2"), False),
        (b"A=1\0" + bytes(7) + b"B=2\0", (b"A=1", b"B=2"), False),
        (b"A=1\0" + b"B" * 65_532, (b"A=1",), True),
        (b"A" * 65_536, (b"A" * 65_536,), True),
        (b"", (), False),
    ],
    ids=["ended", "not ended", "gaps", "cut", "one that is cut", "none"],
)
def test_an_environment_holds_all_that_was_read_but_a_part_that_was_cut(monkeypatch, text, variables, is_cut):
    monkeypatch.setattr(processes, "read_memory", lambda name, inside, limit: text)
    environment = read_environment(os.getpid())
    assert environment is not None
    assert (environment.variables, environment.is_cut) == (variables, is_cut)


READ_ENVIRONMENT_AS_NOBODY = f"""
{AS_NOBODY}
import json, sys
from monitor.errors import KernelError
from monitor.kernel.processes import read_environment
become_nobody()
try:
    print(json.dumps(repr(read_environment(int(sys.argv[1])))))
except KernelError as error:
    print(json.dumps(str(error)))
"""


def test_a_plain_user_may_not_read_the_environment_of_another(as_root):
    assert "Permission denied" in run_script(READ_ENVIRONMENT_AS_NOBODY, os.getpid())
