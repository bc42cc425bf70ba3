"""Who a process is, whatever it calls itself."""

from __future__ import annotations

import os
import resource
import socket
import sys
from pathlib import Path

import pytest

from monitor.errors import KernelError
from monitor.kernel.process_identity import COMMAND_LINE_BYTES, ProcessStat
from monitor.kernel.processes import read_process
from tests import servers
from tests.kernel.scripts import AS_NOBODY, run_script
from tests.kernel.socket_holder import socket_holder

NO_PID = 4_194_304
"""One more than the largest pid (PID_MAX_LIMIT, include/linux/threads.h)."""

READ_AS_NOBODY = f"""
{AS_NOBODY}
import json, sys
from monitor.errors import KernelError
from monitor.kernel.processes import read_process
become_nobody()
try:
    process = read_process(int(sys.argv[1]))
    print(json.dumps({{"name": os.fsdecode(process.name), "exe": process.exe, "uid": process.uid}}))
except KernelError as error:
    print(json.dumps({{"error": str(error)}}))
"""

READ_WITH_HIDEPID = """
import subprocess
subprocess.run(["mount", "-t", "proc", "-o", "hidepid=%s", "proc", "/proc"], check=True)
""" + READ_AS_NOBODY.replace("%", "%%")


def line_of(comm: bytes) -> bytes:
    return b"4711 (" + comm + b") S 42 4711 4711 0 -1 4194560" + b" 7" * 12 + b" 987654 1 2 3\n"


@pytest.mark.parametrize(
    "comm", [b"nginx", b"nc (", b") R 1 1 (", b"", b"()", b"a b\nc) Z 9", b"\xff\xfe\x1b[31m", b"(sd-pam)"]
)
def test_fp_08_comm_lies_between_the_first_and_the_last_parenthesis(comm):
    stat = ProcessStat.parse(line_of(comm))
    assert (stat.comm, stat.parent, stat.flags, stat.start_time) == (comm, 42, 4194560, 987654)


@pytest.mark.kernel
def test_a_process_is_what_proc_says():
    process = read_process(os.getpid())
    assert process is not None
    assert process.pid == os.getpid()
    assert process.exe == bytes(Path("/proc/self/exe").readlink())
    assert process.name == process.exe.rpartition(b"/")[2]
    assert process.uid == os.getuid()
    assert process.command_line == Path("/proc/self/cmdline").read_bytes()[:COMMAND_LINE_BYTES]
    stat = Path("/proc/self/stat").read_bytes().rpartition(b") ")[2].split()
    assert process.start_time == int(stat[19])


@pytest.mark.kernel
def test_a_process_that_has_ended_is_none():
    with socket_holder() as holder:
        assert read_process(holder.pid) is not None
    assert read_process(holder.pid) is None
    assert read_process(NO_PID) is None


@pytest.mark.kernel
@pytest.mark.parametrize("name", [b"nc (", b") R 1 1 (", b"\x1b]0;owned\x07", b"\nUid:\t7\t7\t7\t7"])
def test_fp_08_no_name_that_a_process_gives_itself_moves_the_other_fields(scene, name):
    hostile = scene.enter_context(servers.hostile_process(name))
    process = read_process(hostile.listener.pid)
    assert process is not None
    assert process.name == Path(sys.executable).resolve().name.encode()
    assert process.uid == os.getuid()
    assert process.command_line.split(b"\0")[-2] == name
    assert process.start_time > 0


@pytest.mark.kernel
def test_an_unreadable_executable_leaves_comm_as_the_name(as_root, scene):
    hostile = scene.enter_context(servers.hostile_process(b") R 1 1 ("))
    assert run_script(READ_AS_NOBODY, hostile.listener.pid) == {"name": ") R 1 1 (", "exe": None, "uid": 0}


@pytest.mark.kernel
def test_main_thread_is_no_name(as_root, scene):
    hostile = scene.enter_context(servers.hostile_process(b"MainThread"))
    assert run_script(READ_AS_NOBODY, hostile.listener.pid)["name"] == Path(sys.executable).name


@pytest.mark.kernel
@pytest.mark.parametrize("hidepid", [1, 2])
def test_fp_16_a_hidden_process_is_not_called_gone(as_root, program, hidepid):
    answer = run_script(READ_WITH_HIDEPID % hidepid, os.getpid(), under=[program("unshare"), "--mount"])
    assert answer["error"].startswith(f"could not read process {os.getpid()}: ")


@pytest.mark.kernel
def test_fp_09_a_long_command_line_is_cut(scene):
    held = scene.enter_context(servers.hostile_process(b"x" * 50_000))
    process = read_process(held.listener.pid)
    assert process is not None
    assert len(process.command_line) == COMMAND_LINE_BYTES


@pytest.mark.kernel
@pytest.mark.parametrize("name", [b"tool", b"x (deleted)", b"\xff\n(deleted)"])
@pytest.mark.parametrize("is_deleted", [False, True])
def test_fp_11_only_the_kernels_own_mark_of_a_deleted_file_is_cut_off(scene, tmp_path, name, is_deleted):
    held = scene.enter_context(servers.hostile_executable(name, tmp_path))
    path = bytes(tmp_path) + b"/" + name
    if is_deleted:
        Path(os.fsdecode(path)).unlink()
    process = read_process(held.pid)
    assert process is not None
    assert process.name == name
    assert process.exe == path + (b" (deleted)" if is_deleted else b"")


@pytest.mark.kernel
def test_fp_11_a_file_that_was_replaced_keeps_its_name(scene, tmp_path):
    held = scene.enter_context(servers.hostile_executable(b"tool", tmp_path))
    (tmp_path / "tool").unlink()
    (tmp_path / "tool").touch()
    (tmp_path / "tool (deleted)").touch()
    process = read_process(held.pid)
    assert process is not None
    assert process.name == b"tool"


@pytest.mark.kernel
def test_fp_10_a_kernel_thread_stands_in_brackets():
    process = read_process(2)
    if process is None or process.exe is not None or process.command_line:
        pytest.skip("kernel lacks threads in this pid namespace")
    assert process.name == b"[kthreadd]"
    assert (process.command_line, process.exe) == (b"", None)


@pytest.mark.kernel
def test_running_out_of_descriptors_is_said():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with socket.socket() as lowest:
        free = lowest.fileno()
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
    try:
        with pytest.raises(KernelError, match="EMFILE"):
            read_process(os.getpid())
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
