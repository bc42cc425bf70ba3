"""among(): which values stand in a sorted array, close together or far apart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.kernel.owner_rows import among

NUMBERS = st.integers(0, 2**32 - 1)
NEAR = st.integers(0, 60)


@given(NUMBERS, st.lists(NEAR), st.lists(NEAR), st.lists(NUMBERS, max_size=3))
def test_every_value_is_told_wherever_the_numbers_lie(base, near_values, near_ordered, far):
    values = [min(base + number, 2**32 - 1) for number in near_values] + far
    ordered = sorted(min(base + number, 2**32 - 1) for number in near_ordered)
    told = among(np.array(values, np.uint32), np.array(ordered, np.uint32))
    assert told.tolist() == [value in ordered for value in values]


@pytest.mark.parametrize("ordered", [[5], [0, 2**32 - 1], []])
def test_numbers_at_the_ends_are_told(ordered):
    values = [0, 4, 5, 6, 2**32 - 1]
    assert among(np.array(values, np.uint32), np.array(ordered, np.uint32)).tolist() == [v in ordered for v in values]
