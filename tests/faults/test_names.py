"""Names that a process gives itself, as executable, as comm and on its command line, through every command."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.kernel.processes import read_process
from monitor.presentation.safe_text import cell_width, fit, safe_text
from tests import servers
from tests.cli.running import command, document
from tests.faults import zoo
from tests.faults.zoo import Specimen

Shown = Callable[[Specimen], None]


def each(fault: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("specimen", zoo.of(fault), ids=lambda specimen: ascii(specimen.name))


@pytest.fixture
def is_shown(scene, tmp_path, capsysbinary) -> Shown:
    """Give a function that runs a process of that name and holds that the commands show it so and no other way."""

    def check(specimen: Specimen) -> None:
        held = scene.enter_context(servers.hostile_executable(specimen.name, tmp_path))
        listed = document("list", capsysbinary, f"local:{held.port}")
        (owner,) = listed["sockets"][0]["owners"]
        assert (owner["pid"], owner["name"]) == (held.pid, specimen.shown)
        raw = owner.get("name_b64")
        assert specimen.name == (specimen.shown.encode() if raw is None else base64.b64decode(raw))
        assert command("list", f"local:{held.port}") == 0
        assert command("process", str(held.pid)) == 0
        said = capsysbinary.readouterr().out.decode("utf-8")
        assert all(line.isprintable() for line in said.splitlines() if "\u0301" not in line)
        (row,) = [line for line in said.splitlines() if line.startswith("tcp   LISTEN") or " LISTEN " in line][:1]
        assert specimen.shown in row
        told = document("process", capsysbinary, str(held.pid))
        assert specimen.shown in told["arguments"]

    return check


@pytest.mark.kernel
@each("FP-02")
def test_fp_02_escape_sequences_are_written_out(is_shown: Shown, specimen: Specimen):
    is_shown(specimen)


@pytest.mark.kernel
@each("FP-03")
def test_fp_03_controls_are_written_out_in_one_line(is_shown: Shown, specimen: Specimen):
    is_shown(specimen)


@pytest.mark.kernel
@each("FP-04")
def test_fp_04_markup_is_the_text_that_it_is(is_shown: Shown, specimen: Specimen):
    is_shown(specimen)


@pytest.mark.kernel
@each("FP-05")
def test_fp_05_bytes_that_are_no_utf_8_are_written_out_and_come_whole_in_json(is_shown: Shown, specimen: Specimen):
    is_shown(specimen)


@pytest.mark.kernel
@each("FP-06")
def test_fp_06_what_hides_or_turns_text_is_written_out(is_shown: Shown, specimen: Specimen):
    is_shown(specimen)


@pytest.mark.kernel
@each("FP-07")
def test_fp_07_marks_beyond_two_joiners_and_flags_are_written_out(is_shown: Shown, specimen: Specimen):
    is_shown(specimen)


@each("FP-07")
def test_fp_07_what_is_cut_to_a_width_has_that_width(specimen: Specimen):
    for width in range(1, 20):
        assert cell_width(fit(safe_text(specimen.name * 3), width)) == width


@pytest.mark.kernel
@each("FP-08")
def test_fp_08_parentheses_hide_no_row(is_shown: Shown, specimen: Specimen):
    is_shown(specimen)


@pytest.mark.kernel
@pytest.mark.parametrize("arguments", [[b"x" * 120_000] * 10, [b"\x1b[31m" * 20_000] * 10], ids=["plain", "hostile"])
def test_fp_09_a_megabyte_of_arguments_is_cut_wherever_it_is_shown(arguments: list[bytes], capsysbinary):
    script = "import sys; print(flush=True); sys.stdin.read()"
    argv = [sys.executable, "-I", "-S", "-c", script, *map(os.fsdecode, arguments)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        running.stdout.readline()
        process = read_process(running.pid)
        assert process is not None
        assert len(process.command_line) == 4096
        assert len(json.dumps(document("process", capsysbinary, str(running.pid)))) < 40_000


@pytest.mark.kernel
def test_fp_10_without_arguments_a_process_has_the_name_of_its_executable():
    with subprocess.Popen(["", "60"], executable=str(Path("/bin/sleep").resolve())) as sleeping:
        try:
            process = read_process(sleeping.pid)
            assert process is not None
            assert process.name == Path("/bin/sleep").resolve().name.encode()
            assert process.command_line == b"\x0060\x00"
        finally:
            sleeping.kill()
