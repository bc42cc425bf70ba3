import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import InputError
from monitor.presentation.csv_lines import csv_lines
from monitor.presentation.list_columns import LIST_COLUMNS, columns_named, in_order
from monitor.presentation.row_text import RowTexts
from monitor.presentation.safe_text import safe_text
from tests.presentation.random_intervals import intervals

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


def test_a_column_that_is_none_is_told_its_neighbours():
    with pytest.raises(InputError, match='no column is called "proces"; write process'):
        columns_named("local,proces")
