"""A process whose first thread has ended: whoever looks at /proc/PID only sees a zombie, and it holds its sockets."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitor.kernel.descriptors import has_counts
from monitor.kernel.owners import OwnerReader
from monitor.kernel.process_identity import ProcessStat
from monitor.kernel.processes import read_facts
from tests.kernel.owner_tables import read
from tests.kernel.scripts import AS_NOBODY, run_script

pytestmark = pytest.mark.kernel

END_THE_FIRST_THREAD = """
import ctypes, os, sys, threading
held = int(sys.argv[1])
files = [os.open("/dev/null", os.O_RDONLY) for _ in range(int(sys.argv[2]))]
def duplicate_until_the_end():
    while os.read(0, 1):
        os.write(1, b"%8d" % os.dup(held))
    os._exit(0)
os.read(0, 1)
threading.Thread(target=duplicate_until_the_end).start()
ctypes.CDLL(None).pthread_exit(None)
"""

HIDDEN_AS_NOBODY = f"""
{AS_NOBODY}
import json, sys
import numpy as np
from monitor.kernel import descriptor_tables
from monitor.kernel.owners import OwnerReader
descriptor_tables.list_pids = lambda: [1, int(sys.argv[1])]
become_nobody()
print(json.dumps(OwnerReader().read(np.zeros(0, np.uint32)).hidden_processes))
"""


class Threads:
    """The test's end of a process that holds a socket and some files, and whose first thread ends on command."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.pid = process.pid
        self._process = process

    def end_the_first(self) -> None:
        """Have the first thread end, and wait until the kernel calls the process a zombie."""
        self._say()
        give_up_at = time.monotonic() + 10.0
        while not ProcessStat.parse(Path(f"/proc/{self.pid}/stat").read_bytes()).has_ended:
            assert time.monotonic() < give_up_at
            os.sched_yield()

    def duplicate(self) -> int:
        """Have the other thread make another descriptor of the socket."""
        self._say()
        return int(self._process.stdout.read(8))

    def _say(self) -> None:
        self._process.stdin.write(b"!")
        self._process.stdin.flush()


@contextmanager
def threads(held: socket.socket, files: int = 0) -> Iterator[Threads]:
    argv = [sys.executable, "-c", END_THE_FIRST_THREAD, str(held.fileno()), str(files)]
    with subprocess.Popen(argv, pass_fds=[held.fileno()], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield Threads(process)
        finally:
            process.kill()


@pytest.fixture
def held() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as made:
        yield made


@pytest.mark.parametrize("files", [0, 300], ids=["few descriptors", "many descriptors"])
def test_it_holds_its_sockets_and_those_that_it_opens_later(held, files):
    inode = os.fstat(held.fileno()).st_ino
    own = (inode, os.getpid(), held.fileno())
    with threads(held, files) as process:
        process.end_the_first()
        reader = OwnerReader()
        theirs = (inode, process.pid, held.fileno())
        assert read(reader, {inode}) == {own, theirs}
        copy = process.duplicate()
        assert read(reader, {inode}) == {own, theirs, (inode, process.pid, copy)}
    assert read(reader, {inode}) == {own}


def test_it_keeps_them_when_its_first_thread_ends_between_two_samples(held):
    inode = os.fstat(held.fileno()).st_ino
    with threads(held) as process:
        reader = OwnerReader()
        before = read(reader, {inode})
        process.end_the_first()
        assert read(reader, {inode}) == before
        assert (inode, process.pid, held.fileno()) in before


def test_its_descriptors_and_threads_are_counted(held):
    with threads(held) as process:
        process.end_the_first()
        facts = read_facts(process.pid)
    assert facts is not None
    assert (facts.fd_kinds or {})["socket"] == 1
    assert (facts.threads, facts.unread) == (2, ())


def test_a_plain_user_is_told_that_its_descriptors_are_hidden(as_root, held):
    if not has_counts():
        pytest.skip("kernel lacks the number of descriptors in /proc")
    with threads(held) as process:
        process.end_the_first()
        # Beside init, whose descriptors are hidden too.
        assert run_script(HIDDEN_AS_NOBODY, process.pid) == 2
