"""Environment variables that would steer a privileged program: taken away before anything reads them. And one of ours.

They survive `sudo -E`, and Textual alone would write files, import code and press keys by them; the loader of programs
runs foreign code by its own.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping

_STATUS = "/proc/self/status"
_HARMLESS = frozenset(
    {
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONHASHSEED",
        "PYTHONIOENCODING",
        "PYTHONUNBUFFERED",
        "PYTHONUTF8",
        "PYTHONWARNINGS",
    }
)
"""What is set for every program in a container or a test; after the start of Python it changes nothing that matters."""


def spare_threads() -> None:
    """Keep numpy, here and in the collector, from starting threads of its own; called before it is imported."""
    # They are for linear algebra, of which there is none, and spin for a tenth of a second when they are started.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def start_anew_where_steered() -> None:
    """Replace a privileged program that variables steer by one in isolated mode without them; else do nothing.

    Python and the loader have read their own variables at the start, so only another start is free of them.
    """
    if any(map(_steers_start, os.environ)) and is_privileged(os.environ):
        shed_steering()
        os.execve(sys.executable, [sys.executable, "-I", "-m", "monitor", *sys.argv[1:]], os.environ)


def shed_steering() -> None:
    """Take the steering variables from a privileged program, before Textual is imported.

    That is said in one line on standard error: before the screen opens, and still there when it has closed.
    """
    names = steering_names(os.environ)
    if not names or not is_privileged(os.environ):
        return
    for name in names:
        del os.environ[name]
    if sys.stderr:
        from monitor.presentation.safe_text import safe_text  # noqa: PLC0415 - seldom needed

        said = safe_text(", ".join(names))
        sys.stderr.write(f"fourtuple: running with privileges, so without the variables {said}\n")
        sys.stderr.flush()


def steering_names(names: Iterable[str]) -> list[str]:
    """Pick the variables that steer Textual, Python or the loader, in order."""
    return sorted(name for name in names if name.startswith("TEXTUAL") or _steers_start(name))


def _steers_start(name: str) -> bool:
    if name.startswith("LD_"):
        return True
    # Images of containers set PYTHON_VERSION and the like, which Python does not read.
    return name.startswith("PYTHON") and not name.startswith("PYTHON_") and name not in _HARMLESS


def is_privileged(environment: Mapping[str, str]) -> bool:
    """Tell whether we may do more than whoever started us: root, somebody else by sudo, or any capability."""
    return 0 in {os.getuid(), os.geteuid()} or "SUDO_UID" in environment or _has_capability()


def _has_capability() -> bool:
    from pathlib import Path  # noqa: PLC0415 - seldom needed

    try:
        status = Path(_STATUS).read_bytes()
    except OSError:
        # Unknown is no reason to trust.
        return True
    held = next((line.split()[1] for line in status.splitlines() if line.startswith(b"CapEff:")), b"0")
    return int(held, 16) != 0
