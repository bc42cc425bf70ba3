"""Orders by packed words: the same as comparing key by key, however many bits the keys have."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.presentation.sort_words import order_by

WIDE = st.one_of(st.integers(0, 3), st.integers(0, 2**64 - 1))
SIGNED = st.one_of(st.integers(-2, 2), st.integers(-(2**63), 2**63 - 1))
FLOATS = st.one_of(st.sampled_from((math.nan, 0.0, -0.0, math.inf, -math.inf, 0.5, 2.0)), st.floats())
KINDS = (np.uint64, np.int64, np.float64)


def ordered_slowly(rows, directions):
    def key(place):
        described = []
        for number, is_descending in zip(rows[place], directions, strict=True):
            is_unknown = math.isnan(number)
            described += [is_unknown, 0 if is_unknown else -number if is_descending else number]
        return described

    return sorted(range(len(rows)), key=key)


@given(
    st.lists(st.tuples(WIDE, SIGNED, FLOATS), max_size=20),
    st.permutations(range(3)),
    st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
def test_keys_of_any_width_and_direction_decide_one_after_another(rows, deciding, directions):
    columns = [np.array([row[place] for row in rows], kind) for place, kind in enumerate(KINDS)]
    keys = [(columns[place], is_descending) for place, is_descending in zip(deciding, directions, strict=True)]
    identity = np.arange(len(rows), dtype=np.uint64)
    described = [(*(row[place] for place in deciding), number) for number, row in enumerate(rows)]
    assert order_by([*keys, (identity, False)]).tolist() == ordered_slowly(described, (*directions, False))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floats_that_are_not_whole_order_by_their_value(dtype):
    values = np.array([0.25, -1.5, 3.75, -0.5], dtype)
    assert order_by([(values, False)]).tolist() == [1, 3, 0, 2]


def test_keys_that_say_nothing_leave_the_rest_to_decide():
    unknown = np.full(3, math.nan)
    same = np.full(3, 7, np.uint8)
    assert order_by([(unknown, False), (same, True), (np.array([3, 1, 2], np.uint64), False)]).tolist() == [1, 2, 0]
