"""A series over time: unknown stays unknown, peaks are kept, cells stand still."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.series import Series

NAN = math.nan


def series(*readings):
    return Series(np.array([time for time, _ in readings], float), np.array([value for _, value in readings], float))


def same(cells, wanted):
    return np.array_equal(cells, wanted, equal_nan=True)


@st.composite
def some_series(draw):
    gaps = draw(st.lists(st.floats(0.01, 20.0), min_size=1, max_size=30))
    values = draw(st.lists(st.one_of(st.just(NAN), st.floats(0, 1e9)), min_size=len(gaps), max_size=len(gaps)))
    return Series(1_000.0 + np.cumsum(gaps), np.array(values))


def test_a_series_that_was_never_read_knows_nothing():
    empty = Series.empty()
    assert (empty.last, empty.lowest, empty.highest, len(empty)) == (None, None, None, 0)
    assert same(empty.resample(3, 3.0), [NAN, NAN, NAN])


def test_the_last_value_is_unknown_where_the_newest_reading_was():
    told = series((1, 5), (2, 7), (3, NAN))
    assert (told.last, told.lowest, told.highest) == (None, 5.0, 7.0)


def test_a_cell_has_the_greatest_of_its_values():
    assert same(series((0, 1), (1, 9), (2, 3), (3, 4)).resample(2, 4.0), [9, 4])


def test_a_cell_between_two_readings_takes_the_later_one():
    assert same(series((0, 1), (3, 4)).resample(4, 4.0), [1, 4, 4, 4])


def test_before_the_first_reading_nothing_is_known():
    assert same(series((2, 6), (3, 4)).resample(4, 4.0), [NAN, NAN, 6, 4])


def test_an_unknown_reading_is_no_zero_and_no_neighbour():
    assert same(series((0, 1), (1, NAN), (2, 3)).resample(3, 3.0), [1, NAN, 3])


def test_a_known_value_in_a_cell_outweighs_an_unknown_one():
    assert same(series((0, NAN), (1, 2)).resample(1, 2.0), [2])


def test_a_peak_moves_with_its_cell_and_keeps_its_height():
    readings = [(float(time), 90.0 if time == 7 else 1.0) for time in range(40)]
    for end in range(13, 30):
        cells = series(*readings[:end]).resample(10, 40.0)
        assert cells.index(90.0) == 9 - ((end - 1) // 4 - 7 // 4)


def test_no_cells_are_asked_for_and_none_come():
    assert series((1, 1)).resample(0, 60.0) == []


@given(some_series(), st.integers(1, 40), st.floats(1.0, 300.0))
def test_cells_hold_only_values_that_were_read_in_the_time_they_span(told, width, seconds):
    cells = told.resample(width, seconds)
    assert len(cells) == width
    recent = told.values[told.boot_times >= told.boot_times[-1] - seconds - 1e-6]
    assert {cell for cell in cells if not math.isnan(cell)} <= set(recent.tolist())


@given(some_series(), st.integers(1, 40), st.floats(1.0, 300.0))
def test_no_peak_of_the_newest_cells_is_lost(told, width, seconds):
    cells = [cell for cell in told.resample(width, seconds) if not math.isnan(cell)]
    shown = told.values[told.boot_times > told.boot_times[-1] - seconds * (width - 1) / width + 1e-6]
    shown = shown[~np.isnan(shown)]
    if len(shown):
        assert max(cells) >= shown.max()
