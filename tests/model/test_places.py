"""Numbers are found as a dictionary finds them, also where all of them share one slot."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import places
from monitor.model.places import distinct, find_places

EXTREMES = st.sampled_from((0, 1, (1 << 31) - 1, 1 << 31, (1 << 32) - 1))
NUMBERS = st.one_of(st.integers(0, 12), EXTREMES)
WIDTHS = st.sampled_from((np.uint32, np.uint64))


@pytest.fixture(params=[places._SPREAD, np.uint64(0)], ids=["spread", "all in one slot"], autouse=True)
def _spread(request, monkeypatch):
    monkeypatch.setattr(places, "_SPREAD", request.param)


@given(st.lists(NUMBERS, unique=True, max_size=12), st.lists(NUMBERS, max_size=12), WIDTHS)
def test_numbers_are_found_as_a_dictionary_finds_them(known, wanted, width):
    at = {number: place for place, number in enumerate(known)}
    found = find_places(np.array(known, width), np.array(wanted, width)).tolist()
    assert found == [at.get(number, -1) for number in wanted]


@given(st.lists(NUMBERS, min_size=1, max_size=12), st.lists(NUMBERS, max_size=12), WIDTHS)
def test_a_number_that_stands_twice_is_found_at_one_of_its_places(known, wanted, width):
    columns = np.array(known, width), np.array(wanted, width)
    for number, place in zip(wanted, find_places(*columns).tolist(), strict=True):
        assert (known[place] == number) if place >= 0 else (number not in known)


@given(st.lists(NUMBERS, max_size=12), WIDTHS)
def test_distinct_numbers_are_those_of_a_set_in_order(numbers, width):
    assert distinct(np.array(numbers, width)).tolist() == sorted(set(numbers))


def test_the_widest_numbers_are_told_apart():
    known = np.array([(1 << 64) - 1, 1 << 63, 0], np.uint64)
    assert find_places(known, known[::-1].copy()).tolist() == [2, 1, 0]
