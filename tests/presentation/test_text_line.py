from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.presentation.fitting import cell_width
from monitor.presentation.text_line import TextLine, plain, wrapped
from monitor.presentation.view import Cell, Role


def texts(line: TextLine, width: int) -> list[str]:
    return ["".join(cell.text for cell in part.left) for part in wrapped(line, width)]


def test_a_line_that_fits_stays_as_it_is():
    line = TextLine((Cell("rule     "), Cell("32766: from all   (derived)")))
    assert wrapped(line, 40) == [line]


def test_what_does_not_fit_stands_under_the_beginning_of_its_text():
    line = TextLine((Cell("rule     ", Role.HEADING), Cell("32766: from all lookup main (derived)")))
    assert texts(line, 30) == ["rule     32766: from all", "         lookup main (derived)"]
    assert wrapped(line, 30)[0].left[0].role is Role.HEADING


def test_blanks_that_only_set_apart_are_given_up_before_a_line_is_broken():
    assert texts(plain("one   two"), 8) == ["one two"]


def test_each_part_keeps_the_meaning():
    assert {part.left[-1].role for part in wrapped(plain("one two three four", Role.TROUBLE), 12)} == {Role.TROUBLE}


def test_a_line_without_text_is_one_line():
    assert wrapped(TextLine(), 10) == [TextLine()]


@given(st.lists(st.text("abc…", min_size=1, max_size=11), min_size=1), st.integers(12, 40))
def test_no_word_is_lost_and_no_line_too_long(words: list[str], width: int):
    broken = texts(plain(" ".join(words)), width)
    assert " ".join(broken).split() == words
    assert all(cell_width(line) <= width for line in broken)
