"""Asking sudo for rights on the user's own terminal. Standard library only: it runs before Textual is imported.

Only the collector gets them, started with sudo's word that no password is needed any more; the screen never does.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess

from monitor.errors import SourceError

_TERMINAL = "/dev/tty"


def privileged(command: list[str]) -> list[str]:
    """Give the command line that runs a command with root's rights, and fails rather than ask for a password."""
    return [_sudo(), "--non-interactive", "--", *command]


def needs_password() -> bool:
    """Whether sudo would have to ask before it runs something."""
    command = [_sudo(), "--non-interactive", "--validate"]
    silent = subprocess.DEVNULL
    return subprocess.run(command, check=False, stdin=silent, stdout=silent, stderr=silent).returncode != 0


def ask_for_rights() -> None:
    """Have sudo ask the user on the terminal for what it wants to know, and wait until it is content.

    Raises:
        SourceError: there is no sudo, or it refuses; what it says to that stands on the terminal.
    """
    code = _run_in_foreground([_sudo(), "--validate"])
    if code < 0:
        raise SourceError(f"no rights were given: sudo was ended by signal {-code}")
    if code:
        raise SourceError(f"no rights were given: sudo ended with exit code {code}")


def _sudo() -> str:
    path = shutil.which("sudo")
    if path is None:
        raise SourceError("sudo is not installed here, or not on the PATH")
    return path


def _run_in_foreground(command: list[str]) -> int:
    """Run a program that owns the terminal meanwhile, and give its exit code; negative for the signal that ended it.

    What is typed is for it alone, be it Ctrl+C. It cannot be left stopped: nobody would be there to let it go on.
    """
    try:
        terminal = os.open(_TERMINAL, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        raise SourceError("sudo needs a terminal to ask on") from None
    # Taking the terminal back from the background is what stops a program by SIGTTOU.
    before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    try:
        process = subprocess.Popen(command, process_group=0)
        try:
            return _wait_in_foreground(process, terminal)
        finally:
            os.tcsetpgrp(terminal, os.getpgrp())
    except OSError as error:
        raise SourceError(f"sudo could not be asked: {os.strerror(error.errno or 0)}") from None
    finally:
        signal.signal(signal.SIGTTOU, before)
        os.close(terminal)


def _wait_in_foreground(process: subprocess.Popen[bytes], terminal: int) -> int:
    while True:
        os.tcsetpgrp(terminal, process.pid)
        # Where it asked for the terminal before it had it, it stands stopped, as by Ctrl+Z.
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode
        process.send_signal(signal.SIGCONT)
