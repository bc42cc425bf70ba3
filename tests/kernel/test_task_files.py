"""TaskFiles and what it is made of: the kernel's own walk against /proc, and against broken descriptions."""

from __future__ import annotations

import errno
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import KernelError, MonitorError, WireError
from monitor.kernel import bpf
from monitor.kernel.btf import Btf
from monitor.kernel.proc_files import process_directory
from monitor.kernel.process_identity import process_in
from monitor.kernel.task_files import NS_PER_TICK, TaskFiles, open_task_files
from tests.kernel.socket_holder import socket_holder

HEADER = struct.Struct("=HBBIIIII")
NAMES = b"\0int\0point\0x\0y\0move\0"
INT, X, Y, POINT, MOVE = 1, 11, 13, 5, 15
STRUCT_WITH_BITS = 4 << 24 | 2 | 1 << 31
WORDS = dict.fromkeys(range(1, 20), 3) | {1: 4, 3: 6, 14: 4, 17: 4}
"""By BTF_KIND: words of a type without its members."""
MEMBER_WORDS = {4: 3, 5: 3, 6: 2, 13: 2, 15: 3, 19: 3}


def kernel(*types: int, names: bytes = NAMES) -> bytes:
    """Describe a kernel by the words of its types."""
    words = struct.pack(f"={len(types)}I", *types)
    return HEADER.pack(0xEB9F, 1, 0, HEADER.size, 0, len(words), len(words), len(names)) + words + names


TYPES = (
    *(INT, 1 << 24, 4, 32),
    *(POINT, 4 << 24 | 2, 8, X, 1, 0, Y, 1, 32),
    *(0, 13 << 24 | 1, 1, 0, 1),
    *(MOVE, 12 << 24, 3),
)


def test_fields_and_functions_are_found_by_their_names():
    made = Btf.parse(kernel(*TYPES), ["point", "absent"], ["move", "point", "nowhere"])
    assert made.offsets == {("point", "x"): 0, ("point", "y"): 4}
    assert made.functions == {"move": 4}


def test_fields_of_single_bits_are_left_out():
    made = Btf.parse(kernel(POINT, STRUCT_WITH_BITS, 8, X, 1, 3 << 24 | 8, Y, 1, 3 << 24 | 11), ["point"], [])
    assert made.offsets == {("point", "x"): 1}


@st.composite
def types(draw: st.DrawFn) -> list[int]:
    """Make the words of a type whose members hold anything, such as what looks like the beginning of a type."""
    kind = draw(st.sampled_from(sorted(WORDS)))
    members = draw(st.integers(0, 3)) if kind in MEMBER_WORDS else 0
    length = WORDS[kind] + MEMBER_WORDS.get(kind, 0) * members
    word = st.one_of(st.just(MOVE), st.just(12 << 24), st.integers(0, 0xFFFF_FFFF))
    return [0, kind << 24 | members, *(draw(word) for _ in range(length - 2))]


@given(st.lists(types(), max_size=8), st.lists(types(), max_size=8))
def test_a_function_has_the_number_of_its_place_whatever_other_types_hold(before, after):
    words = [word for made in (*before, [MOVE, 12 << 24, 1], *after) for word in made]
    assert Btf.parse(kernel(*words), [], ["move"]).functions == {"move": len(before) + 1}


@pytest.mark.parametrize("broken", [b"", b"\0" * 40, kernel(*TYPES)[:30], kernel(POINT, 4 << 24 | 9, 8, X)])
def test_what_is_no_description_is_refused(broken):
    with pytest.raises(WireError):
        Btf.parse(broken, ["point"], ["move"])


@given(st.binary(max_size=200), st.integers(0, 120))
def test_no_bytes_raise_anything_but_our_own_error(noise, at):
    whole = kernel(*TYPES)
    with_noise = whole[:at] + noise + whole[at + len(noise) :]
    with suppress(MonitorError):
        Btf.parse(with_noise, ["point"], ["move"])


@pytest.fixture
def files() -> Iterator[TaskFiles]:
    made = open_task_files()
    if made is None:
        pytest.skip("kernel lacks a walk through all descriptors that we may load")
    yield made
    made.close()


@pytest.mark.kernel
def test_the_walk_finds_the_sockets_of_a_process_and_its_start(files):
    with socket_holder() as holder:
        holder.open_file()
        for _ in range(4):
            holder.open()
        truth = holder.held()
        found = files.read()
        theirs = found.pid == holder.pid
        sockets = theirs & (found.inode != 0)
        rows = zip(found.inode[sockets].tolist(), found.pid[sockets].tolist(), found.fd[sockets].tolist(), strict=True)
        assert set(rows) >= truth
        assert set(found.fd[theirs].tolist()) == {int(path.name) for path in Path(f"/proc/{holder.pid}/fd").iterdir()}
        with process_directory(holder.pid) as inside:
            assert int(found.start_ns[theirs][0]) // NS_PER_TICK == process_in(inside, holder.pid).start_time


@pytest.mark.kernel
def test_a_walk_through_one_process_gives_its_part_of_the_whole_walk(files):
    with socket_holder() as holder:
        holder.open_file()
        for _ in range(4):
            holder.open()
        part = files.read_process(holder.pid)
        if part is None:
            pytest.skip("kernel cannot narrow the walk (before 6.1)")
        whole = files.read()
        theirs = whole.pid == holder.pid
        for column in ("inode", "pid", "fd", "start_ns"):
            assert np.array_equal(getattr(part, column), getattr(whole, column)[theirs])
    ended = files.read_process(holder.pid)
    assert ended is not None
    assert not len(ended.pid)


@pytest.mark.kernel
def test_where_the_kernel_cannot_narrow_the_walk_the_whole_one_proves_itself(files, monkeypatch):
    link_iterator = bpf.link_iterator

    def link_all(program: int, pid: int = 0) -> int:
        if pid:
            raise KernelError("bpf", errno.E2BIG)
        return link_iterator(program)

    monkeypatch.setattr(bpf, "link_iterator", link_all)
    assert files.read_process(os.getpid()) is None
    with closing(TaskFiles.open()) as again:
        assert os.getpid() in again.read().pid


@pytest.mark.kernel
def test_the_walk_is_in_the_order_of_processes_and_descriptors(files):
    found = files.read()
    keys = found.pid.astype(np.uint64) << np.uint64(32) | found.fd
    assert (keys[1:] > keys[:-1]).all()


@pytest.mark.kernel
def test_a_name_in_the_file_system_that_is_no_socket_of_ours_has_no_inode(files, tmp_path):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        path = os.open(tmp_path / "s", os.O_PATH | os.O_CLOEXEC)
        try:
            found = files.read()
            assert found.inode[(found.pid == os.getpid()) & (found.fd == path)].tolist() == [0]
        finally:
            os.close(path)


@pytest.mark.kernel
def test_in_another_pid_namespace_proc_has_to_do(files, program):
    code = "from monitor.kernel.task_files import open_task_files; raise SystemExit(open_task_files() is not None)"
    argv = [program("unshare"), "--pid", "--fork", "--mount-proc", sys.executable, "-c", code]
    assert subprocess.run(argv, check=False).returncode == 0


def test_without_the_right_there_is_no_walk(monkeypatch):
    def refuse(*_: object) -> int:
        raise WireError("refused")

    monkeypatch.setattr("monitor.kernel.bpf.load_iterator", refuse)
    assert open_task_files() is None
