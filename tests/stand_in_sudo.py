"""A stand-in for sudo: it asks for a word on the terminal, remembers that, and runs programs with no more rights."""

from __future__ import annotations

from pathlib import Path

PROMPT = "the word?"
WORD = "open"

_SCRIPT = f"""#!/bin/sh
remembered="$(dirname "$0")/remembered"
case "$*" in
"--validate")
    printf '{PROMPT}' >/dev/tty
    read -r word </dev/tty
    [ "$word" = "{WORD}" ] || exit 1
    : >"$remembered"
    ;;
"--non-interactive --validate")
    [ -e "$remembered" ]
    ;;
"--non-interactive -- "*)
    [ -e "$remembered" ] || exit 1
    printf 'x' >>"$(dirname "$0")/started"
    shift 2
    exec "$@"
    ;;
*)
    exit 2
    ;;
esac
"""


class StandInSudo:
    """A directory for the front of PATH that holds it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        program = directory / "sudo"
        program.write_text(_SCRIPT)
        program.chmod(0o755)

    def remember(self) -> None:
        """Let it need no word any more."""
        (self.directory / "remembered").touch()

    def forget(self) -> None:
        """Let it need the word again."""
        (self.directory / "remembered").unlink()

    @property
    def started(self) -> int:
        """How many programs it has run."""
        path = self.directory / "started"
        return len(path.read_text()) if path.exists() else 0
