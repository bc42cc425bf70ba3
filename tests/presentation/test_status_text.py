from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.model.namespace import NamedNamespace
from monitor.model.sample import Interval, Sample
from monitor.presentation.status_text import Freshness, rights, status_line
from monitor.presentation.text_line import TextLine
from monitor.presentation.view import Role
from monitor.sampling.intervals import advance
from monitor.sampling.period import Pace
from tests import machine_db1
from tests.scenes import ANY, row, sample_of

ALL = (1 << 41) - 1
FRESH = Freshness(0.0, Pace(1.0, is_auto=False, cost_s=0.012))


def db1(**changed: object) -> Interval:
    first, second = machine_db1.samples()
    return advance(advance(None, first), replace(second, **changed))


def of(sample: Sample) -> Interval:
    return advance(None, sample)


def text(line: TextLine, width: int = 200) -> str:
    left, right = ("".join(cell.text for cell in cells) for cells in (line.left, line.right))
    assert len(left) + len(right) <= width
    return left + right


def roles(line: TextLine) -> dict[str, Role]:
    return {cell.text.strip(): cell.role for cell in (*line.left, *line.right)}


def test_the_wide_line_says_all_of_it():
    words = text(status_line(db1(), FRESH, 200)).split()
    assert words[:4] == ["db1", "03:12:41Z", "live", "1s"]
    assert words[4] == "12ms"
    assert words[5:9] == ["16", "LISTEN", "2", "SYN-SENT"]
    assert words[-6:-4] == ["2", "TIME-WAIT"]
    assert words[-4:] == ["owners", "53/53", "as", "root"]


def test_a_namespace_that_was_named_stands_behind_the_host_and_says_so_when_its_name_is_gone():
    here = NamedNamespace(b"blue\x1b", is_process=False, is_gone=False)
    assert text(status_line(db1(named=here), FRESH, 80), 80).split()[:4] == ["db1", "netns", "blue\\x1b", "03:12:41Z"]
    gone = status_line(db1(named=replace(here, is_gone=True)), FRESH, 80)
    assert text(gone, 80).split()[:4] == ["db1", "netns", "blue\\x1b", "GONE"]
    assert roles(gone)["GONE"] is Role.ALERT
    of_process = NamedNamespace(b"812", is_process=True, is_gone=False)
    assert text(status_line(db1(named=of_process), FRESH, 120), 120).startswith(" db1 netns of pid 812 03:12:41Z ")


def test_a_narrow_line_keeps_what_waits_and_the_bulk():
    shown = text(status_line(db1(), FRESH, 80), 80)
    assert "2 SYN-SENT 33 ESTAB 5 CLOSE-WAIT" in shown
    assert "owners 53/53" in shown
    assert "LISTEN" not in shown


@pytest.mark.parametrize("width", range(0, 200, 7))
def test_at_any_width_counts_give_way_before_the_clock(width: int):
    line = status_line(db1(), FRESH, width)
    shown = "".join(cell.text for cell in line.left)
    assert "03:12:41Z" in shown
    if width >= 60:
        text(line, width)


def test_a_pause_is_told_with_its_age_in_reverse():
    line = status_line(db1(), Freshness(14.4, Pace(1.0), is_paused=True), 120)
    assert "PAUSED 03:12:41Z (14s ago)" in text(line)
    assert roles(line)["PAUSED 03:12:41Z (14s ago)"] is Role.ALERT


@pytest.mark.parametrize(("age", "period", "is_old"), [(2.9, 1.0, False), (3.1, 1.0, True), (20.0, 10.0, False)])
def test_old_is_older_than_two_periods_and_a_second(age: float, period: float, *, is_old: bool):
    line = status_line(db1(), Freshness(age, Pace(period)), 120)
    assert ("OLD" in text(line)) is is_old


def test_what_waits_is_marked():
    marked = roles(status_line(db1(), FRESH, 200))
    assert marked["5 CLOSE-WAIT"] is Role.NOTE
    assert marked["33 ESTAB"] is Role.PLAIN


def test_states_with_none_are_left_out():
    assert "ESTAB" not in text(status_line(of(sample_of([row("tcp", "0.0.0.0:1", ANY, "LISTEN")])), FRESH, 200))


def test_an_unknown_number_of_time_wait_is_left_out():
    assert "TIME-WAIT" not in text(status_line(db1(time_wait=None), FRESH, 200))


def test_owners_are_counted_over_sockets_that_can_have_one():
    rows = [
        row("tcp", "192.0.2.1:1", ANY, "LISTEN", owner=(5, 3)),
        row("tcp", "192.0.2.1:2", ANY, "LISTEN"),
        row("tcp", "192.0.2.1:3", "192.0.2.2:4", "TIME-WAIT"),
    ]
    assert "owners 1/2" in text(status_line(of(sample_of(rows)), FRESH, 200))


@pytest.mark.parametrize(
    ("uid", "capabilities", "hidden", "words"),
    [
        (0, ALL, 0, "as root"),
        (0, ALL, 3, "as uid 0, not all seen"),
        (0, 0, 3, "root without CAP_SYS_PTRACE"),
        (1000, 0, 3, "plain user"),
        (1000, 1 << 19, 0, "as uid 1000 with CAP_SYS_PTRACE"),
    ],
)
def test_rights_are_what_is_seen_and_not_the_name(uid: int, capabilities: int, hidden: int, words: str):
    assert rights(uid, capabilities, hidden) == words


def test_a_hostile_host_is_cut_and_escaped():
    line = status_line(db1(host="\x1b[31m" + "h" * 300), FRESH, 200)
    assert line.left[0].text == " \\x1b[31mhhhhhhh… "


def test_a_path_stands_in_place_of_the_counts():
    names = ("Connections", "192.0.2.10:41022 → 198.51.100.20:5432", "proxy[990]")
    wide = text(status_line(db1(), FRESH, 120, names), 120)
    assert wide.startswith(" db1 03:12:41Z live 1s  Connections › 192.0.2.10:41022 → 198.51.100.20:5432 › proxy[990]")
    assert wide.endswith(" as root ")
    assert text(status_line(db1(), FRESH, 80, names), 80) == " db1 03:12:41Z live 1s  Connections › … › proxy[990] "


@pytest.mark.parametrize("width", range(30, 120, 3))
def test_a_path_never_needs_more_than_the_line(width: int):
    text(status_line(db1(), FRESH, width, ("Connections", "192.0.2.10:41022", "proxy[990]")), width)
