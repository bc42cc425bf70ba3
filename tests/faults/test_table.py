"""The table of faults says what the tests say."""

from __future__ import annotations

from tests.faults.table import IDS, README, named_tests, read_table, rewritten


def test_every_fault_of_the_catalogue_has_its_row_in_order():
    expected = [f"{chapter}-{number:02}" for chapter, count in IDS.items() for number in range(1, count + 1)]
    assert [entry.id for entry in read_table()] == expected


def test_the_table_names_exactly_the_tests_that_are_named_with_its_ids():
    text = README.read_text()
    assert text == rewritten(text, named_tests()), "python -m tests.faults writes the table anew"


def test_a_fault_is_covered_by_a_test_or_does_not_apply_for_a_reason():
    for entry in read_table():
        if entry.tests:
            assert entry.state == "covered", entry
        else:
            assert entry.state.startswith("not applicable: "), entry
