"""The path to a screen: its end always stands, its middle goes first."""

from __future__ import annotations

import pytest

from monitor.presentation.fitting import cell_width
from monitor.presentation.linked_line import ToProcess
from monitor.presentation.path_words import Stop, path_cells

WALK = ("Connections", "192.0.2.10:41022 → 198.51.100.20:5432", "proxy[990]", "web[1204]")


def shown(names: tuple[str, ...], room: int) -> str:
    return "".join(cell.text for cell in path_cells(names, room))


@pytest.mark.parametrize(
    ("room", "text"),
    [
        (100, "Connections › 192.0.2.10:41022 → 198.51.100.20:5432 › proxy[990] › web[1204]"),
        (60, "Connections › … › proxy[990] › web[1204]"),
        (30, "Connections › … › web[1204]"),
        (20, "… › web[1204]"),
        (9, "web[1204]"),
        (8, "w…[1204]"),
        (0, ""),
    ],
)
def test_the_middle_goes_first_and_the_end_never(room: int, text: str):
    assert shown(WALK, room) == text


def test_a_place_alone_is_the_whole_path():
    assert shown(("nginx[812]",), 40) == "nginx[812]"


@pytest.mark.parametrize("room", range(90))
def test_a_path_never_needs_more_than_its_room(room: int):
    assert cell_width(shown(WALK, room)) <= room


def test_a_stop_names_the_row_by_which_it_was_reached():
    assert Stop(ToProcess(812), "nginx[812]", "[::]:443").names == ("[::]:443", "nginx[812]")
    assert Stop(ToProcess(812), "nginx[812]").names == ("nginx[812]",)
