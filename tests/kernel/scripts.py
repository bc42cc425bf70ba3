"""Python programs that a test runs under other rights or in other namespaces than its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[2]

AS_NOBODY = """
import ctypes, os
def become_nobody():
    "Give up all rights, but stay visible to oneself: after setuid the kernel hides a process from its own user."
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
    PR_SET_DUMPABLE = 4
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
"""
"""Source that defines become_nobody(); a program calls it when all of its imports are done."""


def run_script(source: str, *arguments: object, under: Sequence[str] = ()) -> Any:
    """Run a program, after a prefix such as unshare and its options, and give what it printed as JSON."""
    argv = [*under, sys.executable, "-c", source, *map(str, arguments)]
    answer = subprocess.run(argv, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=60)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)
