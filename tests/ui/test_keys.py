from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest
from textual.keys import _character_to_key

from monitor.ui.app import MonitorApp
from monitor.ui.keys import KEYS, LEAVE_KEYS, By, Key, Where, bindings, footer
from monitor.ui.screens.columns import ColumnsScreen
from monitor.ui.screens.kept_filters import KeptFiltersScreen
from monitor.ui.screens.main import MainScreen
from monitor.ui.screens.process import ProcessScreen, ProcessSockets
from monitor.ui.widgets.connections_pane import ConnectionsPane
from monitor.ui.widgets.linked_lines import LinkedLines
from monitor.ui.widgets.listeners_pane import ListenersPane
from monitor.ui.widgets.routing_pane import RoutingPane

PLACES = [Where.LISTENERS, Where.CONNECTIONS, Where.ROUTING, Where.PROCESS, Where.COLUMNS, Where.FILTERS]
TABLES = {
    Where.LISTENERS: ListenersPane,
    Where.CONNECTIONS: ConnectionsPane,
    Where.ROUTING: RoutingPane,
    Where.PROCESS: ProcessSockets,
    Where.COLUMNS: LinkedLines,
    Where.FILTERS: LinkedLines,
}
SCREENS = {
    Where.PROCESS: ProcessScreen,
    Where.COLUMNS: ColumnsScreen,
    Where.FILTERS: KeptFiltersScreen,
}
"""Of the other places it is the main screen."""


def targets(key: Key) -> list[type]:
    """Who has to have the action of a key, in all places where it works."""
    places = [place for place in PLACES if key.where & place]
    match key.by:
        case By.APP:
            return [MonitorApp]
        case By.SCREEN:
            return [SCREENS.get(place, MainScreen) for place in places]
        case By.TABLE:
            return [TABLES[place] for place in places]


@pytest.mark.parametrize("key", KEYS, ids=lambda key: f"{key.shown} {key.where.name}")
def test_every_action_exists_wherever_its_key_works(key: Key):
    name = key.action.partition("(")[0]
    for target in targets(key):
        assert callable(getattr(target, f"action_{name}", None)), f"{target.__name__} has no action_{name}"


@pytest.mark.parametrize("place", PLACES)
def test_no_two_keys_of_one_place_are_the_same(place: Where):
    names = Counter(name for key in KEYS if key.where & place for name in key.keys.split(","))
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.shown)
def test_a_key_is_shown_as_it_is_bound(key: Key):
    words = {"↓": "down", "↑": "up", "←": "left", "→": "right", "⏎": "enter", "PgDn": "pagedown", "PgUp": "pageup"}
    shown = [words.get(word) or (word if word in "ADEFIKMNQGRSX" else word.lower()) for word in key.shown.split()]
    bound = {_character_to_key(word) if len(word) == 1 else word for word in shown}
    bound = {{"esc": "escape", "space": "space", "?": "question_mark"}.get(word, word) for word in bound}
    silent = {"backspace"}
    assert bound == set(key.keys.split(",")) - (silent if "escape" in key.keys else set())


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("width", [40, 80, 120, 200])
def test_the_footer_is_made_of_the_table_and_fits(place: Where, width: int):
    shown = footer(place, width)
    table = {(key.shown.split()[0], key.footer) for key in KEYS if key.where & place}
    assert shown
    assert set(shown) <= table
    assert sum(len(name) + len(word) + 3 for name, word in shown) <= width


@pytest.mark.parametrize("place", PLACES)
def test_a_narrow_footer_keeps_help(place: Where):
    assert ("?", "help") in footer(place, 40)


def test_on_a_plain_console_names_are_ascii():
    for key in KEYS:
        assert key.names(is_ascii=True)
        assert key.names(is_ascii=True).isascii()


def test_no_lower_case_letter_and_no_letter_at_all_changes_anything_outside():
    assert {key.action for key in KEYS if key.by is By.APP} == {
        "bind", "close", "columns", "copy", "demux", "explain", "pause", "faster", "slower", "sample_now",
        "command_palette", "help", "kept_filters", "leave_program", "redraw", "remember", "resolve", "save",
        "signal", "suspend_process",
    }  # fmt: skip


def test_bindings_are_dealt_with_in_the_order_of_the_keys():
    made = [binding for by in By for binding in bindings(by, Where.EVERYWHERE)]
    assert len(made) == len(KEYS)
    assert all(binding.priority for binding in made)


def test_the_keys_that_quit_at_once_are_known():
    assert {"Q", "f10", "ctrl+c"} == LEAVE_KEYS


@pytest.mark.parametrize("key", ["ctrl+a", "ctrl+b", "ctrl+s", "ctrl+q", "f11", "f12"])
def test_keys_of_multiplexers_and_terminals_are_left_alone(key: str):
    assert key not in {name for entry in KEYS for name in entry.keys.split(",")}


def test_the_table_is_read_without_textual():
    # The manual is written from it, and the configuration checked by it before the screen opens.
    source = "import sys, monitor.ui.key_map; sys.exit('textual' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-I", "-c", source], check=False).returncode == 0
