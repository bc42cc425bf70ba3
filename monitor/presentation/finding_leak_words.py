"""Findings about programs that never close, in words."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.model.finding import ProcessSubject
from monitor.model.finding_numbers import CloseWaitNumbers
from monitor.presentation.finding_names import FindingNames
from monitor.presentation.finding_text import KindText, Line
from monitor.presentation.formats import count_text, duration_text, long_duration_text
from monitor.reasoning.finding_conditions import LEAK_GROWTH_S


def close_wait_text(names: FindingNames, numbers: CloseWaitNumbers) -> KindText:
    """Say that a program leaves sockets in CLOSE-WAIT."""
    subject = names.finding.subject
    program = names.program(subject)
    grows = f", {numbers.per_minute:+.1f}/min".replace(".0/", "/") if numbers.per_minute else ""
    return KindText(
        title=f"{names.holder(subject)} does not close connections",
        measured=f"{count_text(numbers.sockets)} CLOSE-WAIT{grows}, oldest idle {duration_text(numbers.oldest_idle_s)}",
        program=program,
        lines=tuple(_lines(names, numbers, program)),
    )


def _lines(names: FindingNames, numbers: CloseWaitNumbers, program: str) -> Iterator[Line]:
    yield "seen", f"{_remote_words(names, numbers)}; the peer has closed{_end_words(numbers)}"
    yield "means", f"a missing close() in {program}, most often on an error path{_limit_words(numbers)}"
    if isinstance(names.finding.subject, ProcessSubject):
        yield "look at", names.command(f"process {names.finding.subject.pid}")
    if numbers.per_minute is None:
        watched, least = duration_text(numbers.watched_s), duration_text(LEAK_GROWTH_S)
        yield "unknown", f"whether it grows: {watched} is too short. doctor --for {least}, or the monitor, can tell"


def _remote_words(names: FindingNames, numbers: CloseWaitNumbers) -> str:
    if numbers.remotes == 1 and names.row is not None:
        return f"all to {names.texts.remote(names.row).on_the_wire}"
    return f"to {count_text(numbers.remotes)} remote endpoints"


def _end_words(numbers: CloseWaitNumbers) -> str:
    if not numbers.unread_ends:
        return ", and the program has read that (recv_q 0)"
    each = "each" if numbers.unread_ends == numbers.sockets else count_text(numbers.unread_ends)
    return f", unread end of stream on {each} (recv_q above 0)"


def _limit_words(numbers: CloseWaitNumbers) -> str:
    if numbers.descriptors is None:
        return ""
    if numbers.descriptor_limit is None:
        return f"; {count_text(numbers.descriptors)} fds now"
    left = "" if numbers.seconds_left is None else f", in about {long_duration_text(numbers.seconds_left)}"
    return f"; it ends at {count_text(numbers.descriptor_limit)} fds ({count_text(numbers.descriptors)} now){left}"
