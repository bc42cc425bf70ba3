"""Descriptors beside a dict that goes through the same."""

from __future__ import annotations

from itertools import count, islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.kernel.descriptor_map import Descriptors

FDS = st.integers(0, 300) | st.integers(0, 1_048_575)
INODES = st.just(0) | st.integers(0, 2**32 - 1)
MOST_BESIDE = 64
"""Slots that a table may have beside two for each descriptor."""


@given(st.dictionaries(FDS, INODES), st.lists(st.tuples(FDS, INODES | st.none()), max_size=200))
def test_it_is_a_dict_that_stays_small(known, changes):
    descriptors, most = Descriptors(known), len(known)
    for fd, inode in changes:
        if inode is None:
            assert descriptors.pop(fd, None) == known.pop(fd, None)
        else:
            descriptors[fd] = known[fd] = inode
        assert (fd in descriptors) == (fd in known)
        assert len(descriptors) == len(known)
        most = max(most, len(known))
    assert descriptors == known
    assert len(descriptors._slots) <= 2 * most + MOST_BESIDE


@given(st.dictionaries(FDS, INODES))
def test_sockets_are_given_in_order_without_other_files(known):
    fd, inode = Descriptors(known).sockets()
    assert list(zip(fd.tolist(), inode.tolist(), strict=True)) == sorted(item for item in known.items() if item[1])
    assert fd.dtype == inode.dtype == "u4"


@given(st.dictionaries(FDS, INODES))
def test_gaps_are_the_lowest_free_numbers(known):
    free = [fd for fd in range(400) if fd not in known]
    assert list(islice(Descriptors(known).gaps(), len(free))) == free


def test_a_gap_may_be_taken_as_soon_as_it_is_given():
    descriptors = Descriptors({0: 1, 3: 1, 100: 1, 1000: 1})
    for fd, _ in zip(descriptors.gaps(), range(150), strict=False):
        assert fd not in descriptors
        descriptors[fd] = 1
    assert descriptors.keys() == {*range(153), 1000}


def test_a_far_descriptor_is_kept_when_the_others_come_near():
    descriptors = Descriptors({1000: 7})
    for fd, inode in zip(range(1000), count(10), strict=False):
        descriptors[fd] = inode
    assert descriptors[1000] == 7
    assert len(descriptors) == 1001


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({1: 5, 2: 0}, {1: 5}, True),
        ({1: 5}, {2: 5}, False),
        ({1: 5}, {1: 6}, False),
        ({1: 5}, {1: 5, 900_000: 6}, False),
        ({900_000: 0}, {}, True),
        ({900_000: 6}, {900_000: 6}, True),
    ],
)
def test_other_files_do_not_matter_to_whether_the_sockets_are_the_same(one, other, same):
    assert Descriptors(one).has_sockets_of(Descriptors(other)) is same
    assert Descriptors(other).has_sockets_of(Descriptors(one)) is same


def test_a_closed_descriptor_is_not_there():
    descriptors = Descriptors({3: 0})
    with pytest.raises(KeyError):
        descriptors[2]
    with pytest.raises(KeyError):
        del descriptors[900_000]


@given(st.lists(st.tuples(st.integers(0, 400) | st.integers(0, 2**31 - 1), st.integers(0, 2**32 - 1))))
def test_columns_give_what_a_mapping_gives(listed):
    fds, inodes = np.array(listed, np.uint32).reshape(-1, 2).T.copy()
    made, known = Descriptors.of_columns(fds, inodes), Descriptors(dict(listed))
    assert dict(made) == dict(known)
    assert len(made) == len(known)
    assert made.has_sockets_of(known)
