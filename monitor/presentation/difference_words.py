"""Open connections that still use another way than a route decision names, in words: which, how many, whose."""

from __future__ import annotations

import numpy as np

from monitor.model.sample import Interval
from monitor.model.socket_table import Rows
from monitor.presentation.formats import count_text
from monitor.presentation.group_keys import Grouping, key_columns
from monitor.presentation.row_text import RowTexts
from monitor.reasoning.columns import group_rows

_MOST_PROCESSES = 4


def difference_lines(interval: Interval, rows: Rows) -> list[str]:
    """Say it for each local address: "2 open connections to it still use 192.0.2.10 on eth0: java[1313]"."""
    texts, table = RowTexts(interval), interval.table
    interface = np.maximum(interval.interface[rows], 0)
    first, group = group_rows((table.local_high[rows], table.local_low[rows], interface))

    def place(entry: int) -> tuple[str, str]:
        row = int(rows[first[entry]])
        return texts.local(row).on_the_wire.address_text, texts.interface(row)

    lines = []
    for entry in sorted(range(len(first)), key=place):
        members = rows[group == entry]
        noun = "connection to it still uses" if len(members) == 1 else "connections to it still use"
        using = f"{count_text(len(members))} open {noun} {' on '.join(place(entry))}"
        lines.append(f"{using}: {_processes(texts, members)}")
    return lines


def _processes(texts: RowTexts, rows: Rows) -> str:
    first, _ = group_rows(key_columns(texts.interval, rows, Grouping.PROCESS))
    names = list(dict.fromkeys(texts.process(row) for row in rows[np.sort(first)].tolist()))
    more = f" and {count_text(len(names) - _MOST_PROCESSES)} more" if len(names) > _MOST_PROCESSES else ""
    return ", ".join(names[:_MOST_PROCESSES]) + more
