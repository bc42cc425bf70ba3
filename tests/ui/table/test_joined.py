"""The cells of a row as one text: the short way gives what the careful way gives, and only what needs no care."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.presentation.characters import cells as cells_of
from monitor.presentation.safe_text import cell_width, safe_text
from monitor.presentation.view import Align, Cell, Column
from monitor.ui.table.joined import NARROW, JoinedCells
from monitor.ui.table.layout import LEAD, lay_out

COLUMNS = (Column("a", "a", 6, is_fixed=True), Column("b", "b", 5, Align.RIGHT), Column("c", "c", 8))
WORDS = st.one_of(st.text(f"0aZ[]:. \\{NARROW}", max_size=7), st.text(max_size=7).map(safe_text))


@pytest.mark.parametrize("sign", NARROW)
def test_every_sign_of_the_short_way_takes_one_cell(sign: str):
    assert cells_of(sign) == 1
    assert safe_text(sign) == sign


@given(texts=st.tuples(WORDS, WORDS, WORDS), keeps_end=st.booleans(), width=st.integers(0, 40))
def test_both_ways_give_the_same(*, texts: tuple[str, str, str], keeps_end: bool, width: int):
    layout = lay_out(COLUMNS, width)
    joined = JoinedCells(layout)
    row = [Cell(text, keeps_end=keeps_end) for text in texts]
    lead = "▸! "[: layout.lead]

    text, starts = joined.join(lead, row)

    assert (text, list(starts)) == joined._fitted(lead, row)
    assert cell_width(text) == layout.body


def test_where_a_character_is_wide_the_columns_begin_where_their_text_does():
    text, starts = JoinedCells(lay_out(COLUMNS, LEAD + 6 + 1 + 5 + 1 + 8 + 1)).join(
        "   ", [Cell("日本"), Cell("7"), Cell("x")]
    )

    assert text == "   日本       7 x       "
    assert [text[start:].strip()[:1] for start in starts] == ["日", "7", "x"]


def test_what_slipped_past_safe_text_is_replaced():
    text, _ = JoinedCells(lay_out(COLUMNS, 25)).join("   ", [Cell("a\x1bb"), Cell(""), Cell("")])

    assert "a\N{REPLACEMENT CHARACTER}b" in text
    assert "\x1b" not in text
