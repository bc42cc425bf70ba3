"""OwnerReader where it may not see everything, where descriptors run out, and where a pid is used again."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EMFILE

import numpy as np
import pytest

from monitor.kernel import descriptor_tables, process_reading
from monitor.kernel.owners import OwnerReader
from tests.kernel.owner_tables import inodes, read
from tests.kernel.scripts import AS_NOBODY, run_script
from tests.kernel.socket_holder import socket_holder

pytestmark = pytest.mark.kernel

READ_AS_NOBODY = f"""
{AS_NOBODY}
import json, socket, sys
import numpy as np
from monitor.kernel.owners import OwnerReader
own = socket.socket()
become_nobody()
inodes = [int(sys.argv[1]), os.fstat(own.fileno()).st_ino]
reader = OwnerReader()
tables = [reader.read(np.array(inodes, np.uint32)) for _ in range(2)]
print(json.dumps({{
    "pids": [table.pid.tolist() for table in tables],
    "hidden": [table.hidden_processes for table in tables],
    "me": os.getpid(),
}}))
"""

READ_WITH_HIDEPID = (
    """
import subprocess, sys
subprocess.run(["mount", "-t", "proc", "-o", "hidepid=" + sys.argv[2], "proc", "/proc"], check=True)
"""
    + READ_AS_NOBODY
)

READ_AMONG_ZOMBIES = f"""
{AS_NOBODY}
import json, signal
import numpy as np
from monitor.kernel.owners import OwnerReader
from monitor.kernel.proc_files import list_pids
zombie = os.fork()
if zombie == 0:
    os._exit(0)
os.waitid(os.P_PID, zombie, os.WEXITED | os.WNOWAIT)
living = os.fork()
if living == 0:
    signal.pause()
become_nobody()
hidden = OwnerReader().read(np.zeros(0, np.uint32)).hidden_processes
print(json.dumps({{"listed": len(list_pids()), "hidden": hidden}}))
"""

REUSE_A_PID = """
import json, os, signal, socket
import numpy as np
from monitor.kernel import owners
# Without these two the change must be seen by the process's identity alone.
owners.MOST_SHARED = -1
first, second = socket.socket(), socket.socket()
inodes = np.array([os.fstat(first.fileno()).st_ino, os.fstat(second.fileno()).st_ino], np.uint32)
descriptor = 100
def child(held, pid):
    with open("/proc/sys/kernel/ns_last_pid", "w") as last:
        last.write(str(pid - 1))
    ready, say = os.pipe()
    made = os.fork()
    if made == 0:
        os.dup2(held.fileno(), descriptor)
        first.close()
        second.close()
        os.write(say, b"!")
        while True:
            signal.pause()
    os.read(ready, 1)
    os.close(ready)
    os.close(say)
    assert made == pid
def end(pid):
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
reader = owners.OwnerReader(lambda: 0.0)
found = []
for held in (first, second):
    child(held, 300)
    table = reader.read(inodes)
    found.append([row[0] for row in zip(table.inode.tolist(), table.pid.tolist()) if row[1] == 300])
    end(300)
print(json.dumps({"found": found, "inodes": inodes.tolist()}))
"""


@contextmanager
def descriptors_left(number: int) -> Iterator[None]:
    """Let this process open so many more descriptors and no more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    spare = [os.open("/dev/null", os.O_RDONLY) for _ in range(number + 1)]
    for fd in spare:
        os.close(fd)
    resource.setrlimit(resource.RLIMIT_NOFILE, (spare[number], hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def fails(*_: object) -> None:
    raise OSError(EMFILE, os.strerror(EMFILE))


def test_fm_01_a_plain_user_sees_its_own_sockets_and_that_others_are_hidden(as_root, forked_listener):
    answer = run_script(READ_AS_NOBODY, forked_listener[0].inode)
    assert answer["pids"] == [[answer["me"]]] * 2
    # The three holders at least; kernel threads hold nothing and are not counted.
    assert all(hidden >= 3 for hidden in answer["hidden"])


def test_zombies_and_kernel_threads_hold_nothing_and_are_not_hidden(as_root, program):
    under = [program("unshare"), "--pid", "--fork", "--mount-proc", "--kill-child"]
    answer = run_script(READ_AMONG_ZOMBIES, under=under)
    assert answer == {"listed": 3, "hidden": 1}


@pytest.mark.parametrize(
    ("hidepid", "hidden"),
    [(1, 4), (2, 1), (4, 1)],
    ids=["listed and closed", "not even listed", "only what may be traced"],
)
def test_fp_16_fm_03_where_proc_hides_processes_the_table_says_so(as_root, program, forked_listener, hidepid, hidden):
    under = [program("unshare"), "--mount"]
    answer = run_script(READ_WITH_HIDEPID, forked_listener[0].inode, hidepid, under=under)
    assert answer["pids"] == [[answer["me"]]] * 2
    # The three holders and this test, where they are listed; else what stands for all that are not.
    assert all(number >= hidden for number in answer["hidden"])


@pytest.mark.parametrize("left", range(4))
def test_running_out_of_descriptors_hides_owners_for_that_read_only(left):
    with socket_holder() as holder:
        truth = holder.held()
        reader = OwnerReader()
        with descriptors_left(left):
            table = reader.read(np.array(list(inodes(truth)), np.uint32))
        assert len(table.inode) == len(truth) or table.hidden_processes > 0
        assert read(reader, inodes(truth)) == truth


def test_a_process_that_could_not_be_named_is_looked_at_again(monkeypatch):
    with socket_holder() as holder:
        truth = holder.held()
        reader = OwnerReader()
        with monkeypatch.context() as shortage:
            shortage.setattr(process_reading, "process_in", fails)
            assert read(reader, inodes(truth)) == set()
        assert read(reader, inodes(truth)) == truth


def test_fp_01_a_process_that_ended_after_it_was_listed_is_left_out(monkeypatch):
    with socket_holder() as holder:
        truth = holder.held()
    listed = [1, os.getpid()]
    monkeypatch.setattr(descriptor_tables, "list_pids", lambda: listed)
    wanted = np.array(list(inodes(truth)), np.uint32)
    reader = OwnerReader()
    before = reader.read(wanted).hidden_processes
    listed.append(holder.pid)
    table = reader.read(wanted)
    assert (len(table.pid), table.hidden_processes) == (0, before)


def test_fp_14_a_pid_that_was_given_to_another_process_has_only_its_sockets(as_root, program):
    under = [program("unshare"), "--pid", "--fork", "--mount-proc", "--kill-child"]
    answer = run_script(REUSE_A_PID, under=under)
    assert answer["found"] == [[inode] for inode in answer["inodes"]]
