"""The facts about one process in a few lines; the same on its screen and for `fourtuple process`."""

from __future__ import annotations

from monitor.model.process import Process, ProcessFacts
from monitor.presentation.formats import UNKNOWN, bytes_text, count_text, duration_text, when_text
from monitor.presentation.masking import masked
from monitor.presentation.safe_text import safe_text
from monitor.presentation.unit_words import group_parts, unit_text

Line = tuple[str, str]
"""A label and its text."""

_ARGUMENTS_SHOWN = 4096
_NO_EXE = "none: a kernel thread, or its first thread has ended"
NO_ARGUMENTS = "none: a kernel thread, or it erased its arguments, or its first thread has ended"


def process_title(process: Process) -> str:
    """Name a process: "nginx[812]"."""
    return f"{safe_text(process.name)}[{process.pid}]"


def process_lines(facts: ProcessFacts, now: float, *, is_masked: bool = True) -> list[Line]:
    """Say what is known; what could not be read says so.

    Args:
        facts: What was read.
        now: Unix time, for the age of the process.
        is_masked: Whether secrets on the command line are masked.
    """
    process = facts.process
    command = command_text(process.command_line, is_masked=is_masked)
    return [
        ("exe", exe_text(facts)),
        ("command", command or missing_text(facts, "command_line", NO_ARGUMENTS)),
        ("user", f"{user_text(facts)}   started {_started(facts, now)}   {safe_text(facts.status or UNKNOWN)}"),
        ("parents", _parents(facts)),
        ("unit", _unit(facts)),
        ("load", _load(facts)),
        ("fds", _descriptors(facts)),
    ]


def user_text(facts: ProcessFacts, *, with_number: bool = True) -> str:
    """Name the user that runs it: "app (uid 1001)"; the number alone where the machine knows no name."""
    uid = f"uid {facts.process.uid}"
    if not facts.user:
        return uid
    return f"{safe_text(facts.user)} ({uid})" if with_number else safe_text(facts.user)


def exe_text(facts: ProcessFacts) -> str:
    """Give the path of its executable, or why there is none."""
    exe = facts.process.exe
    return safe_text(exe) if exe is not None else missing_text(facts, "exe", _NO_EXE)


def command_text(command_line: bytes, *, is_masked: bool = True) -> str:
    """Write a command line with blanks between its arguments, secrets masked; blanks within stay unquoted."""
    return " ".join(argument_texts(command_line, is_masked=is_masked))


def argument_texts(command_line: bytes, *, is_masked: bool = True) -> list[str]:
    """Write each argument of a command line, secrets masked; empty ones are left out."""
    shown = command_line[:_ARGUMENTS_SHOWN]
    parts = (masked(shown) if is_masked else shown).rstrip(b"\0").split(b"\0")
    return [safe_text(part) for part in parts if part]


def no_sockets_text(facts: ProcessFacts | None, *, is_gone: bool, is_read: bool) -> str:
    """Say why none of a process' sockets is listed.

    Args:
        facts: What is known of the process; None before.
        is_gone: Whether it has ended.
        is_read: Whether owners were looked up yet.
    """
    if is_gone:
        return "it has gone: no socket is its own any more"
    if not is_read or facts is None:
        return "reading who holds which socket …"
    if facts.fd_kinds is None:
        return "which sockets it holds is not known: its descriptors may not be read by this user"
    held = facts.fd_kinds.get("socket", 0)
    if not held:
        return "it has no sockets"
    which = "its only socket is no" if held == 1 else f"none of its {count_text(held)} sockets is a"
    return f"{which} TCP or UDP socket that this network namespace lists"


def missing_text(facts: ProcessFacts, name: str, otherwise: str) -> str:
    """Say why a fact is not there: it may not be read, or else what its absence means."""
    if name in facts.blocked and facts.others_blocked:
        return f"{UNKNOWN} (not read: {count_text(facts.others_blocked)} others block)"
    if name in facts.blocked:
        return f"{UNKNOWN} (reading it blocks: the process's memory does not answer)"
    return f"{UNKNOWN} (this user may not read it)" if name in facts.unread else otherwise


def unit_word(facts: ProcessFacts) -> str:
    """Name the container that it runs in, else its systemd unit; empty for neither."""
    group = facts.control_group
    if group is not None and group.container is not None:
        return f"{group.container.runtime.value} {unit_text(group)}"
    return safe_text(facts.unit) if facts.unit else ""


def _unit(facts: ProcessFacts) -> str:
    group = facts.control_group
    if group is not None and group.container is not None:
        return " · ".join(group_parts(group))
    return unit_word(facts) or missing_text(facts, "unit", "no systemd unit")


def _started(facts: ProcessFacts, now: float) -> str:
    if facts.started_at is None:
        return missing_text(facts, "started_at", UNKNOWN)
    return f"{when_text(facts.started_at)}, up {duration_text(max(0.0, now - facts.started_at))}"


def _parents(facts: ProcessFacts) -> str:
    if not facts.parents:
        return missing_text(facts, "parents", "none")
    return " › ".join([*(process_title(parent) for parent in reversed(facts.parents)), process_title(facts.process)])


def _load(facts: ProcessFacts) -> str:
    cpu = UNKNOWN if facts.cpu_seconds is None else f"{facts.cpu_seconds:,.1f} s of cpu"
    threads = f"{count_text(facts.threads)} thread{'' if facts.threads == 1 else 's'}"
    return f"{cpu}   {bytes_text(facts.memory_bytes)} resident   {threads}"


def _descriptors(facts: ProcessFacts) -> str:
    if facts.fd_kinds is None:
        return missing_text(facts, "fd_kinds", UNKNOWN)
    limit = "no limit known" if facts.fd_limit is None else f"limit {count_text(facts.fd_limit)}"
    kinds = "  ".join(f"{kind} {count_text(count)}" for kind, count in sorted(facts.fd_kinds.items()))
    return f"{count_text(sum(facts.fd_kinds.values()))} open, {limit}   {kinds}"
