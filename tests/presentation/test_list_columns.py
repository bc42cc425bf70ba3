import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import InputError
from monitor.model.socket_table import BACKLOG_UNKNOWN
from monitor.presentation.csv_lines import csv_lines
from monitor.presentation.list_columns import LIST_COLUMNS, columns_named, in_order
from monitor.presentation.row_text import RowTexts
from monitor.presentation.safe_text import safe_text
from monitor.sampling.intervals import advance
from tests.presentation.random_intervals import intervals
from tests.scenes import ANY, row, sample_of

HOSTILE = [
    '=cmd|"/c calc"!A1',
    "+1",
    "-2",
    "@SUM(A1)",
    "'quoted",
    "a,b",
    'say "hi"',
    "two\nlines",
    " edges ",
    "\x1b[2J",
]


@given(st.lists(st.lists(st.sampled_from(HOSTILE) | st.text(max_size=8), min_size=2, max_size=2), max_size=5))
def test_csv_keeps_every_text_in_one_field_and_gives_it_back(records):
    texts = [[safe_text(text) for text in record] for record in records]
    lines = list(csv_lines(("a", "b"), texts))
    assert len(lines) == len(records) + 1
    header, *read = csv.reader(io.StringIO("\r\n".join(lines)))
    assert header == ["a", "b"]
    assert [[field.removeprefix("'") for field in record] for record in read] == texts or any(
        text.startswith("'") for record in texts for text in record
    )
    assert not any(field.startswith(("=", "+", "-", "@")) for record in read for field in record)


def test_an_apostrophe_of_its_own_is_kept_behind_the_added_one():
    assert list(csv_lines(("a",), [["'x"], ["=x"], ["x"]])) == ["a", "''x", "'=x", "x"]


def test_numbers_are_no_texts_and_what_is_not_known_is_empty():
    assert list(csv_lines(("a", "b", "c"), [[-5, None, 0.5]]))[1] == "-5,,0.5"


@given(intervals(), st.sampled_from(sorted(LIST_COLUMNS)), st.booleans())
def test_every_column_has_a_value_and_a_text_for_each_row_and_orders_all_of_them(interval, name, is_reversed):
    rows, texts, column = np.arange(len(interval.table)), RowTexts(interval), LIST_COLUMNS[name]
    values, written = column.exact(texts, rows), column.texts(texts, rows)
    assert len(values) == len(written) == len(rows)
    assert all(value is None or isinstance(value, str | int | float) for value in values)
    assert all(text.isprintable() for text in written)
    assert sorted(in_order(interval, rows, column, is_reversed=is_reversed).tolist()) == rows.tolist()


QUEUES = (
    row("tcp", "0.0.0.0:22", ANY, "LISTEN", queue=(1, BACKLOG_UNKNOWN)),
    row("tcp", "192.0.2.1:443", "198.51.100.7:50000", "ESTAB", queue=(9, 70)),
    row("tcp", "192.0.2.1:50001", "198.51.100.7:25", "ESTAB", queue=(5, 90)),
    row("udp", "192.0.2.1:47809", ANY, "UNCONN", queue=(0, 80)),
)


@pytest.mark.parametrize(
    ("name", "ports", "last"),
    [
        ("recv_q", [443, 50001, 22, 47809], 443),
        ("send_q", [50001, 47809, 443, 22], 22),
        ("service", [443, 50001, 22, 47809], 47809),
    ],
)
def test_queues_stand_from_the_largest_on_services_by_name_and_what_is_not_known_last(name, ports, last):
    interval = advance(None, sample_of(QUEUES))
    rows = np.arange(len(QUEUES))
    assert interval.table.local_port[in_order(interval, rows, LIST_COLUMNS[name])].tolist() == ports
    backwards = in_order(interval, rows, LIST_COLUMNS[name], is_reversed=True)
    assert interval.table.local_port[backwards[-1]] == last


def test_a_column_that_is_none_is_told_its_neighbours():
    with pytest.raises(InputError, match='no column is called "proces"; write process'):
        columns_named("local,proces")
