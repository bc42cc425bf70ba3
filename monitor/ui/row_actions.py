"""RowActions: K and X. Which processes and sockets the rows at the cursor stand for, and the screen that asks.

What is asked for names a process or a socket by its identity as the rows showed it, and no row by its number.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from monitor.model.action import Signal, SignalAsked
from monitor.presentation.close_lines import close_of, no_close
from monitor.presentation.process_words import process_title
from monitor.presentation.row_text import RowTexts
from monitor.presentation.safe_text import safe_text
from monitor.presentation.selection import REASON_WORDS
from monitor.reasoning.holders import pids_of

if TYPE_CHECKING:
    from monitor.model.process import Process
    from monitor.model.sample import Interval
    from monitor.presentation.action_words import Deed
    from monitor.ui.row_app import RowApp

_GONE = "it has closed; there is nothing to act on"


def ask_signal_of_rows(app: RowApp, interval: Interval, rows: Sequence[int]) -> None:
    """Ask whether to signal the owner of rows, of a listener only its own; of several let the user choose."""
    living = [row for row in rows if math.isnan(interval.closed_at[row])]
    if not living:
        app.tell(_GONE)
        return
    texts, known = RowTexts(interval), interval.owners.processes
    processes = [known[pid] for pid in pids_of(interval, living) if pid in known]
    has_one_end = _has_one_end(interval, living)
    held = safe_text(str(texts.local(living[0]))) if has_one_end else f"these {len(living):,} sockets"
    if not processes:
        reasons = dict.fromkeys(REASON_WORDS[str(texts.owner_reason(row))] for row in living)
        app.tell(f"{held}: {'; or '.join(reasons)}")
    elif len(processes) == 1:
        ask_signal(app, processes[0])
    else:
        _choose(app, f"{len(processes)} processes hold {held}: which one is to be signalled?", processes)


def _has_one_end(interval: Interval, rows: Sequence[int]) -> bool:
    """Whether all rows have the same local endpoint."""
    table = interval.table
    columns = (table.local_high, table.local_low, table.local_port)
    return all(bool((column[rows] == column[rows[0]]).all()) for column in columns)


def ask_signal(app: RowApp, process: Process) -> None:
    """Ask whether to signal a process."""
    from monitor.ui.screens.signal import SignalScreen  # noqa: PLC0415 - on demand

    asked = SignalAsked(process.identity, Signal.TERM)
    app.push_screen(SignalScreen(asked, process_title(process), app.glyphs))


def ask_close(app: RowApp, deeds: Sequence[Deed], confirmed: Callable[[], None] = lambda: None) -> None:
    """Ask whether to close sockets; `confirmed` is called once that is so."""
    from monitor.ui.screens.close import CloseScreen  # noqa: PLC0415 - on demand

    app.push_screen(CloseScreen(deeds, confirmed, app.glyphs))


def ask_close_of_rows(app: RowApp, interval: Interval, rows: Sequence[int]) -> None:
    """Ask whether to close the socket of one row; a group is opened first."""
    if len(rows) > 1:
        app.tell(f"this stands for {len(rows):,} sockets: open it and choose one, or mark those to be closed with m")
    elif (reason := no_close(interval, rows[0])) is not None:
        app.tell(reason)
    else:
        ask_close(app, [close_of(interval, rows[0])])


def _choose(app: RowApp, title: str, processes: Sequence[Process]) -> None:
    from monitor.ui.screens.choose import ChooseProcess  # noqa: PLC0415 - on demand

    by_pid = {process.pid: process for process in processes}

    def chosen(pid: int | None) -> None:
        if pid is not None:
            # After the choice has left the screen, on which the question is to stand.
            app.call_later(partial(ask_signal, app, by_pid[pid]))

    app.push_screen(ChooseProcess(title, processes, app.glyphs), chosen)
