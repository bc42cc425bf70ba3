"""Plots of the last two minutes: as high as all of them fit, on a scale from zero, the unknown blank."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.series import Series
from monitor.model.tcp import TcpState
from monitor.presentation.fitting import cell_width
from monitor.presentation.plots import Plot, plot_lines, plots_of
from monitor.presentation.sparkline import sparkline, tall_sparkline
from monitor.sampling.history import History
from monitor.sampling.intervals import advance
from tests import machine_db1
from tests.scenes import row, sample_of


def said(line):
    return "".join(cell.text for cell in line.left)


def counts(*values):
    return Series(np.arange(len(values), dtype=np.float64), np.array(values, np.float64))


def plot(*values, name="ESTAB"):
    return Plot(name, counts(*values), lambda number: f"{number:.0f}")


def test_a_tall_curve_has_eight_steps_in_each_line():
    assert tall_sparkline([0, 1, 8, 9, 16], 5, 2) == ["   ▁█", "▁▁███"]


def test_what_is_not_known_is_blank_in_every_line():
    assert tall_sparkline([float("nan"), 4, float("inf")], 5, 3) == ["   █ ", "   █ ", "   █ "]


@given(st.lists(st.floats(0, 1e12) | st.just(float("nan")), max_size=30), st.integers(1, 20), st.integers(1, 6))
def test_a_tall_curve_is_never_lower_than_what_stands_for_nothing(values, width, height):
    lines = tall_sparkline(values, width, height)
    assert [len(line) for line in lines] == [width] * height
    known = [not math.isnan(value) for value in values[-width:]]
    assert [cell != " " for cell in lines[-1].rjust(width)][width - len(known) :] == known
    if height == 1:
        assert lines == [sparkline(values, width)]
    for upper, lower in pairwise(lines):
        assert all(below == "█" for above, below in zip(upper, lower, strict=True) if above != " ")


def test_one_plot_says_name_number_and_extremes():
    lines = [said(line) for line in plot_lines([plot(*range(100, 131))], 60, 4)]
    assert lines[0].startswith(" ESTAB   ") and lines[0].endswith("  130 most")
    assert lines[2].startswith("               130  ") and lines[2].endswith("  100 least")
    assert lines[3] == ""


def test_of_one_line_each_it_is_the_number_that_stands_beside_the_name():
    (line,) = plot_lines([plot(3, 5)], 60, 1)
    assert said(line).startswith(" ESTAB           5  ")
    assert said(line).endswith("█  5 most")


@pytest.mark.parametrize("width", [40, 80, 120, 200])
@pytest.mark.parametrize("height", [0, 1, 7, 20, 36])
@pytest.mark.parametrize("number", [0, 1, 3, 8, 14])
def test_plots_fit_their_room(width, height, number):
    lines = plot_lines([plot(1, 2, name=f"plot {n}") for n in range(number)], width, height)
    assert len(lines) <= height
    assert all(cell_width(said(line)) <= width for line in lines)


def test_the_first_ones_get_the_lines_that_are_left():
    lines = [said(line) for line in plot_lines([plot(1, 2, name=name) for name in "abc"], 60, 11)]
    assert [number for number, text in enumerate(lines) if text[1:2] in "abc" and text] == [0, 4, 8]
    assert len(lines) == 11


def test_nothing_known_is_a_dash_and_no_curve():
    (line,) = plot_lines([plot(float("nan"))], 60, 1)
    assert said(line).strip().startswith("ESTAB           –")
    assert not set("▁▂▃▄▅▆▇█") & set(said(line))


def history_of(*samples):
    history, interval = History(), None
    for sample in samples:
        interval = advance(interval, sample)
        history.add(interval)
    return history


def test_of_the_host_the_states_in_which_something_was_are_plotted():
    plots = plots_of(history_of(*machine_db1.samples()).host())
    names = [shown.name for shown in plots]
    assert names[:5] == ["↓ in", "↑ out", "ESTAB", "SYN-SENT", "SYN-RECV"]
    assert {"CLOSE-WAIT", "TIME-WAIT", "LISTEN"} <= set(names)
    assert "CLOSING" not in names
    assert next(shown for shown in plots if shown.name == "SYN-SENT").series.values.tolist() == [1.0, 2.0]


def test_of_a_process_its_own_are():
    def leaking(count):
        return [
            row("tcp", f"192.0.2.10:{n}", "198.51.100.20:5432", "CLOSE-WAIT" if n <= count else "ESTAB", owner=(990, n))
            for n in range(1, 6)
        ] + [row("tcp", "192.0.2.10:9", "198.51.100.20:80", "SYN-SENT", owner=(7, 3))]

    history = history_of(*(sample_of(leaking(second), float(second)) for second in range(4)))
    plots = {shown.name: shown.series.values.tolist() for shown in plots_of(history.process(990, 990))}
    assert plots["ESTAB"] == [5.0, 4.0, 3.0, 2.0]
    assert plots["CLOSE-WAIT"] == [0.0, 1.0, 2.0, 3.0]
    assert "SYN-SENT" not in plots
    assert history.process(7, 7).states[TcpState.SYN_SENT].last == 1.0
