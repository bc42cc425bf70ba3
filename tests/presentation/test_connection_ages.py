"""Ages: exact where the opening was seen, at least so long otherwise, and a dash where nothing tells."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.presentation.connection_ages import age_cells, age_text
from monitor.presentation.row_text import RowTexts
from monitor.sampling.intervals import advance
from tests.scenes import row, sample_of, traffic

PAIR = "192.0.2.1:1", "192.0.2.2:2"


def ages(*rows, apart_s=1.0):
    """Read lists of rows one after another; give the age of each row of the last."""
    interval = None
    for place, some in enumerate(rows):
        interval = advance(interval, sample_of(some, place * apart_s))
    return [cell.text for cell in age_cells(RowTexts(interval), np.arange(len(interval.table)))]


def test_one_that_was_seen_to_open_has_an_exact_age():
    opened = row("tcp", *PAIR, "ESTAB", **traffic(sent=1, idle_s=900))
    assert ages([], [opened], [opened], apart_s=90.0) == ["1m"]


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (traffic(sent=1, idle_s=7_200), "≥2h"),
        (traffic(sent=1, idle_s=5) | {"last_data_recv_ms": 900_000}, "≥15m"),
        (traffic(sent=1, idle_s=5) | {"busy_us": 180_000_000}, "≥3m"),
        (traffic(sent=1, idle_s=0.2), "–"),
    ],
    ids=["idle", "idle one way", "busy", "nothing tells"],
)
def test_one_that_was_open_before_is_no_younger_than_tcp_says(told, text):
    assert ages([row("tcp", *PAIR, "ESTAB", **told)]) == [text]


def test_nor_than_the_samples_that_are_still_known():
    open_before = row("tcp", *PAIR, "ESTAB", **traffic(sent=1))
    assert ages(*[[open_before]] * 4) == ["≥3s"]


@pytest.mark.parametrize(
    "other",
    [
        row("udp", *PAIR, "ESTAB"),
        row("tcp", *PAIR, "TIME-WAIT"),
        row("tcp", *PAIR, "SYN-SENT", last_data_sent_ms=9_000),
    ],
    ids=["udp", "a bucket", "not set up"],
)
def test_nothing_is_known_of(other):
    assert ages([other]) == ["–"]


def test_a_closed_one_stays_as_old_as_it_was():
    opened = row("tcp", *PAIR, "ESTAB", cookie=5, **traffic(sent=1))
    first = advance(advance(None, sample_of([])), sample_of([opened], 10.0))
    closed = advance(first, sample_of([], 30.0, closed=[5]))
    later = advance(closed, sample_of([], 32.0))
    texts = [age_cells(RowTexts(one), np.array([0]))[0].text for one in (closed, later)]
    assert texts == ["20s", "20s"]


def test_of_a_closed_one_the_time_since_is_not_counted():
    open_before = row("tcp", *PAIR, "ESTAB", cookie=5, **traffic(sent=1))
    interval, texts = None, []
    for second, rows in enumerate([[open_before]] * 4 + [[]] * 3):
        interval = advance(interval, sample_of(rows, float(second), closed=[] if rows else [5]))
        texts.append(age_cells(RowTexts(interval), np.array([0]))[0].text)
    assert texts[3:] == ["≥3s", "≥4s", "≥4s", "≥3s"]


@pytest.mark.parametrize(
    ("seconds", "is_exact", "text"), [(0.0, True, "0s"), (90.0, False, "≥1m"), (float("nan"), False, "–")]
)
def test_it_has_five_cells(seconds, is_exact, text):
    assert age_text(seconds, is_exact=is_exact) == text
