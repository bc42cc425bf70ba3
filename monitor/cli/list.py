"""fourtuple list: every socket once, as text or JSON."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import closing

import numpy as np

from monitor.cli.output import write_json, write_lines
from monitor.model.sample import Interval
from monitor.model.socket_table import Rows, SocketTable
from monitor.presentation.evidence_words import evidence_line
from monitor.presentation.filters import mask, parse
from monitor.presentation.fitting import cell_width, fit
from monitor.presentation.formats import UNKNOWN, count_text, when_text
from monitor.presentation.netns_words import netns_document
from monitor.presentation.row_text import RowTexts
from monitor.presentation.safe_text import safe_text
from monitor.presentation.socket_document import socket_document
from monitor.sampling.intervals import advance
from monitor.sampling.live import LiveSource

SCHEMA = "fourtuple.list/1"

_TITLES = ("proto", "state", "recv-q", "send-q", "local", "", "remote", "process", "user", "via")
_RIGHT = frozenset({2, 3})


def describe(parser: argparse.ArgumentParser) -> None:
    """Say what the command does, and add its options."""
    parser.description = (
        "List every TCP and UDP socket of this network namespace once, in every state, "
        "with TIME-WAIT and sockets that are only bound."
    )
    parser.add_argument("filter", nargs="*", metavar="FILTER", help="only rows that match, such as: nginx :443 estab")


def run(arguments: argparse.Namespace) -> int:
    """List the sockets; 0 also when there are none."""
    tree = parse(" ".join(arguments.filter))
    interval = read_once()
    rows = np.flatnonzero(mask(tree, interval))
    if arguments.json:
        write_json(document(interval, rows))
    else:
        write_lines(text_lines(interval, rows))
    return 0


def read_once() -> Interval:
    """Read one sample of this machine, with TIME-WAIT and bound-only sockets."""
    with closing(LiveSource()) as source:
        return advance(None, source.sample(time_wait=True))


def document(interval: Interval, rows: Rows) -> dict[str, object]:
    """Make the JSON document of some rows."""
    sample, texts = interval.sample, RowTexts(interval)
    return {
        "schema": SCHEMA,
        "host": safe_text(sample.host),
        **netns_document(sample.named),
        "taken_at": when_text(sample.taken_at),
        "namespace": sample.table.namespace,
        "uid": sample.uid,
        "notices": list(sample.notices),
        "sockets": [socket_document(texts, row) for row in rows.tolist()],
    }


def text_lines(interval: Interval, rows: Rows) -> Iterator[str]:
    """Make a line per row, and a last line that says when and by whom."""
    yield from socket_lines(interval, rows)
    yield from interval.sample.notices
    yield f"{evidence_line(interval.sample)}, {count_text(len(rows))} sockets"


def socket_lines(interval: Interval, rows: Rows) -> Iterator[str]:
    """Make a header and a line per row, in columns as wide as their widest value; listeners first, by port."""
    texts, table = RowTexts(interval), interval.table
    ordered = rows[np.lexsort((table.local_port[rows], ~table.is_listener[rows], table.protocol[rows]))]
    cells = [_TITLES, *(_cells(texts, row) for row in ordered.tolist())]
    widths = [max(cell_width(line[column]) for line in cells) for column in range(len(_TITLES))]
    for line in cells:
        padded = [fit(cell, widths[place], right=place in _RIGHT) for place, cell in enumerate(line)]
        yield " ".join(padded).rstrip()


def _send_q(table: SocketTable, row: int) -> str:
    waits = table.backlog(row) if bool(table.is_listener[row]) else int(table.send_q[row])
    return UNKNOWN if waits is None else str(waits)


def _cells(texts: RowTexts, row: int) -> tuple[str, ...]:
    table = texts.interval.table
    return (
        texts.protocol(row),
        texts.state(row),
        str(int(table.recv_q[row])),
        _send_q(table, row),
        str(texts.local(row)),
        texts.direction(row),
        str(texts.remote(row)) if bool(table.remote_port[row]) else "*",
        texts.process(row),
        texts.user(row),
        texts.interface(row),
    )
