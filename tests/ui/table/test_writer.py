from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style
from textual.color import Color

from monitor.presentation.safe_text import cell_width
from monitor.presentation.view import Align, Cell, Column, Line, Role
from monitor.ui.glyphs import ASCII_GLYPHS
from monitor.ui.palette import COLOURLESS, DARK, LIGHT, Palette
from monitor.ui.table.layout import lay_out
from monitor.ui.table.lines import CursorLook, HeaderLine, MessageLine, RowLine, ScreenLine, TitleLine
from monitor.ui.table.styles import LineStyles
from monitor.ui.table.writer import LineWriter
from tests.ui.synthetic_view import COLUMNS, SyntheticView

HOSTILE = [
    "\x1b[2J",
    "\x9b31m",
    "a\nb\tc\rd",
    "\u202eevil",
    "[/red]",
    "[@click=app.quit]x",
    "\udcff",
    "日本語",
    "e\u0301" * 9,
]


def writer_of(
    width: int, palette: Palette = DARK, glyphs: dict[int, str] | None = None, **wishes: object
) -> LineWriter:
    styles = LineStyles(palette, Style(), (), Color(0, 0, 0))
    return LineWriter(lay_out(COLUMNS, width, **wishes), styles, glyphs or {})


def text_of(writer: LineWriter, line: ScreenLine) -> str:
    return "".join(segment.text for segment in writer.write(line))


def test_a_row_reads_as_drawn():
    row = RowLine(SyntheticView(marks={7: "!"}).line(7), CursorLook.FOCUSED, has_thumb=True)
    assert text_of(writer_of(102), row) == (
        "▸! ESTAB      192.0.2.10:443        198.51.100.7:7        nginx[7]            7     0  23ms  0.1   0s▐"
    )


def test_the_header_marks_the_column_that_decides_the_order():
    assert text_of(writer_of(102), HeaderLine("down", is_descending=True)) == (
        "   state      local                 remote                process          ↓/s▾   ↑/s   rtt ret% idle "
    )
    assert "local▴" in text_of(writer_of(102), HeaderLine("local", is_descending=False))


def test_a_name_as_wide_as_its_column_has_its_sort_mark_in_the_gap():
    assert "rtt ret%▾idle" in text_of(writer_of(102), HeaderLine("retrans", is_descending=True))
    assert text_of(writer_of(102), HeaderLine("idle", is_descending=True)).endswith("ret% idle▾")


def test_the_header_tells_on_which_side_there_is_more():
    header = HeaderLine(None, is_descending=False)
    assert text_of(writer_of(80), header).endswith("›")
    assert text_of(writer_of(80, scrolled=99), header).endswith("‹")


def test_a_focused_title_stands_in_brackets():
    title = TitleLine("2 Connections 943", ("busiest first",), "↓ 41M/s")
    drawn = text_of(writer_of(60), title)
    assert drawn == "─ 2 Connections 943 ─ busiest first ────────────── ↓ 41M/s ─"
    assert text_of(writer_of(60), replace(title, is_focused=True)) == drawn.replace(
        " 2 Connections 943 ", "[2 Connections 943]"
    )


@pytest.mark.parametrize(
    ("width", "drawn"),
    [
        (40, "─ 2 Connections ─ one ─ two ───── tail ─"),
        (34, "─ 2 Connections ─ one ───── tail ─"),
        (24, "─ 2 Connections ─ tail ─"),
        (20, "─ 2 Connections ────"),
        (8, "─ 2 Con…"),
    ],
)
def test_a_narrow_title_loses_notes_then_the_tail_then_the_end_of_its_name(width: int, drawn: str):
    assert text_of(writer_of(width), TitleLine("2 Connections", ("one", "two"), "tail")) == drawn


