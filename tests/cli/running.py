"""Runs the installed program as a user does, and a command of it inside the test's own process and namespace."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from monitor.cli.main import make_parser

PROGRAM = str(Path(sys.executable).with_name("fourtuple"))


def fourtuple(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    """Run fourtuple with arguments and give what it printed and its exit code."""
    return subprocess.run(
        [PROGRAM, *arguments], capture_output=True, text=True, check=False, timeout=60, env=_environment(), **options
    )


def command(*words: str) -> int:
    """Run a command here and give its exit code; its errors come out as they are."""
    arguments = make_parser(words).parse_args(words)
    return int(arguments.run(arguments))


def document(name: str, capsysbinary, *words: str) -> dict[str, object]:
    """Run a command here and give the JSON document that it prints."""
    assert command(name, *words, "--json") == 0
    return json.loads(capsysbinary.readouterr().out.decode("utf-8"))


def _environment() -> dict[str, str]:
    return {**os.environ, "TERM": "xterm-256color", "PYTHONWARNINGS": "default"}
