"""The user's keys do what the table's did; what cannot be is named and the table's stay."""

from __future__ import annotations

import string

import pytest
from textual.keys import _character_to_key

from monitor.ui.key_map import KeyMap, key_name, remappable
from monitor.ui.keys import KEYS, Where
from monitor.ui.screens.help import help_parts


@pytest.mark.parametrize("sign", [*string.punctuation, " ", "a", "Z", "7"])
def test_a_sign_has_the_name_that_textual_gives_it(sign: str):
    assert key_name(sign) == _character_to_key(sign)


def test_every_key_of_the_table_can_be_written_and_stands_for_itself():
    chosen = {name: keys for name, keys, _ in remappable()}
    assert {key.name for key in KEYS if key.where is not Where.COPY} == set(chosen)
    own = KeyMap(chosen)
    assert own.complaints == []
    assert own.table == KEYS or [key.keys for key in own.table] == [key.keys for key in KEYS]


def test_a_key_that_was_given_to_an_action_stands_for_the_tables_own_and_that_for_nothing():
    own = KeyMap({"pause": ["ctrl+x", "F12"], "zoom": []})
    assert own.complaints == []
    assert own.meant("ctrl+x", Where.CONNECTIONS) == own.meant("f12", Where.RULES) == "space"
    assert own.meant("space", Where.CONNECTIONS) is None
    assert own.meant("z", Where.CONNECTIONS) is None
    assert own.meant("z", Where.PROCESS) == "z"
    assert own.meant("down", Where.CONNECTIONS) == "down"
    assert [key.shown for key in own.table if key.name == "pause"] == ["Ctrl+X F12"]


def test_the_help_shows_the_users_keys():
    here, *_ = help_parts(Where.CONNECTIONS, None, table=KeyMap({"zoom": ["ctrl+x"]}).table)
    assert any(line.left[0].text.split() == ["Ctrl+X"] for line in here.lines)
    assert not any(line.left[0].text.split() == ["z"] for line in here.lines)


def test_two_actions_can_change_places():
    own = KeyMap({"demux": ["b"], "bind": ["d"]})
    assert own.complaints == []
    assert (own.meant("b", Where.CONNECTIONS), own.meant("d", Where.CONNECTIONS)) == ("d", "b")


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"sort": ["p"]}, "keys.sort: p is the key of show_process"),
        ({"pause": ["x"]}, "keys.pause: x is the key of copy_x"),
        ({"nonsense": ["p"]}, "keys.nonsense: there is no such action"),
        ({"copy_r": ["p"]}, "keys.copy_r: there is no such action"),
        ({"zoom": ["zz"]}, 'keys.zoom: "zz" is no key'),
        ({"leave_program": []}, "nobody finds the way out"),
        ({"close": ["x"]}, "keeps to capitals"),
        ({"signal": ["1"]}, "keeps to capitals"),
    ],
)
def test_what_cannot_be_is_named_and_the_tables_own_keys_stay(chosen: dict[str, list[str]], words: str):
    own = KeyMap(chosen)
    assert len(own.complaints) == 1
    assert words in own.complaints[0]
    assert own.table == KEYS
