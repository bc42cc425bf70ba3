"""Sparklines are exactly as wide as asked, and a gap never looks like a zero."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from monitor.presentation.characters import cells
from monitor.presentation.sparkline import BLOCKS, sparkline

NAN = math.nan
VALUES = st.lists(st.one_of(st.just(NAN), st.floats(0)), max_size=30)


def test_the_scale_goes_from_zero_to_the_greatest_value():
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8) == BLOCKS


def test_zeros_are_drawn_and_unknown_values_are_not():
    assert sparkline([0, NAN, 0], 3) == "▁ ▁"


def test_too_few_values_stand_on_the_right():
    assert sparkline([1, 1], 4) == "  ██"


def test_of_too_many_values_the_newest_are_drawn_on_their_own_scale():
    assert sparkline([1000, 0, 5], 2) == "▁█"


def test_no_width_is_no_text():
    assert sparkline([1, 2], 0) == ""


def test_the_smallest_numbers_have_a_scale_as_well():
    assert sparkline([0, 5e-324], 2) == "▁█"


@given(VALUES, st.integers(0, 40))
def test_a_sparkline_is_as_wide_as_asked_and_one_cell_a_value(values, width):
    text = sparkline(values, width)
    assert len(text) == width
    assert all(cells(character) == 1 for character in text)


@given(VALUES)
def test_blanks_are_exactly_what_is_not_known(values):
    text = sparkline(values, len(values))
    assert [character == " " for character in text] == [not math.isfinite(value) for value in values]


@given(st.lists(st.floats(0, 1e300), min_size=2, max_size=30))
def test_a_greater_value_is_never_drawn_lower(values):
    levels = [BLOCKS.index(character) for character in sparkline(values, len(values))]
    ordered = [level for _, level in sorted(zip(values, levels, strict=True))]
    assert ordered == sorted(levels)
