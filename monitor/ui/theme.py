"""The program's own themes: grounds and borders, and which palette lies on them."""

from __future__ import annotations

from rich.style import Style
from textual.theme import Theme
from textual.widget import Widget

from monitor.ui.palette import COLOURLESS, DARK, DARK_SIXTEEN, LIGHT, LIGHT_SIXTEEN, Palette

DARK_THEME = Theme(
    name="fourtuple-dark",
    primary="#79c0ff",
    foreground="#d7dde4",
    background="#0f1419",
    surface="#0f1419",
    panel="#1a2129",
    dark=True,
    variables={"block-cursor-background": "#24405f", "block-cursor-foreground": "#d7dde4"},
)
LIGHT_THEME = Theme(
    name="fourtuple-light",
    primary="#0550ae",
    foreground="#1f2328",
    background="#fbfcfd",
    surface="#fbfcfd",
    panel="#eceff3",
    dark=False,
    variables={"block-cursor-background": "#bcdcff", "block-cursor-foreground": "#1f2328"},
)
THEMES = {theme.name: theme for theme in (DARK_THEME, LIGHT_THEME)}
"""By name. Those of the terminal's own colours are Textual's."""


def theme_name(*, is_dark: bool, has_own_ground: bool) -> str:
    """Name the theme for a ground.

    Args:
        is_dark: Which ground.
        has_own_ground: Whether the terminal shows colours of ours. With themes of its own colours Textual leaves
            colours out under NO_COLOR; with any other it turns them into greys.
    """
    if has_own_ground:
        return (DARK_THEME if is_dark else LIGHT_THEME).name
    return "ansi-dark" if is_dark else "ansi-light"


def palette_and_ground(widget: Widget) -> tuple[Palette, Style]:
    """Give the palette for the present theme, and the style of the widget's ground that it is laid over."""
    app = widget.app
    if app.no_color:
        return COLOURLESS, Style.null()
    is_dark = app.current_theme.dark
    if app.native_ansi_color:
        # Textual would name the terminal's own colours here, and mix them to black on black.
        return (DARK_SIXTEEN if is_dark else LIGHT_SIXTEEN), Style.null()
    return (DARK if is_dark else LIGHT), widget.visual_style.rich_style
