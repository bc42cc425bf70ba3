"""A line as it is sent: a terminal shows it as it shows Textual's own, for fewer bytes."""

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from monitor.ui.table.line_strip import LineStrip

STYLES = st.sampled_from(
    [
        None,
        *map(
            Style.parse,
            (
                "",
                "bold",
                "not bold",
                "#e0e0e0 on #121212",
                "#7d8590 on #121212",
                "bold #7d8590 on #121212",
                "on #24405f",
                "italic reverse red",
                "dim default on default",
                "underline strike #7d8590",
            ),
        ),
    ]
)
PIECES = st.lists(st.tuples(st.text("ab ", min_size=1, max_size=3), STYLES), max_size=8)


def shown(sequences: str) -> list[pyte.screens.Char]:
    screen = pyte.Screen(40, 1)
    pyte.Stream(screen).feed(f"{sequences}.")
    return [screen.buffer[0][x] for x in range(40)]


@given(pieces=PIECES, colours=st.sampled_from(["truecolor", "256", "standard"]))
def test_a_terminal_shows_what_it_shows_of_textuals_own(pieces: list[tuple[str, Style | None]], colours: str):
    segments = [Segment(text, style) for text, style in pieces]
    console = Console(color_system=colours, force_terminal=True)  # type: ignore[arg-type]  # hypothesis knows str only

    ours = LineStrip(segments, sum(len(text) for text, _ in pieces)).render(console)

    # Textual's own goes through styles that remember the colours of the first console they met.
    theirs = Strip([Segment(text, None if style is None else style.copy()) for text, style in pieces]).render(console)
    assert shown(ours) == shown(theirs)


@pytest.mark.parametrize("pieces", [1, 10])
def test_a_style_is_spelt_out_once(pieces: int):
    ground = Style.parse("#e0e0e0 on #121212")
    strip = LineStrip([Segment("x", ground)] * pieces, pieces)

    written = strip.render(Console(color_system="truecolor", force_terminal=True))

    assert written == f"\x1b[38;2;224;224;224;48;2;18;18;18m{'x' * pieces}\x1b[0m"


def test_only_what_differs_is_said():
    styles = map(Style.parse, ("red on #121212", "bold red on #121212", "bold blue on #121212"))

    written = LineStrip([Segment("x", style) for style in styles], 3).render(
        Console(force_terminal=True, color_system="truecolor")
    )

    assert written == "\x1b[31;48;2;18;18;18mx\x1b[1mx\x1b[34mx\x1b[0m"
