"""A process holds a socket once, however many descriptors it has of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.reasoning.holders import Holders, pids_of
from monitor.sampling.intervals import advance
from tests.scenes import ANY, row, sample_of


@st.composite
def owned_rows(draw):
    owner = st.tuples(st.integers(1, 4), st.integers(3, 6))
    return [
        row("udp", f"127.0.0.1:{number + 1}", ANY, "UNCONN", owner=sorted(owners), cookie=number + 1)
        for number, owners in enumerate(draw(st.lists(st.sets(owner, max_size=5), max_size=6)))
    ]


def slow(described):
    return [sorted({pid for pid, _ in row.owners}) for row in described]


@given(owned_rows())
def test_pairs_equal_the_owners_read_row_by_row(described):
    rows, pids = Holders.of(advance(None, sample_of(described))).pairs()
    wanted = [(number, pid) for number, held in enumerate(slow(described)) for pid in held]
    assert list(zip(rows.tolist(), pids.tolist(), strict=True)) == wanted


@given(owned_rows())
def test_counts_equal_the_owners_read_row_by_row(described):
    holders = Holders.of(advance(None, sample_of(described)))
    assert holders.count.tolist() == [len(held) for held in slow(described)]


@given(owned_rows(), st.data())
def test_the_processes_of_some_rows_are_those_of_each(described, data):
    rows = data.draw(st.lists(st.sampled_from(range(len(described))), unique=True) if described else st.just([]))
    expected = sorted({pid for row in rows for pid in slow(described)[row]})
    assert pids_of(advance(None, sample_of(described)), rows) == expected


@given(owned_rows())
def test_rows_have_one_fingerprint_exactly_where_the_same_processes_hold_them(described):
    prints = Holders.of(advance(None, sample_of(described))).fingerprints().tolist()
    held = slow(described)
    for one in range(len(held)):
        for other in range(len(held)):
            assert (prints[one] == prints[other]) == (held[one] == held[other])


def test_an_unaccepted_connection_is_held_by_its_listeners_processes():
    listener = row("tcp", "192.0.2.10:443", ANY, "LISTEN", owner=[(812, 6), (813, 6)])
    waiting = row("tcp", "192.0.2.10:443", "198.51.100.7:1", "ESTAB", inode=0)
    assert Holders.of(advance(None, sample_of([listener, waiting]))).count.tolist() == [2, 2]
