"""The table of faults says what the tests say."""

from __future__ import annotations

from tests.faults.table import IDS, named_tests, read_table


def test_every_fault_of_the_catalogue_has_its_row_in_order():
    expected = [f"{chapter}-{number:02}" for chapter, count in IDS.items() for number in range(1, count + 1)]
    assert [entry.id for entry in read_table()] == expected


def test_a_row_names_only_tests_that_are_named_with_its_id():
    named = named_tests()
    for entry in read_table():
        assert entry.tests <= named.get(entry.id, set()), entry


def test_a_fault_is_covered_by_a_test_or_does_not_apply_for_a_reason():
    for entry in read_table():
        if entry.tests:
            assert entry.state == "covered", entry
        else:
            assert entry.state.startswith("not applicable: ") or entry.state == "missing", entry
