"""Figures of the benchmarks: which of them reach their goal, and the table of them."""

from __future__ import annotations

import pytest

from tests.benchmarks.figures import Figure, keep, read_json, table


@pytest.mark.parametrize(
    ("measured", "goal", "is_least", "is_reached"),
    [
        (1.25, 1.25, False, True),
        (1.26, 1.25, False, False),
        (6.0, 6.0, True, True),
        (5.9, 6.0, True, False),
        (99.0, None, False, True),
    ],
)
def test_a_goal_is_the_most_or_the_least_that_a_figure_should_be(measured, goal, is_least, is_reached):
    assert Figure("warm", 10_000, measured, goal, is_least=is_least).is_reached == is_reached


def test_two_sizes_stand_side_by_side_and_what_misses_its_goal_is_marked():
    figures = [
        Figure("warm : floor", 10_000, 1.34, 1.6, detail="11.9 : 8.9 ms"),
        Figure("ss : warm", 10_000, 5.2, 6, is_least=True),
        Figure("warm : floor", 100_000, 1.1649, 1.25),
    ]
    assert table(figures).splitlines() == [
        "| what | 10,000 rows | goal | 100,000 rows | goal |",
        "| --- | ---: | --- | ---: | --- |",
        "| warm : floor | 1.34 × (11.9 : 8.9 ms) | ≤ 1.6 | 1.16 × | ≤ 1.25 |",
        "| ss : warm | **5.20 ×, short** | ≥ 6 | | |",
    ]


def test_other_sizes_are_listed_and_a_count_that_is_off_is_called_wrong():
    figures = [
        Figure("idle", 1_000, 3.2, 8, "% of a core"),
        Figure("wrong owners", 300_000, 3, 0, "", "of 300,000", is_count=True),
    ]
    assert table(figures).splitlines()[2:] == [
        "| idle | 1,000 | 3.20 % of a core | ≤ 8 |",
        "| wrong owners | 300,000 | **3, wrong** (of 300,000) | 0 |",
    ]


def test_figures_that_were_kept_are_read_as_they_were(tmp_path):
    figures = [Figure("warm", 10_000, 11.9, None, "ms", "11.6 to 12.2"), Figure("rows", 10_000, 0, 0, is_count=True)]
    keep(figures, tmp_path / "figures.json")
    assert read_json(tmp_path / "figures.json") == figures


def test_a_later_run_takes_the_place_of_what_it_measured_again(tmp_path):
    path = tmp_path / "figures.json"
    keep([Figure("warm", 10_000, 11.9, None), Figure("warm", 100_000, 110.0, None)], path)
    keep([Figure("warm", 100_000, 95.0, None)], path)
    assert [(figure.rows, figure.measured) for figure in read_json(path)] == [(10_000, 11.9), (100_000, 95.0)]
