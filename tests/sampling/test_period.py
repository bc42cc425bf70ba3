"""The period: it follows what samples cost while it is automatic, and is what was chosen otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.sampling.period import (
    AUTO_PERIODS_S,
    CHOICES_S,
    MAX_PERIOD_S,
    MIN_PERIOD_S,
    SHARE,
    Pace,
    Period,
    next_longer,
    next_shorter,
)


def after(*costs: float, chosen_s: float | None = None) -> Period:
    period = Period(chosen_s)
    for cost in costs:
        period.take(cost, is_cold=False)
    return period


@pytest.mark.parametrize(
    ("cost_s", "seconds"), [(0.0, 1.0), (0.012, 1.0), (0.1, 1.0), (0.11, 1.5), (0.25, 3.0), (0.32, 5.0), (99.0, 60.0)]
)
def test_a_sample_takes_a_tenth_of_a_processor_at_most(cost_s, seconds):
    assert after(cost_s, cost_s).seconds == seconds


@given(st.lists(st.floats(0.0, 5.9), min_size=2, max_size=40))
def test_whatever_samples_cost_what_they_usually_do_keeps_to_the_share(costs):
    pace = after(*costs).pace
    assert pace.period_s in AUTO_PERIODS_S
    assert pace.share <= SHARE * 1.000001


def test_costs_that_waver_about_a_limit_do_not_move_the_period():
    period = after(0.16, 0.16)
    assert period.seconds == 2.0
    for cost in (0.14, 0.19, 0.13, 0.2, 0.15) * 5:
        period.take(cost, is_cold=False)
        assert period.seconds == 2.0


@pytest.mark.parametrize("costs", [(1.0,), (1.0, 0.02), (0.02, 1.0), (0.02, 0.02, 1.0, 0.02, 1.0)])
def test_a_dear_sample_now_and_then_moves_nothing(costs):
    period = after(*costs)
    assert period.seconds == 1.0


def test_what_samples_have_come_to_cost_counts_after_three():
    period = after(*(0.02,) * 5, 0.25, 0.25)
    assert period.seconds == 1.0
    period.take(0.25, is_cold=False)
    assert period.seconds == 3.0
    for _ in range(3):
        period.take(0.02, is_cold=False)
    assert period.seconds == 1.0


def test_the_first_sample_of_a_source_is_shown_and_not_followed():
    period = Period()
    period.take(3.0, is_cold=True)
    assert period.pace == Pace(1.0, is_auto=True, cost_s=3.0)
    period.take(0.02, is_cold=False)
    assert period.pace.cost_s == 0.02


def test_nothing_is_known_of_the_cost_before_the_first_sample():
    assert Period().pace.cost_s is None
    assert Period().pace.share == 0.0


def test_a_chosen_period_is_obeyed_whatever_it_costs():
    period = after(0.32, 0.32, chosen_s=1.0)
    assert period.pace == Pace(1.0, is_auto=False, cost_s=0.32)
    assert period.pace.share == 0.32


def test_an_automatic_period_has_followed_while_another_was_chosen():
    period = after(0.32, 0.32, chosen_s=0.5)
    period.choose(None)
    assert period.seconds == 5.0


def test_a_chosen_period_has_its_limits():
    assert Period(0.0).seconds == MIN_PERIOD_S
    assert Period(1e9).seconds == MAX_PERIOD_S


def test_keys_step_through_the_choices_and_beyond_them_to_automatic():
    assert [next_longer(choice) for choice in CHOICES_S] == [*CHOICES_S[1:], None]
    assert [next_shorter(choice) for choice in CHOICES_S] == [None, *CHOICES_S[:-1]]
    assert (next_shorter(1.5), next_longer(1.5)) == (1.0, 2.0)
