"""The lines that stand before sockets are closed: which, whose, what to beware of; and what became of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from monitor.model.action import CloseAsked, Outcome, Prepared, Result
from monitor.model.sample import Interval
from monitor.model.sockets import SocketId
from monitor.model.tcp import state_name
from monitor.presentation.action_words import Deed, caution_text, outcome_text
from monitor.presentation.linked_line import LinkedLine
from monitor.presentation.row_text import RowTexts
from monitor.presentation.safe_text import safe_text
from monitor.presentation.signal_lines import labelled
from monitor.presentation.view import Role

_DOES = "the kernel closes it at once: its process gets ECONNABORTED, a TCP peer RST; what was not sent yet is lost"


@dataclass(frozen=True, slots=True)
class CloseStep:
    """One of the sockets that are to be closed, and how far that is."""

    deed: Deed
    answer: Prepared | Outcome | str | None = None
    """Of the preparation or of the close; a sentence where there is none, None before."""


def close_of(interval: Interval, row: int) -> Deed:
    """Name a socket as the row shows it."""
    table, texts = interval.table, RowTexts(interval)
    asked = CloseAsked(SocketId.of(table, row), int(table.state[row]))
    return Deed(asked, f"{texts.protocol(row)} {safe_text(texts.ends(row))}")


def no_close(interval: Interval, row: int) -> str | None:
    """Say why a row's socket is none that could be closed; None where the kernel has to be asked."""
    if not np.isnan(interval.closed_at[row]):
        return "it has closed; there is nothing to act on"
    if bool(interval.table.is_bound_only[row]):
        # inet_diag_find_one_icsk looks among connections and listeners.
        return "it is only bound: the kernel finds a TCP socket to close once that listens or connects"
    return None


def close_lines(steps: Iterable[CloseStep], interval: Interval, width: int) -> Iterator[LinkedLine]:
    """Lay out what would be closed, or what became of it."""
    yield from labelled("does", _DOES, Role.PLAIN, width)
    for step in steps:
        yield from labelled("socket", f"{step.deed.subject} · {_place(step.deed, interval)}", Role.STRONG, width)
        yield from _state(step, width)


def _state(step: CloseStep, width: int) -> Iterator[LinkedLine]:
    answer = step.answer
    if answer is None:
        yield from labelled("", "looking at it …", Role.DIM, width)
    elif isinstance(answer, str):
        yield from labelled("not closed", answer, Role.TROUBLE, width)
    elif isinstance(answer, Outcome):
        is_done = answer.result is Result.CLOSED
        label, role = ("closed", Role.GOOD) if is_done else ("not closed", Role.TROUBLE)
        yield from labelled(label, outcome_text(replace(step.deed, subject="it"), answer), role, width)
    else:
        for caution in answer.cautions:
            yield from labelled("beware", caution_text(caution, answer.target), Role.TROUBLE, width)


def _place(deed: Deed, interval: Interval) -> str:
    """Say in which state it is and whose, as far as it stands among the rows."""
    asked = deed.asked
    if not isinstance(asked, CloseAsked):
        return ""
    state = state_name(asked.socket.protocol, asked.state)
    row = interval.table.row_of_cookie(asked.socket.cookie)
    if row is None or not np.isnan(interval.closed_at[row]):
        return f"{state} when it was chosen, not listed any more"
    return f"{state} · {RowTexts(interval).process(row)}"
