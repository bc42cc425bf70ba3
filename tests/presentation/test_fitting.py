"""Safe text broken into lines: nothing lost, nothing parted that belongs together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.presentation.fitting import ESCAPE, cell_width, pieces
from monitor.presentation.safe_text import safe_text


def test_words_stay_whole_where_they_fit():
    assert pieces("one two three", 8) == ["one two", "three"]
    assert pieces("one two three", 7) == ["one two", "three"]
    assert pieces("short", 80) == ["short"]


def test_a_word_that_is_too_long_is_parted():
    assert pieces("/opt/a/long/path x", 6) == ["/opt/a", "/long/", "path x"]


def test_an_escape_is_never_parted():
    assert pieces(safe_text(b"ab\x1b[31mcd"), 4) == ["ab", r"\x1b", "[31m", "cd"]


@given(st.text(max_size=60), st.integers(4, 20))
def test_every_piece_fits_and_all_of_the_text_is_there(text, width):
    safe = safe_text(text)
    lines = pieces(safe, max(width, 10))
    assert all(cell_width(line) <= max(width, 10) for line in lines)
    assert "".join(lines).replace(" ", "") == safe.replace(" ", "")
    assert len(ESCAPE.findall(safe)) == sum(len(ESCAPE.findall(line)) for line in lines)
