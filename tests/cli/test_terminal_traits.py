from __future__ import annotations

import subprocess
import sys

import pytest

from monitor.cli.terminal_traits import Colours, colours_of, has_dark_ground, lacks_signs


@pytest.mark.parametrize(
    ("environment", "colours"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, Colours.TRUE),
        ({"TERM": "tmux", "COLORTERM": " 24bit "}, Colours.TRUE),
        ({"TERM": "screen-256color"}, Colours.MANY),
        ({"TERM": "xterm"}, Colours.SIXTEEN),
        ({"TERM": "linux"}, Colours.SIXTEEN),
        ({"TERM": "linux", "COLORTERM": "truecolor"}, Colours.SIXTEEN),
        ({"TERM": "vt100"}, Colours.NONE),
        ({"TERM": "vt220", "COLORTERM": "truecolor"}, Colours.NONE),
        ({"TERM": "konsole"}, Colours.MANY),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, Colours.NONE),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, Colours.MANY),
    ],
    ids=str,
)
def test_a_terminal_has_the_colours_that_its_environment_says(environment: dict[str, str], colours: Colours):
    terminfo = {"xterm": 8, "linux": 8, "konsole": 256, "vt100": 0, "vt220": 0}
    assert colours_of(environment, terminfo.__getitem__) is colours


@pytest.mark.parametrize(
    ("term", "colours"),
    [("vt100", "NONE"), ("linux", "SIXTEEN"), ("xterm-256color", "MANY"), ("a terminal that nobody knows", "SIXTEEN")],
)
def test_the_systems_own_terminfo_is_asked(term: str, colours: str):
    program = f"from monitor.cli.terminal_traits import colours_of; print(colours_of({{'TERM': {term!r}}}).name)"
    # In a process of its own: curses opens one terminal only.
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == colours


@pytest.mark.parametrize(
    ("environment", "is_dark"),
    [
        ({"COLORFGBG": "15;0"}, True),
        ({"COLORFGBG": "0;default;15"}, False),
        ({"COLORFGBG": "0;7"}, False),
        ({"COLORFGBG": "12;8"}, True),
        ({"COLORFGBG": "default;default"}, None),
        ({}, None),
        ({"TERM": "linux"}, True),
    ],
    ids=str,
)
def test_the_ground_is_known_where_the_environment_names_it(environment: dict[str, str], is_dark):
    assert has_dark_ground(environment) is is_dark


@pytest.mark.parametrize(("encoding", "term", "lacks"), [
    ("UTF-8", "xterm", False),
    ("utf8", "screen", False),
    ("ANSI_X3.4-1968", "xterm", True),
    ("ISO-8859-1", "xterm", True),
    ("UTF-8", "linux", True),
    ("UTF-8", "vt100", True),
])  # fmt: skip
def test_signs_need_utf8_and_a_terminal_with_a_font(encoding: str, term: str, lacks, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("locale.getencoding", lambda: encoding)
    assert lacks_signs({"TERM": term}) is lacks
