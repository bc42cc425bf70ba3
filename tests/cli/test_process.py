"""fourtuple process: facts and sockets of one process, beside the kernel's word."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import command, document, fourtuple
from tests.kernel.scripts import AS_NOBODY, run_script
from tests.servers import hostile_executable

AS_NOBODY_TOLD = f"""
{AS_NOBODY}
import contextlib, io, json, sys
from monitor.cli.main import run
with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO())):
    # Imports what it needs while that may be read.
    run(["process", sys.argv[1]])
become_nobody()
told = io.TextIOWrapper(io.BytesIO())
with contextlib.redirect_stdout(told):
    run(["process", sys.argv[1]])
told.flush()
print(json.dumps(told.buffer.getvalue().decode().splitlines()))
"""


def test_the_first_line_says_who_it_is_and_how_many_sockets_it_holds():
    done = fourtuple("process", str(os.getpid()))
    assert done.returncode == 0
    name = Path("/proc/self/exe").readlink().name
    assert done.stdout.splitlines()[0].startswith(f"{name}[{os.getpid()}] of ")


def test_the_document_names_exe_arguments_parents_and_descriptors():
    document = json.loads(fourtuple("process", str(os.getpid()), "--json").stdout)
    assert document["schema"] == "fourtuple.process/1"
    assert document["pid"] == os.getpid()
    assert document["exe"] == str(Path(sys.executable).resolve())
    assert document["uid"] == os.getuid()
    assert document["parents"][0]["pid"] == os.getppid()
    assert document["fd_kinds"]


def test_what_could_not_be_read_stands_before_the_evidence(capsysbinary, half_read):
    assert command("process", str(os.getpid())) == 0
    *_, unread, _ = capsysbinary.readouterr().out.decode().splitlines()
    assert unread == "  unread   half of it"
    assert document("process", capsysbinary, str(os.getpid()))["notices"] == ["half of it"]


@pytest.mark.kernel
def test_what_another_user_may_not_read_is_called_neither_none_nor_zero(namespace, service):
    lines = run_script(AS_NOBODY_TOLD, service.listener.pid)
    assert lines[0].endswith(" of root; sockets not known: its descriptors may not be read.")
    exe = next(line for line in lines if line.split()[0] == "exe")
    assert "this user may not read it" in exe


@pytest.mark.kernel
def test_all_sockets_of_the_process_are_listed_and_no_others(namespace, service):
    document = json.loads(fourtuple("process", str(service.listener.pid), "--json").stdout)
    assert {row["local"] for row in document["sockets"]} == {f"{service.listener.local[0]}:{service.listener.local[1]}"}
    assert {owner["pid"] for row in document["sockets"] for owner in row["owners"]} == {service.listener.pid}
    assert len(document["sockets"]) == 3


@pytest.mark.kernel
def test_a_hostile_name_comes_escaped_with_its_bytes_beside_it(namespace, scene, tmp_path):
    held = scene.enter_context(hostile_executable(b"\x1b[31mred\n[nope]\xff", tmp_path))
    done = fourtuple("process", str(held.pid), "--json")
    document = json.loads(done.stdout)
    assert document["name"] == r"\x1b[31mred\n[nope]\xff"
    assert document["name_b64"]
    text = fourtuple("process", str(held.pid)).stdout
    assert "\x1b" not in text


@pytest.mark.kernel
def test_secrets_of_a_command_line_are_masked_unless_all_is_asked_for():
    argv = [
        sys.executable,
        "-I",
        "-S",
        "-c",
        "import sys; print(flush=True); sys.stdin.read()",
        "--password",
        "hunter2",
    ]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        running.stdout.readline()
        for words in (["process", str(running.pid)], ["process", str(running.pid), "--json"]):
            assert "hunter2" not in fourtuple(*words).stdout
            assert "hunter2" in fourtuple(*words, "--full-args").stdout
