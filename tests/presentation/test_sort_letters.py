import pytest

from monitor.presentation.connections_view import columns_for
from monitor.presentation.listener_columns import LISTENER_COLUMNS


@pytest.mark.parametrize("width", [80, 120, 200])
def test_every_column_of_connections_has_a_letter_of_its_own(width):
    letters = [shown.column.letter for shown in columns_for(width)]
    assert all(letter.isalpha() and letter.islower() for letter in letters)
    assert len(set(letters)) == len(letters)


def test_every_column_of_listeners_has_a_letter_of_its_own():
    letters = [shown.column.letter for shown in LISTENER_COLUMNS]
    assert all(letter.isalpha() and letter.islower() for letter in letters)
    assert len(set(letters)) == len(letters)
