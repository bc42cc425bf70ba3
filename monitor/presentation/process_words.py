"""The facts about one process in a few lines; the same on its screen and for `fourtuple process`."""

from __future__ import annotations

from monitor.model.process import Process, ProcessFacts
from monitor.presentation.formats import UNKNOWN, bytes_text, count_text, duration_text, when_text
from monitor.presentation.masking import masked
from monitor.presentation.safe_text import safe_text

Line = tuple[str, str]
"""A label and its text."""

_ARGUMENTS_SHOWN = 4096
_NO_EXE = "none: a kernel thread, or its first thread has ended"
_NO_ARGUMENTS = "none: a kernel thread, or it erased its arguments, or its first thread has ended"


def process_title(process: Process) -> str:
    """Name a process: "nginx[812]"."""
    return f"{safe_text(process.name)}[{process.pid}]"


def process_lines(facts: ProcessFacts, now: float) -> list[Line]:
    """Say what is known; what could not be read says so.

    Args:
        facts: What was read.
        now: Unix time, for the age of the process.
    """
    process = facts.process
    user = f"{safe_text(facts.user)} (uid {process.uid})" if facts.user else f"uid {process.uid}"
    return [
        ("exe", _exe(facts)),
        ("command", command_text(process.command_line) or _missing(facts, "command_line", _NO_ARGUMENTS)),
        ("user", f"{user}   started {_started(facts, now)}   {safe_text(facts.status or UNKNOWN)}"),
        ("parents", _parents(facts)),
        ("unit", safe_text(facts.unit) if facts.unit else _missing(facts, "unit", "no systemd unit")),
        ("load", _load(facts)),
        ("fds", _descriptors(facts)),
    ]


def command_text(command_line: bytes) -> str:
    """Write a command line with blanks between its arguments, secrets masked; blanks within stay unquoted."""
    return " ".join(argument_texts(command_line))


def argument_texts(command_line: bytes) -> list[str]:
    """Write each argument of a command line, secrets masked; empty ones are left out."""
    parts = masked(command_line[:_ARGUMENTS_SHOWN]).rstrip(b"\0").split(b"\0")
    return [safe_text(part) for part in parts if part]


def _exe(facts: ProcessFacts) -> str:
    exe = facts.process.exe
    return safe_text(exe) if exe is not None else _missing(facts, "exe", _NO_EXE)


def _started(facts: ProcessFacts, now: float) -> str:
    if facts.started_at is None:
        return _missing(facts, "started_at", UNKNOWN)
    return f"{when_text(facts.started_at)}, up {duration_text(max(0.0, now - facts.started_at))}"


def _parents(facts: ProcessFacts) -> str:
    if not facts.parents:
        return _missing(facts, "parents", "none")
    return " › ".join([*(process_title(parent) for parent in reversed(facts.parents)), process_title(facts.process)])


def _load(facts: ProcessFacts) -> str:
    cpu = UNKNOWN if facts.cpu_seconds is None else f"{facts.cpu_seconds:,.1f} s of cpu"
    threads = UNKNOWN if facts.threads is None else count_text(facts.threads)
    return f"{cpu}   {bytes_text(facts.memory_bytes)} resident   {threads} threads"


def _descriptors(facts: ProcessFacts) -> str:
    if facts.fd_kinds is None:
        return _missing(facts, "fd_kinds", UNKNOWN)
    limit = "no limit known" if facts.fd_limit is None else f"limit {count_text(facts.fd_limit)}"
    kinds = "  ".join(f"{kind} {count_text(count)}" for kind, count in sorted(facts.fd_kinds.items()))
    return f"{count_text(sum(facts.fd_kinds.values()))} open, {limit}   {kinds}"


def _missing(facts: ProcessFacts, name: str, otherwise: str) -> str:
    return f"{UNKNOWN} (this user may not read it)" if name in facts.unread else otherwise
