"""Whether everything can be read: contrast by WCAG 2.1, and what is left in sixteen colours and in none."""

from __future__ import annotations

import pytest
from rich.color import Color, ColorSystem
from textual.theme import Theme

from monitor.presentation.view import Role
from monitor.ui.palette import COLOURLESS, DARK, DARK_SIXTEEN, LIGHT, LIGHT_SIXTEEN, Palette
from monitor.ui.theme import DARK_THEME, LIGHT_THEME

TEXT, LINES = 4.5, 3.0
"""What WCAG 1.4.3 and 1.4.11 ask for."""
OURS = [pytest.param(DARK, DARK_THEME, id="dark"), pytest.param(LIGHT, LIGHT_THEME, id="light")]
SIXTEEN = [
    pytest.param(DARK_SIXTEEN, {"black", "bright_black", "blue"}, id="dark"),
    pytest.param(
        LIGHT_SIXTEEN,
        {"white", "bright_white", "green", "yellow", "cyan", "bright_green", "bright_yellow", "bright_cyan"},
        id="light",
    ),
]
"""Palettes, and the colours that may be their ground or can hardly be told from it."""


def luminance(color: Color) -> float:
    """Relative luminance as WCAG defines it."""
    shares = [part / 255 for part in color.get_truecolor()]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("system", [ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT], ids=lambda system: system.name)
@pytest.mark.parametrize(("palette", "theme"), OURS)
def test_every_role_stands_out_from_the_ground(palette: Palette, theme: Theme, system: ColorSystem, role: Role):
    color = palette.roles[role].color or Color.parse(theme.foreground or "")
    ground = Color.parse(theme.background or "").downgrade(system)
    assert contrast(color.downgrade(system), ground) >= (LINES if role is Role.RULE else TEXT)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("palette", "theme"), OURS)
def test_every_role_can_be_read_at_the_cursor(palette: Palette, theme: Theme, role: Role):
    style = palette.roles[role] + palette.at_cursor(role)
    assert style.bgcolor is not None
    assert contrast(style.color or Color.parse(theme.foreground or ""), style.bgcolor) >= LINES


@pytest.mark.parametrize(("palette", "theme"), OURS)
def test_the_cursor_is_seen(palette: Palette, theme: Theme):
    ground = Color.parse(theme.background or "")
    for cursor in (palette.cursor, palette.resting_cursor):
        assert cursor.bgcolor is not None
        assert contrast(cursor.bgcolor, ground) > 1.15
    assert palette.cursor.bold


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("palette", "too_near"), SIXTEEN)
def test_in_sixteen_colours_no_role_is_the_ground(palette: Palette, too_near: set[str], role: Role):
    style = palette.roles[role]
    assert style.bgcolor is None
    assert style.color is None or style.color.name not in too_near
    assert style.color is None or not style.dim


@pytest.mark.parametrize("palette", [DARK_SIXTEEN, LIGHT_SIXTEEN])
def test_in_sixteen_colours_the_cursor_brings_its_own_letters(palette: Palette):
    assert palette.cursor.color is not None
    assert palette.cursor.bgcolor is not None
    assert palette.cursor.color.name != palette.cursor.bgcolor.name


@pytest.mark.parametrize("palette", [DARK, LIGHT, DARK_SIXTEEN, LIGHT_SIXTEEN, COLOURLESS])
def test_what_matters_most_is_told_by_more_than_colour(palette: Palette):
    assert palette.roles[Role.ALERT].reverse
    assert palette.roles[Role.TROUBLE].bold
    assert palette.roles[Role.NEW].bold
    assert palette.focused_title.bold
    assert not palette.title.bold


def test_without_colour_nothing_is_coloured_and_the_cursor_is_reversed():
    styles = [*COLOURLESS.roles.values(), COLOURLESS.cursor, COLOURLESS.resting_cursor, COLOURLESS.cursor_quiet]
    assert all(style.color is None and style.bgcolor is None for style in styles)
    assert COLOURLESS.cursor.reverse
    assert not COLOURLESS.resting_cursor.reverse
