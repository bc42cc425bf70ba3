"""fourtuple list: every socket once, as text, CSV or JSON."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from monitor.cli.output import write_json, write_lines
from monitor.cli.reading import read_once
from monitor.errors import InputError
from monitor.model.namespace import EVERY_NAMESPACE
from monitor.model.sample import Interval
from monitor.model.socket_table import Rows
from monitor.presentation.csv_lines import csv_lines
from monitor.presentation.evidence_words import evidence_line
from monitor.presentation.filters import Filter, mask, parse
from monitor.presentation.fitting import cell_width, fit
from monitor.presentation.formats import count_text, when_text
from monitor.presentation.list_columns import (
    DEFAULT,
    DEFAULT_EVERYWHERE,
    LIST_COLUMNS,
    RATES,
    ListColumn,
    column_named,
    columns_named,
    in_order,
)
from monitor.presentation.namespace_words import namespaces_document, row_place_document
from monitor.presentation.netns_words import netns_document
from monitor.presentation.row_text import RowTexts
from monitor.presentation.safe_text import safe_text
from monitor.presentation.socket_document import Document, socket_document

if TYPE_CHECKING:
    from monitor.cli.reading_everywhere import Everywhere

SCHEMA = "fourtuple.list/1"


def describe(parser: argparse.ArgumentParser) -> None:
    """Say what the command does, and add its options."""
    parser.description = (
        "List every TCP and UDP socket of this network namespace once, in every state, "
        "with TIME-WAIT and sockets that are only bound. With --netns all: of every network namespace that a process "
        "is in or that `ip netns` has named."
    )
    parser.epilog = (
        "In CSV numbers are exact: microseconds (rtt), seconds (idle, age), bytes, shares of 1; what is not known is "
        "empty. A connection is at least as old as its age: the kernel keeps no time of birth. "
        "A text that a spreadsheet would take for a formula has an apostrophe before it. "
        f"Columns: {', '.join(LIST_COLUMNS)}."
    )
    parser.add_argument("filter", nargs="*", metavar="FILTER", help="only rows that match, such as: nginx :443 estab")
    parser.add_argument("--csv", action="store_true", help="print a header and a line per socket (quotes: RFC 4180)")
    parser.add_argument("--columns", metavar="A,B,C", help="which columns, in this order")
    parser.add_argument("--sort", metavar="COLUMN", help="order by this column, amounts from the largest on")
    parser.add_argument("--reverse", action="store_true", help="the other way round")
    parser.add_argument("--count", action="store_true", help="print only how many there are")


def run(arguments: argparse.Namespace) -> int:
    """List the sockets; 0 also when there are none.

    Raises:
        InputError: the filter or a column cannot be understood, or two options exclude each other.
    """
    _refuse_contradictions(arguments)
    tree = parse(" ".join(arguments.filter))
    is_everywhere = arguments.netns == EVERY_NAMESPACE
    usual = DEFAULT_EVERYWHERE if is_everywhere else DEFAULT
    columns = usual if arguments.columns is None else columns_named(arguments.columns)
    sort = None if arguments.sort is None else column_named(arguments.sort)
    named = {column.id for column in columns} | ({sort.id} if sort is not None else set())
    has_rates, has_ends = not named.isdisjoint(RATES), arguments.json
    everywhere = _read_everywhere(tree, has_rates=has_rates, has_ends=has_ends) if is_everywhere else None
    interval = read_once(tree, has_rates=has_rates) if everywhere is None else everywhere.interval
    chosen = mask(tree, interval) if everywhere is None else everywhere.chosen
    rows = in_order(interval, np.flatnonzero(chosen), sort, is_reversed=arguments.reverse)
    if arguments.json:
        whole = document(interval, rows, is_counted=arguments.count)
        write_json(whole if everywhere is None else _with_namespaces(whole, everywhere, rows))
    elif not (arguments.count or arguments.csv):
        write_lines(text_lines(interval, rows, columns))
    else:
        write_lines([str(len(rows))] if arguments.count else _csv(interval, rows, columns))
        # There is no place for it among them, and whoever reads them must not take them for all.
        sys.stderr.writelines(f"fourtuple: {notice}\n" for notice in interval.sample.notices)
    return 0


def _read_everywhere(tree: Filter, *, has_rates: bool, has_ends: bool) -> Everywhere:
    from monitor.cli.reading_everywhere import read_everywhere  # noqa: PLC0415 - most lists are of one namespace

    return read_everywhere(tree, has_rates=has_rates, has_ends=has_ends)


def _refuse_contradictions(arguments: argparse.Namespace) -> None:
    if arguments.json and arguments.csv:
        raise InputError("--json and --csv exclude each other")
    if arguments.columns is not None and (arguments.json or arguments.count):
        raise InputError("--columns is for the text and --csv; a JSON document has all fields, and a count none")
    if arguments.count and arguments.csv:
        raise InputError("--count prints one number, with or without --csv")


def document(interval: Interval, rows: Rows, *, is_counted: bool = False) -> Document:
    """Make the JSON document of some rows, or of their number alone."""
    sample, texts = interval.sample, RowTexts(interval)
    return {
        "schema": SCHEMA,
        "host": safe_text(sample.host),
        **netns_document(sample.named),
        "taken_at": when_text(sample.taken_at),
        "namespace": sample.table.namespace,
        "uid": sample.uid,
        "notices": list(sample.notices),
        "count": len(rows),
        "sockets": [] if is_counted else [socket_document(texts, row) for row in rows.tolist()],
    }


def _with_namespaces(whole: Document, everywhere: Everywhere, rows: Rows) -> Document:
    """Say of a document's sockets in which namespace they are, and what is at their other ends in another one."""
    interval, ends = everywhere.interval, everywhere.other_ends() if whole["sockets"] else {}
    sockets = [
        {
            **row_place_document(interval, row),
            **socket,
            "other_ends": [
                {**row_place_document(interval, end.row), "certain": end.is_certain} for end in ends.get(row, ())
            ],
        }
        for row, socket in zip(rows.tolist(), whole["sockets"], strict=False)
    ]
    found = namespaces_document(everywhere.found, everywhere.left_out, interval)
    return {**whole, "namespace": None, "namespaces": found, "sockets": sockets}


def text_lines(interval: Interval, rows: Rows, columns: Sequence[ListColumn] = DEFAULT) -> Iterator[str]:
    """Make a line per row, in their order, and a last line that says when and by whom."""
    yield from socket_lines(interval, rows, columns)
    yield from interval.sample.notices
    count = 0 if interval.namespaces is None else len(interval.namespaces.namespaces)
    places = f" of {count_text(count)} namespace{'s' * (count > 1)}" if count else ""
    yield f"{evidence_line(interval.sample)}, {count_text(len(rows))} sockets{places}"


def socket_lines(interval: Interval, rows: Rows, columns: Sequence[ListColumn] = DEFAULT) -> Iterator[str]:
    """Make a header and a line per row, in columns as wide as their widest value."""
    texts = RowTexts(interval)
    written = [[column.title, *column.texts(texts, rows)] for column in columns]
    widths = [max(map(cell_width, cells)) for cells in written]
    for line in zip(*written, strict=True):
        cells = zip(line, widths, columns, strict=True)
        yield " ".join(fit(cell, width, right=column.is_right) for cell, width, column in cells).rstrip()


def _csv(interval: Interval, rows: Rows, columns: Sequence[ListColumn]) -> Iterator[str]:
    texts = RowTexts(interval)
    values = [column.exact(texts, rows) for column in columns]
    return csv_lines([column.id for column in columns], zip(*values, strict=True))