@pytest.mark.parametrize("glyphs", [{}, ASCII_GLYPHS])
@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("width", [1, 2, 3, 4, 10, 80, 120, 1000])
def test_whatever_slips_past_safe_text_every_line_is_printable_and_as_wide_as_the_table(
    width: int, hostile: str, glyphs: dict[int, str]
):
    column = Column("process", hostile, 9, is_fixed=True)
    styles = LineStyles(DARK, Style(), (), Color(0, 0, 0))
    writer = LineWriter(lay_out([column], width), styles, glyphs)
    lines = [
        TitleLine(hostile, (hostile, hostile), hostile, is_focused=True),
        HeaderLine("process", is_descending=True),
        RowLine(Line(hostile, (Cell(hostile),)), CursorLook.FOCUSED),
        RowLine(Line("!", (Cell(hostile, keeps_end=True),))),
        RowLine(None, has_thumb=True),
        MessageLine(hostile),
    ]
    for line in lines:
        text = text_of(writer, line)
        assert text.isprintable()
        assert cell_width(text) == width


@given(text=st.text(), width=st.integers(1, 60), keeps_end=st.booleans(), align=st.sampled_from(Align))
def test_any_text_leaves_the_line_as_wide_as_the_table(*, text: str, width: int, keeps_end: bool, align: Align):
    columns = [Column("a", text, 5, align), Column("b", text, 7)]
    writer = LineWriter(lay_out(columns, width), LineStyles(DARK, Style(), (), Color(0, 0, 0)), {})
    cell = Cell(text, keeps_end=keeps_end)
    for line in (RowLine(Line(" ", (cell, cell))), HeaderLine("a", is_descending=True), TitleLine(text, (text,), text)):
        drawn = text_of(writer, line)
        assert cell_width(drawn) == width
        assert drawn.isprintable()


def test_the_ascii_switch_keeps_every_cell_and_every_sign():
    for sign, plain in ASCII_GLYPHS.items():
        assert cell_width(chr(sign)) == len(plain) == 1
        assert plain.isascii()
    row = RowLine(SyntheticView(marks={7: "×"}).line(7), CursorLook.FOCUSED, has_thumb=True)
    text = text_of(writer_of(102, glyphs=ASCII_GLYPHS), row)
    assert text.isascii()
    assert text.startswith(">x ")


@pytest.mark.parametrize(("palette", "texts"), [(DARK, 9), (LIGHT, 9), (COLOURLESS, 5)])
def test_neighbours_that_look_alike_are_one_segment(palette: Palette, texts: int):
    # Marks and state, rtt and retransmits: plain. Without colour, endpoints, process and rate are so too.
    row = RowLine(SyntheticView().line(1))
    assert len(writer_of(102, palette).write(row)) == texts


@pytest.mark.parametrize("palette", [DARK, LIGHT, COLOURLESS])
def test_every_role_has_a_style_and_the_cursor_can_be_seen(palette: Palette):
    assert set(palette.roles) == set(Role)
    assert palette.cursor.bold
    assert palette.cursor.bgcolor is not None or palette.cursor.reverse


def test_without_colour_the_cursor_is_seen_by_reverse_and_by_its_mark():
    line = SyntheticView().line(4)
    segments = writer_of(102, COLOURLESS).write(RowLine(line, CursorLook.FOCUSED))
    assert segments[0].text.startswith("▸")
    assert all(segment.style.reverse for segment in segments[:-1])
    assert not any(segment.style.color or segment.style.bgcolor for segment in segments)


def test_a_closed_row_is_closed_in_all_its_cells_a_new_one_in_none_one_with_trouble_in_the_plain_ones():
    assert set(DARK.row(Role.CLOSED).values()) == {DARK.roles[Role.CLOSED]}
    assert DARK.row(Role.NEW) == DARK.roles
    trouble = DARK.row(Role.TROUBLE)
    assert trouble[Role.PLAIN] == DARK.roles[Role.TROUBLE]
    assert trouble[Role.LOCAL] == DARK.roles[Role.LOCAL]
