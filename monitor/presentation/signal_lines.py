"""The lines before a process is signalled: what it is, what it holds and who else holds it, what to beware of."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.model.action import Prepared, SignalAsked, Target
from monitor.model.owner_table import OwnerTable
from monitor.model.sample import Interval
from monitor.presentation.action_words import caution_text, sending_text
from monitor.presentation.answer_lines import START, broken
from monitor.presentation.finding_text import counted
from monitor.presentation.formats import long_duration_text
from monitor.presentation.linked_line import LinkedLine
from monitor.presentation.process_words import command_text, process_title
from monitor.presentation.row_text import RowTexts
from monitor.presentation.safe_text import safe_text
from monitor.presentation.text_line import TextLine
from monitor.presentation.view import Cell, Role
from monitor.reasoning.co_owners import Holdings, co_owners_of, holdings_of

_LABEL_WIDTH = 11
_MOST_LISTENERS, _MOST_NAMES = 6, 6


def signal_lines(prepared: Prepared, interval: Interval, width: int) -> Iterator[LinkedLine]:
    """Lay out what a user has to know before."""
    asked, target = prepared.asked, prepared.target
    if not isinstance(asked, SignalAsked) or target is None:
        return
    yield from labelled("sends", sending_text(asked.signal), Role.STRONG, width)
    for caution in prepared.cautions:
        yield from labelled("beware", caution_text(caution, target), Role.TROUBLE, width)
    yield from labelled("process", _process_text(target, interval.sample.taken_at), Role.PLAIN, width)
    yield from labelled("command", command_text(target.process.command_line) or "none", Role.PLAIN, width)
    parents = [process_title(parent) for parent in reversed(target.parents)]
    yield from labelled("parents", " › ".join([*parents, process_title(target.process)]), Role.PLAIN, width)
    yield from _holdings(asked, interval, width)


def labelled(label: str, text: str, role: Role, width: int) -> Iterator[LinkedLine]:
    """Write a label and words, broken to the width."""
    cells = (*START, Cell(f"{label:<{_LABEL_WIDTH}}", Role.HEADING), Cell(text, role))
    yield from broken(TextLine(cells), width, value=f"action_{label}")


def _process_text(target: Target, now: float) -> str:
    process = target.process
    name = "exe not readable" if process.exe is None else safe_text(process.exe)
    user = f"{safe_text(target.user)} (uid {process.uid})" if target.user else f"uid {process.uid}"
    parts = [name, user, f"up {long_duration_text(max(0.0, now - target.started_at))}", safe_text(target.status)]
    return " · ".join([*parts, *([safe_text(target.unit)] if target.unit else [])])


def _holdings(asked: SignalAsked, interval: Interval, width: int) -> Iterator[LinkedLine]:
    """Say how many sockets go with it, and which of them other processes keep open."""
    held, texts = holdings_of(interval, asked.process), RowTexts(interval)
    yield from labelled("holds", _held_text(held, interval.owners), Role.PLAIN, width)
    shown: dict[str, str] = {}
    for row in held.listening.tolist():
        shown.setdefault(f"{texts.protocol(row)} {safe_text(str(texts.local(row)))}", _sharing(texts, asked, row))
    for name, sharing in list(shown.items())[:_MOST_LISTENERS]:
        yield from labelled("listens", f"{name} · {sharing}", Role.PLAIN, width)
    if len(shown) > _MOST_LISTENERS:
        yield from labelled("", f"and on {len(shown) - _MOST_LISTENERS} more", Role.DIM, width)


def _held_text(held: Holdings, owners: OwnerTable) -> str:
    """Count them; where none is known, nothing may have been read of this process."""
    if len(held.listening) or len(held.connected) or (owners.is_read and not owners.hidden_processes):
        return f"{counted(len(held.listening), 'listener')}, {counted(len(held.connected), 'connection')}"
    if not owners.is_read:
        return "not known: owners are not looked up yet"
    return f"no socket, as far as is known: {counted(owners.hidden_processes, 'process')} may not be read"


def _sharing(texts: RowTexts, asked: SignalAsked, row: int) -> str:
    """Say who keeps a port open that the process listens on."""
    others = co_owners_of(texts.interval, asked.process, row)
    known = texts.interval.owners.processes
    names = [process_title(known[pid]) for pid in others[:_MOST_NAMES] if pid in known]
    if len(others) > _MOST_NAMES:
        names.append(f"{len(others) - _MOST_NAMES} more")
    if names:
        return f"shared with {', '.join(names)}: ending one does not free the port"
    hidden = texts.interval.owners.hidden_processes
    return f"not shared, as far as is known: {counted(hidden, 'process')} may not be read" if hidden else "not shared"
