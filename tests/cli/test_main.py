"""The command line: one sentence for every mistake, and the exit codes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from monitor.cli.main import COMMANDS
from tests.cli.running import PROGRAM, fourtuple


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["route", "999.1.1.1"], "999.1.1.1"),
        (["route", "192.0.2.10:65536"], 'port 65536 is out of range in "192.0.2.10:65536"'),
        (["route", "192.0.2.10:8_0"], "8_0"),
        (["route", "192.0.2.10:٣"], "no port number"),
        (["route", ""], "no IP address"),
        (["route", "192.0.2.1\n:80"], r"192.0.2.1\n"),
        (["list", "--jsn"], "--jsn"),
        (["list", "pid", "abc"], "abc"),
        (["list", "(nginx"], "column"),
        (["process", "abc"], "abc"),
        (["process", "0"], "0"),
        (["process", "99999999999999999999"], "out of range"),
        (["--period", "0"], "0.1"),
        (["--period", "nan"], "nan"),
        (["--pid", "-1"], "-1"),
        (["bogus"], "bogus"),
        (["--unknown"], "--unknown"),
    ],
)
def test_fu_01_wrong_arguments_end_with_2_and_one_sentence_that_names_the_mistake(arguments, named):
    done = fourtuple(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("fourtuple: ")
    assert done.stderr.count("\n") == 1
    assert named in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_pid_ends_with_1_and_one_sentence():
    done = fourtuple("process", "2147483647")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "fourtuple: there is no process 2147483647\n")


def test_without_a_terminal_the_monitor_says_so_and_ends_with_2():
    done = fourtuple(stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stdout) == (2, "")
    assert "needs a terminal" in done.stderr


def test_ft_12_a_full_device_is_said_in_one_sentence(monkeypatch):
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([PROGRAM, "list"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "fourtuple: could not write the answer: No space left on device\n"


def test_ft_12_a_closed_standard_output_is_said_in_one_sentence():
    done = subprocess.run(["sh", "-c", f"{PROGRAM} list >&-"], stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "standard output" in done.stderr


@pytest.mark.parametrize("command", [["list"], ["list", "--json"], ["--help"], ["list", "--help"]])
def test_ft_11_a_closed_pipe_is_quiet(command, monkeypatch):
    # With it nothing is left to be written when the interpreter ends.
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    with subprocess.Popen([PROGRAM, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        running.stdout.close()
        assert running.stderr is not None
        assert running.stderr.read() == ""
    assert running.returncode in {0, 141}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command):
    done = fourtuple(command, "--help")
    assert done.returncode == 0
    assert "--json" in done.stdout
    assert command in fourtuple("--help").stdout


def test_module_and_command_are_the_same_program():
    module = subprocess.run(
        [sys.executable, "-m", "monitor", "--version"], capture_output=True, text=True, check=True
    ).stdout
    assert module == fourtuple("--version").stdout


@pytest.mark.parametrize("option", [["-f", "nginx"], ["--pid", "1"], ["--ascii"], ["--period", "5"], ["--no-mouse"]])
def test_an_option_of_the_monitor_is_refused_with_a_command(option):
    done = fourtuple(*option, "list")
    assert done.returncode == 2
    assert option[0] in done.stderr


def test_a_mistake_is_one_sentence_with_debug_too():
    done = fourtuple("list", "--debug")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_mistake_in_the_filter_is_said_before_the_terminal_is_looked_at():
    done = fourtuple("-f", "((", stdin=subprocess.DEVNULL)
    assert done.returncode == 2
    assert "column" in done.stderr
