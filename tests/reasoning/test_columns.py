"""Look-ups over columns agree with dictionaries, also where two different rows meet in one hash."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.reasoning import columns
from monitor.reasoning.columns import group_rows, is_ipv4

EXTREMES = st.sampled_from((0, 1, (1 << 63) - 1, 1 << 63, (1 << 64) - 1))
ROWS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), EXTREMES, st.integers(0, 1)), max_size=20)


def u64(values):
    return np.array(values, np.uint64)


def as_columns(rows):
    kinds = (np.uint8, np.uint16, np.uint64, np.uint32)
    return tuple(np.array([row[place] for row in rows], kind) for place, kind in enumerate(kinds))


def assert_grouped(rows):
    first, group = group_rows(as_columns(rows))
    seen = {}
    for place, row in enumerate(rows):
        seen.setdefault(row, place)
    assert sorted(first.tolist()) == sorted(seen.values())
    assert [seen[row] for row in rows] == first[group].tolist()


@given(ROWS)
def test_rows_are_grouped_as_a_dictionary_groups_them(rows):
    assert_grouped(rows)


@given(ROWS)
def test_groups_stay_apart_where_different_rows_meet_in_one_hash(rows):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "_MIX", (np.uint64(0),) * 4)
        assert_grouped(rows)


def test_mapped_addresses_are_ipv4_and_others_are_not():
    high = u64([0, 0, 0, 1 << 63, 0])
    low = u64([0xFFFF_C000_020A, 0xFFFF_0000_0000, 0x1_FFFF_C000_020A, 0xFFFF_C000_020A, 1])
    assert is_ipv4(high, low).tolist() == [True, True, False, False, False]
