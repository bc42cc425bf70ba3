"""Open connections that still use another way than a route decision names, in words: which, how many, whose."""

from __future__ import annotations

from itertools import groupby

from monitor.model.sample import Interval
from monitor.model.socket_table import Rows
from monitor.presentation.formats import count_text
from monitor.presentation.row_text import RowTexts

_MOST_PROCESSES = 4


def difference_lines(interval: Interval, rows: Rows) -> list[str]:
    """Say it for each local address: "2 open connections to it still use 192.0.2.10 on eth0: java[1313]"."""
    texts = RowTexts(interval)

    def place(row: int) -> tuple[str, str]:
        return texts.local(row).on_the_wire.address_text, texts.interface(row)

    lines = []
    for (address, interface), members in groupby(sorted(rows.tolist(), key=place), place):
        group = list(members)
        noun = "connection to it still uses" if len(group) == 1 else "connections to it still use"
        lines.append(f"{count_text(len(group))} open {noun} {address} on {interface}: {_processes(texts, group)}")
    return lines


def _processes(texts: RowTexts, rows: list[int]) -> str:
    names = list(dict.fromkeys(texts.process(row) for row in rows))
    more = f" and {count_text(len(names) - _MOST_PROCESSES)} more" if len(names) > _MOST_PROCESSES else ""
    return ", ".join(names[:_MOST_PROCESSES]) + more
