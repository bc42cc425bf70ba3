"""A trend is said from the last time it was as many as ever, or as few; small changes are none; it is bounded."""

from __future__ import annotations

import math

import numpy as np
import pytest

from monitor.model.series import Series
from monitor.presentation.count_trend import KEPT_S, CountTrend


def told(*counts, pause=60.0):
    """Give the text after these counts, a minute apart."""
    trend = CountTrend()
    for number, count in enumerate(counts):
        trend.note("on [::]:443", number * pause, count)
    return trend.text()


@pytest.mark.parametrize(
    ("counts", "text"),
    [
        ((412, 412, 300, 200, 100, 12), "412 → 12 in 4 min"),
        ((3, 3, 9, 40), "3 → 40 in 2 min"),
        ((10, 40, 12), "40 → 12 in 1 min"),
        ((40, 1, 30), "1 → 30 in 1 min"),
        ((12_000, 0), "12,000 → 0 in 1 min"),
        ((412, 410, 412, 409), ""),
        ((1, 0), ""),
        ((7,), ""),
        ((), ""),
    ],
)
def test_a_trend_is_said_since_it_turned(counts, text):
    assert told(*counts) == text


def test_less_than_a_minute_is_said_in_seconds():
    assert told(9, 2, pause=41.0) == "9 → 2 in 41 s"


def test_another_narrowing_counts_anew():
    trend = CountTrend()
    trend.note("on [::]:443", 0.0, 900)
    trend.note("nginx", 60.0, 3)
    assert trend.text() == ""


def test_what_is_known_from_before_counts():
    trend = CountTrend()
    trend.note("on [::]:443", 300.0, 12)
    times, counts = np.array([0.0, 60.0, 300.0]), np.array([math.nan, 412.0, 999.0])
    trend.add_before(Series(times, counts))
    assert trend.text() == "412 → 12 in 4 min"


def test_a_second_look_at_the_same_sample_is_no_other_count():
    trend = CountTrend()
    for _ in range(3):
        trend.note("on [::]:443", 60.0, 3)
    trend.note("on [::]:443", 60.0, 9)
    assert (trend.text(), len(trend._counts)) == ("", 1)


def test_a_clock_that_went_back_begins_anew():
    trend = CountTrend()
    trend.note("x", 500.0, 90)
    trend.note("x", 100.0, 3)
    assert trend.text() == ""


def test_an_hour_is_kept_and_never_more_than_some_hundreds():
    trend = CountTrend()
    for second in range(3 * int(KEPT_S)):
        trend.note("x", float(second), 500 if second < KEPT_S else 20)
    assert len(trend._counts) <= 480
    assert trend._counts[-1][0] - trend._counts[0][0] <= KEPT_S
    assert trend.text() == ""
