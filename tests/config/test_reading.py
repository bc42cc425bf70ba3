"""What a file says holds, and what it cannot say is named and leaves the default in force."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.cli.config import default_document
from monitor.config.document import state_text
from monitor.config.options import OPTIONS, TABLES
from monitor.config.reading import Reading, read_text
from monitor.config.settings import Configuration
from monitor.presentation.column_choice import ColumnChoice, Density
from monitor.presentation.column_names import COLUMN_NAMES

DEFAULT = Configuration()


def test_the_commented_default_says_exactly_what_holds_without_it():
    reading = read_text(default_document(), Configuration(filter="nginx", mouse=False, panes_upper=()))
    assert reading.configuration == DEFAULT
    assert reading.complaints == ()


def test_every_option_is_a_field_and_every_field_an_option():
    named = {"filters", "keys"}
    assert {option.field for option in OPTIONS} | named == set(Configuration.__dataclass_fields__)


def test_every_line_of_the_default_is_explained_and_no_longer_than_a_screen():
    lines = default_document().splitlines()
    assert max(map(len, lines)) <= 220
    for option in OPTIONS:
        assert f"# {option.words.splitlines()[0]}" in lines


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("period = 5", "period", 5.0),
        ('period = "auto"', "period", None),
        ('filter = "state established"', "filter", "state established"),
        ("ascii = true", "ascii", True),
        ('panes.upper = ["routing"]', "panes_upper", ("routing",)),
        ('[connections]\ncolumns = ["remote", "idle"]', "connections_columns", ("remote", "idle")),
        ('[events]\ndensity = "full"', "events_density", Density.FULL),
        ('[listeners]\nsort = "queue reversed"', "listeners_sort", "queue reversed"),
        ('[filters]\n"two words" = ":443"', "filters", {"two words": ":443"}),
        ('[keys]\npause = "x"', "keys", {"pause": ("x",)}),
    ],
)
def test_an_option_holds(text: str, field: str, value: object):
    reading = read_text(text, DEFAULT)
    assert reading.complaints == ()
    assert getattr(reading.configuration, field) == value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("period = true", "period is to be"),
        ("period = 0.01", "not 0.01"),
        ("period = nan", "period is to be"),
        ('theme = "blue"', "auto, dark, light"),
        ("mouse = 1", "mouse is to be true or false, not 1"),
        ('filter = "nginx ("', "filter column"),
        ('panes.upper = ["events"]', "panes.upper names events"),
        ('connections.columns = ["idle", "idle"]', "connections.columns names one twice"),
        ('connections.columns = ["idel"]', "connections.columns names idel"),
        ('connections.sort = "curve"', "connections.sort is to be"),
        ("panes.upper_percent = 99", "panes.upper_percent is to be a whole number from 15 to 75, not 99"),
        ('filters.x = ")"', "filters.x column"),
        ("keys.pause = 3", "keys.pause is to be a key"),
        ('colour = "red"\nwho.knows = 1', "unknown and ignored: colour, who.knows"),
        ("period = 1\nperiod", "nothing of it counts: Expected '='"),
        ("a = " + "[" * 20_000, "nothing of it counts"),
    ],
)
def test_what_cannot_be_is_named_and_leaves_the_default(text: str, words: str):
    reading = read_text(text, DEFAULT)
    assert reading.configuration == DEFAULT
    assert len(reading.complaints) == 1
    assert words in reading.complaints[0]


def test_one_mistake_costs_nothing_else():
    reading = read_text('theme = "blue"\nmouse = false\nwhat = 1', DEFAULT)
    assert (reading.configuration.mouse, reading.configuration.theme, len(reading.complaints)) == (False, "auto", 2)


@given(st.text(max_size=200))
def test_no_text_raises(text: str):
    read_text(text, DEFAULT)


TABLE_CHANGES = st.sampled_from(TABLES).flatmap(
    lambda pane: st.fixed_dictionaries(
        {
            f"{pane}_columns": st.lists(st.sampled_from(list(COLUMN_NAMES[pane])), unique=True).map(tuple),
            f"{pane}_density": st.sampled_from(Density),
            f"{pane}_sort": st.sampled_from(["", "local", "process reversed"]),
        }
    )
)


FILTERS = st.dictionaries(
    st.sampled_from(["a", "two words", "é", '"']) | st.text(st.characters(exclude_categories=("Cs",))),
    st.sampled_from(["nginx", '"a \\" b"', "é"]),
)


@given(TABLE_CHANGES, FILTERS, TABLE_CHANGES, FILTERS)
def test_what_is_remembered_over_whatever_the_users_file_says_is_what_was_there(
    changes: dict[str, object], filters: dict[str, str], settled: dict[str, object], settled_filters: dict[str, str]
):
    written = Configuration(**settled, filters=settled_filters)
    kept = Configuration(**{**settled, **changes}, filters=filters, panes_start="log", hint=False)
    text = state_text(kept, written)
    assert read_text(text, written, is_state=True) == Reading(kept)
    assert state_text(kept, kept) == state_text(DEFAULT, DEFAULT)


def test_a_table_is_shown_as_its_options_say():
    settings = Configuration(events_columns=("time",), events_sort="time reversed").table("events")
    assert (settings.choice, settings.sort) == (ColumnChoice(("time",)), "time reversed")


def test_a_number_of_very_many_digits_is_a_sentence():
    assert read_text(f"period = {'1' * 5000}", Configuration()).complaints
    assert read_text(f"panes.upper_percent = 0x{'f' * 4000}", Configuration()).complaints
