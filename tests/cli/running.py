"""Runs the installed program as a user does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = str(Path(sys.executable).with_name("fourtuple"))


def fourtuple(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    """Run fourtuple with arguments and give what it printed and its exit code."""
    return subprocess.run(
        [PROGRAM, *arguments], capture_output=True, text=True, check=False, timeout=60, env=_environment(), **options
    )


def _environment() -> dict[str, str]:
    return {**os.environ, "TERM": "xterm-256color", "PYTHONWARNINGS": "default"}
