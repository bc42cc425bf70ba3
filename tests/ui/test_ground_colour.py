from __future__ import annotations

import pytest

from monitor.ui.ground_colour import QUESTION, GroundTold, read_answer
from monitor.ui.terminal_input import TerminalInput


@pytest.mark.parametrize(
    ("colour", "is_dark"),
    [
        ("rgb:0000/0000/0000", True),
        ("rgb:ffff/ffff/ffff", False),
        ("rgb:0f/14/19", True),
        ("rgb:f/f/e", False),
        ("rgba:FDFD/F6F6/E3E3/ffff", False),
        ("rgb:0000/0000/ffff", True),
        ("rgb:ffff/ffff/0000", False),
    ],
)
@pytest.mark.parametrize("end", ["\x07", "\x1b\\"], ids=["BEL", "ST"])
def test_a_colour_of_any_precision_is_dark_or_light(colour: str, is_dark, end: str):
    told = read_answer(f"\x1b]11;{colour}{end}")
    assert told is not None
    assert told.is_dark is is_dark


@pytest.mark.parametrize(
    "sequence",
    [
        "\x1b]10;rgb:0000/0000/0000\x07",
        "\x1b]11;rgb:00000/0000/0000\x07",
        "\x1b]11;rgb:/0/0\x07",
        "\x1b]11;cornsilk\x07",
        QUESTION,
        "\x1b]11;rgb:0000/0000/0000",
    ],
)
def test_what_is_no_such_answer_says_nothing(sequence: str):
    assert read_answer(sequence) is None


@pytest.mark.parametrize("cut", range(len("\x1b]11;"), len(b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\")))
def test_an_answer_in_two_pieces_presses_no_key_however_late_the_second_comes(cut: int):
    answer = b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\"
    terminal = TerminalInput()
    assert terminal.feed(answer[:cut]) == []
    assert terminal.patience_s == pytest.approx(2.0)
    (message,) = terminal.feed(answer[cut:])
    assert isinstance(message, GroundTold)
    assert not message.is_dark
