"""Environment variables that would steer a privileged program: taken away before anything reads them.

They survive `sudo -E`, and Textual alone would write files, import code and press keys by them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

_HARMLESS = frozenset(
    {"PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED", "PYTHONIOENCODING", "PYTHONUNBUFFERED", "PYTHONUTF8"}
)
"""What containers set for every program; it changes nothing that matters here."""


def shed_steering() -> None:
    """Start anew without steering variables where we run with privileges; else do nothing.

    Python has read its own at its start, so only another start in isolated mode can be without them. That is said in
    one line on standard error: before the screen opens, and still there when it has closed.
    """
    names = steering_names(os.environ)
    if not names or not is_privileged(os.environ):
        return
    if sys.stderr:
        from monitor.presentation.safe_text import safe_text  # noqa: PLC0415 - seldom needed

        said = safe_text(", ".join(names))
        sys.stderr.write(f"fourtuple: running with privileges, so without the variables {said}\n")
        sys.stderr.flush()
    kept = {name: value for name, value in os.environ.items() if name not in names}
    os.execve(sys.executable, [sys.executable, "-I", "-m", "monitor", *sys.argv[1:]], kept)


def steering_names(names: Iterable[str]) -> list[str]:
    """Pick the variables that steer Textual or Python, in order."""
    return sorted(name for name in names if name.startswith("TEXTUAL") or _steers_python(name))


def _steers_python(name: str) -> bool:
    # Images of containers set PYTHON_VERSION and the like, which Python does not read.
    return name.startswith("PYTHON") and not name.startswith("PYTHON_") and name not in _HARMLESS


def is_privileged(environment: Mapping[str, str]) -> bool:
    """Tell whether we may do more than whoever started us: root, somebody else by sudo, or any capability."""
    return 0 in {os.getuid(), os.geteuid()} or "SUDO_UID" in environment or _has_capability()


def _has_capability() -> bool:
    try:
        status = Path("/proc/self/status").read_bytes()
    except OSError:
        # Unknown is no reason to trust.
        return True
    held = next((line.split()[1] for line in status.splitlines() if line.startswith(b"CapEff:")), b"0")
    return int(held, 16) != 0
