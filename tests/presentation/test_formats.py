import math
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.presentation.formats import (
    bar,
    bytes_text,
    clock_text,
    count_text,
    duration_text,
    gauge,
    long_duration_text,
    rate_text,
    rtt_text,
    share_text,
    when_text,
)

ANY_NUMBER = st.none() | st.floats() | st.integers(-5, 2**64).map(float)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.01, "<0.1"),
        (0.2, "0.2"),
        (0.97, "1"),
        (930, "930"),
        (999.4, "999"),
        (999.5, "1.0K"),
        (8_400, "8.4K"),
        (9_960, "10K"),
        (12_000, "12K"),
        (999_600, "1.0M"),
        (1_400_000, "1.4M"),
        (380e6, "380M"),
        (2.1e9, "2.1G"),
        (2**64, "18E"),
        (1e30, "≥999E"),
    ],
)
def test_bytes_and_rates_keep_two_or_three_digits_and_a_unit(value, text):
    assert bytes_text(value) == text
    assert rate_text(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (7.9, "7s"),
        (59.99, "59s"),
        (60, "1m"),
        (14 * 60, "14m"),
        (3599, "59m"),
        (7200, "2h"),
        (86_399, "23h"),
        (3 * 86_400, "3d"),
        (999 * 86_400, "999d"),
        (10 * 31_557_600, "10y"),
        (1e12, "≥1ky"),
    ],
)
def test_durations_name_the_largest_unit_that_has_passed(seconds, text):
    assert duration_text(seconds) == text


@pytest.mark.parametrize(
    ("microseconds", "text"),
    [
        (0, "0"),
        (0.2, "1µs"),
        (35, "35µs"),
        (99.6, "0.1ms"),
        (400, "0.4ms"),
        (23_000, "23ms"),
        (999_400, "999ms"),
        (1_200_000, "1.2s"),
        (59_900_000, "60s"),
        (120_000_000, "2m"),
    ],
)
def test_round_trip_times_choose_their_unit(microseconds, text):
    assert rtt_text(microseconds) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0"),
        (0.0001, "<0.1"),
        (0.001, "0.1"),
        (0.023, "2.3"),
        (0.71, "71"),
        (0.9999, "99"),
        (1, "100"),
        (12, ">999"),
    ],
)
def test_shares_are_per_cent_and_only_the_whole_is_a_hundred(share, text):
    assert share_text(share) == text


def test_counts_have_thousands_commas():
    assert [count_text(0), count_text(1253), count_text(None)] == ["0", "1,253", "–"]


@pytest.mark.parametrize("text_of", [bytes_text, rate_text, duration_text, rtt_text, share_text])
@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf, -1])
def test_what_is_not_known_is_a_dash_and_never_zero(text_of, value):
    assert text_of(value) == "–"


@given(ANY_NUMBER)
def test_no_number_outgrows_its_column(value):
    assert len(bytes_text(value)) <= 5
    assert len(rtt_text(value)) <= 5
    assert len(duration_text(value)) <= 4
    assert len(share_text(value)) <= 4


@given(st.floats(min_value=sys.float_info.min, allow_infinity=False))
def test_something_is_never_written_as_nothing(value):
    assert not any(set(text_of(value)) <= set("0.") for text_of in (bytes_text, rtt_text, share_text))


def test_times_are_utc_and_say_so():
    assert clock_text(1_795_403_561.9) == "03:12:41Z"
    assert when_text(1_795_403_561.9) == "2026-11-23T03:12:41Z"


@given(st.floats())
def test_no_time_from_a_stranger_raises(unix):
    assert clock_text(unix) == "–" or len(clock_text(unix)) == 9
    assert when_text(unix) == "–" or len(when_text(unix)) == 20


@pytest.mark.parametrize(
    ("used", "limit", "shown"),
    [
        (0, 511, " "),
        (7, None, " "),
        (1, 4096, "▁"),
        (256, 511, "▄"),
        (510, 511, "▇"),
        (511, 511, "█"),
        (512, 511, "█"),
        (1, 0, "█"),
    ],
)
def test_a_bar_is_full_only_at_its_limit_and_empty_only_at_nothing(used, limit, shown):
    assert bar(used, limit) == shown


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (41.9, "41s"),
        (60, "1m"),
        (845, "14m 5s"),
        (273_700, "3d 4h"),
        (259_300, "3d"),
        (2 * 31_557_600 + 86_400, "2y 1d"),
        (None, "–"),
        (math.nan, "–"),
        (-1, "–"),
    ],
)
def test_a_long_duration_has_its_two_largest_units(seconds, text):
    assert long_duration_text(seconds) == text


@pytest.mark.parametrize(
    ("used", "limit", "filled"),
    [
        (0, 1024, ""),
        (1, 1024, "▌"),
        (144, 1024, "█"),
        (512, 1024, "█████"),
        (1023, 1024, "█████████▌"),
        (2000, 1024, "█" * 10),
        (3, 0, "█" * 10),
    ],
)
def test_a_gauge_shows_anything_and_is_full_at_the_limit_only(used, limit, filled):
    assert gauge(used, limit, 10) == (filled, "·" * (10 - len(filled)))
