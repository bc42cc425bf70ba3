"""What the Events pane lists: newest first, filtered, sorted and grouped like connections, unknown where unknown."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from monitor.model.event_list import Ending, EventKind, OwnerHint
from monitor.model.process import Process
from monitor.model.transitions import NoTransitions
from monitor.presentation.event_groups import EVENT_GROUPS
from monitor.presentation.event_interval import event_interval, records_of
from monitor.presentation.event_reasons import event_line, owner_reason
from monitor.presentation.event_search import EventSearch
from monitor.presentation.event_words import happening_reason, happening_text, missing_sentence, missing_words
from monitor.presentation.events_view import EventsView, first_press
from monitor.presentation.filters import mask_in, parse
from monitor.presentation.group_keys import Grouping
from monitor.presentation.groups import Groups
from monitor.presentation.groups_view import GroupsView
from monitor.presentation.line_explanation import explain_position
from monitor.presentation.row_text import RowTexts
from monitor.presentation.sorting import Sort
from tests.event_scene import CURL, NGINX, PROCESSES, event, listed, of_db1
from tests.presentation.connection_scene import db1_interval

PAIR = ("192.0.2.10:40000", "198.51.100.20:5432")


def rows_of(events, **changed):
    return event_interval(replace(events, **changed), db1_interval())


def view_of(interval, sort=None, width=120, filter_text=""):
    chosen = mask_in(parse(filter_text), EventSearch(interval))
    return EventsView.make(interval, chosen, sort or Sort(), width)


def words(view, *columns):
    places = [[column.id for column in view.columns].index(column) for column in columns]
    return [tuple(line.cells[place].text for place in places) for line in view.lines(0, view.count)]


def groups_of(interval, by, opened=frozenset()):
    chosen = np.ones(len(interval.table), np.bool_)
    return GroupsView.make(Groups.of(interval, chosen, by), opened, Sort(), 120, face=EVENT_GROUPS)


def test_the_newest_event_stands_first():
    view = view_of(rows_of(of_db1()))
    assert [view.key_at(position) for position in range(view.count)] == list(range(view.count, 0, -1))
    assert words(view, "time", "what", "remote", "process")[0] == (
        "03:12:40.1",
        "refused",
        "198.51.100.60:9200",
        "proxy[990]",
    )


def test_a_sort_puts_the_newest_first_among_equals():
    view = view_of(rows_of(of_db1()), first_press("total"))
    kinds = words(view, "what")
    assert kinds[0] == ("reset by peer",)
    ends = [key for key in map(view.key_at, range(view.count)) if kinds[view.position_of(key)] == ("closed here",)]
    assert ends == sorted(ends, reverse=True)


def test_a_close_shows_bytes_to_the_digit_that_fits_and_how_long_it_was_open():
    interval = rows_of(of_db1())
    shown = words(view_of(interval, filter_text="closed here"), "duration", "received", "acknowledged", "resent")
    assert shown[0] == ("43ms", "612", "1.2K", "0")


def test_an_opening_has_no_duration_and_no_bytes_yet():
    interval = rows_of(listed([event(EventKind.OPENED, 1, *PAIR, CURL)]))
    assert words(view_of(interval), "duration", "received", "acknowledged", "resent") == [("", "", "", "")]


def test_what_was_open_before_anybody_looked_was_open_at_least_since_then():
    interval = rows_of(listed([event(EventKind.CLOSED, 65, *PAIR)], 66, since_s=0))
    assert words(view_of(interval), "duration") == [("≥1m",)]


def test_the_duration_of_what_no_sample_saw_is_not_known():
    interval = rows_of(listed([event(EventKind.CLOSED, 1, *PAIR, is_short=True)]))
    assert words(view_of(interval), "duration") == [("–",)]


def test_counters_that_the_kernel_did_not_give_are_not_zero():
    interval = rows_of(listed([event(EventKind.CLOSED, 1, *PAIR, info_length=0)]))
    assert words(view_of(interval), "received", "acknowledged", "resent") == [("–", "–", "–")]


@pytest.mark.parametrize("hint", [OwnerHint.SAMPLE, OwnerHint.LISTENER])
def test_a_process_that_only_holds_the_listener_is_marked_as_a_guess(hint):
    interval = rows_of(listed([event(EventKind.CLOSED, 1, *PAIR, NGINX, owner_hint=hint)]))
    assert words(view_of(interval), "process") == [("?nginx[812]" if hint == OwnerHint.LISTENER else "nginx[812]",)]


def test_a_shared_socket_says_by_how_many_it_was_held():
    interval = rows_of(listed([event(EventKind.CLOSED, 1, *PAIR, NGINX, holders=4)]))
    assert words(view_of(interval), "process") == [("nginx ×4",)]


def test_without_a_process_the_user_is_named_and_without_both_a_dash_stands():
    events = [event(EventKind.CLOSED, 1, *PAIR), event(EventKind.CLOSED, 2, *PAIR, uid=33, has_uid=True)]
    assert words(view_of(rows_of(listed(events))), "process") == [("(www-data)",), ("–",)]


def test_two_processes_that_had_one_pid_keep_their_names():
    events = [event(EventKind.CLOSED, at, *PAIR, process) for at, process in ((1, 8), (2, 9))]
    processes = {8: Process(700, 1, b"former", 0), 9: Process(700, 2, b"latter", 0)}
    interval = rows_of(listed(events), processes=processes)
    assert words(view_of(interval), "process") == [("latter[700]",), ("former[700]",)]
    assert words(view_of(interval, filter_text="proc:former"), "process") == [("former[700]",)]
    assert view_of(interval, filter_text="pid:700").count == 2
    assert len(groups_of(interval, Grouping.PROCESS).groups) == 2


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("", 22),
        ("opened", 9),
        ("reset", 1),
        ("refused or answer", 2),
        (":8086", 16),
        ("curl", 16),
        ("user:www-data", 1),
        ("in", 3),
        ("not proc:curl", 5),
    ],
)
def test_the_filter_line_of_connections_filters_events_and_knows_what_happened(line, count):
    assert view_of(rows_of(of_db1()), filter_text=line).count == count


def test_what_nobody_knows_the_owner_of_is_chosen_by_no_filter_about_owners():
    interval = rows_of(listed([event(EventKind.CLOSED, 1, *PAIR)]))
    assert view_of(interval, filter_text="proc:nginx").count == 0
    assert view_of(interval, filter_text="not proc:nginx").count == 0


def test_groups_count_events_by_kind_and_second_and_sum_what_passed():
    view = groups_of(rows_of(of_db1()), Grouping.REMOTE_ADDRESS)
    columns = ("time", "what", "local", "remote", "process", "received")
    assert words(view, *columns)[0] == (
        "▸ 16",
        "+0.4 ×0.4",
        "8 opened 8 closed",
        "198.51.100.40",
        "curl[4411]",
        "4.9K",
    )


def test_an_opened_group_shows_its_events():
    interval = rows_of(of_db1())
    closed = groups_of(interval, Grouping.PROCESS)
    opened = groups_of(interval, Grouping.PROCESS, closed.toggled(closed.key_at(0)))
    assert opened.count == closed.count + 16
    assert words(opened, "what")[1:3] == [("closed here",), ("opened",)]


def test_rates_are_over_the_time_that_was_listened():
    events = [event(EventKind.OPENED, 0.5, *PAIR), event(EventKind.CLOSED, 1.5, *PAIR)]
    interval = rows_of(listed(events, 2.0, since_s=0.0))
    interval = replace(interval, sample=replace(interval.sample, boot_time=interval.events.boot_time))
    assert interval.per_second(EventKind.OPENED) == 0.5
    assert interval.per_second(EventKind.OPENED, EventKind.CLOSED) == 1.0


def test_a_list_that_is_full_tells_rates_over_what_it_holds():
    events = [event(EventKind.OPENED, 4 + at / 10, *PAIR) for at in range(10)]
    interval = rows_of(listed(events, 5.0, opened=10_000))
    assert interval.per_second(EventKind.OPENED) == pytest.approx(9)


def test_before_any_time_has_passed_there_is_no_rate():
    interval = rows_of(listed([], 0.0, since_s=0.0))
    interval = replace(interval, sample=replace(interval.sample, boot_time=interval.events.boot_time))
    assert math.isnan(interval.per_second(*EventKind))


def test_rows_that_are_no_events_have_no_records():
    with pytest.raises(TypeError, match="no events"):
        records_of(db1_interval(), np.array([0]))


@pytest.mark.parametrize("width", [80, 120, 200])
def test_every_value_of_every_line_is_explained(width):
    interval = rows_of(of_db1())
    everything = EventsView.make(interval, np.ones(len(interval.table), np.bool_), Sort(), width)
    grouped = GroupsView.make(
        Groups.of(interval, np.ones(len(interval.table), np.bool_), Grouping.PROCESS),
        frozenset(),
        Sort(),
        width,
        face=EVENT_GROUPS,
    )
    for view in (everything, grouped):
        for position in range(view.count):
            assert len(explain_position(view, position).values) == len(view.columns)


@pytest.mark.parametrize("ending", Ending)
@pytest.mark.parametrize("kind", EventKind)
def test_every_end_has_a_word_that_fits_and_a_reason(kind, ending):
    assert 0 < len(happening_text(kind, ending)) <= 13
    assert happening_reason(kind, ending)


@pytest.mark.parametrize(
    ("columns", "no_transitions", "reason"),
    [
        ({"process": NGINX, "owner_hint": OwnerHint.ACTION}, None, "it was seen to open or to close the socket"),
        ({"is_short": True}, NoTransitions.NOT_ROOT, "only root, with tracefs, sees who opened it"),
        ({"is_short": True}, None, "had ended before it could be read"),
        ({}, None, "no process was seen to hold it"),
    ],
)
def test_whoever_asks_hears_why_a_process_is_known_or_not(columns, no_transitions, reason):
    process = columns.pop("process", 0)
    events = listed([event(EventKind.CLOSED, 1, *PAIR, process, **columns)], no_transitions=no_transitions)
    assert reason in owner_reason(rows_of(events), 0)


def test_a_line_says_whose_it_was_and_what_became_of_it():
    interval = rows_of(of_db1())
    view = view_of(interval, filter_text="reset")
    line = event_line(RowTexts(interval), int(view.order[0]))
    assert "".join(cell.text for cell in line.left) == " nginx[812] · reset by peer after ≥1m · 18K in, 1.4M out"


def test_what_is_missed_is_said_with_its_number_and_reason():
    events = listed(
        [], lost_closes=1_204, lost_transitions=3, no_transitions=NoTransitions.NOT_ROOT, no_closes="\x1b no"
    )
    assert missing_words(events) == [
        "no closes: \\x1b no",
        "1,204 closes missed",
        "3 transitions missed",
        "openings by samples",
    ]
    assert missing_sentence(events) == (
        "closes cannot be seen: \\x1b no; openings are seen by samples only: tracefs is open to root only"
    )
    assert missing_words(listed([])) == []


def test_what_nobody_heard_and_what_has_no_pair_is_said():
    events = listed([], unheard_s=14.2, nameless_closes=1_204)
    assert missing_words(events) == ["14s not heard", "1,204 closes without a pair"]
    assert missing_sentence(events).split("; ") == [
        "14s not heard: the collector had ended, and another was started",
        "1,204 short-lived TCP sockets closed without a pair and not listed: cut by their own programs, or never "
        "connected",
    ]


@pytest.mark.parametrize("why", NoTransitions)
def test_every_reason_for_no_transitions_has_words(why):
    assert "openings are seen by samples only: " in missing_sentence(listed([], no_transitions=why))


def test_names_of_processes_are_made_safe():
    events = listed([event(EventKind.CLOSED, 1, *PAIR, 5)])
    interval = rows_of(events, processes={**PROCESSES, 5: Process(1, 1, b"\x1b]0;x\x07", 0)})
    assert all("\x1b" not in text for (text,) in words(view_of(interval), "process"))
