"""The program's own themes: grounds and borders; what data means is coloured by palette.py."""

from __future__ import annotations

from textual.theme import Theme

DARK_THEME = Theme(
    name="fourtuple-dark",
    primary="#79c0ff",
    foreground="#d7dde4",
    background="#0f1419",
    surface="#0f1419",
    panel="#1a2129",
    dark=True,
)
LIGHT_THEME = Theme(
    name="fourtuple-light",
    primary="#0550ae",
    foreground="#1f2328",
    background="#fbfcfd",
    surface="#fbfcfd",
    panel="#eceff3",
    dark=False,
)
COLOURLESS_THEME = "ansi-dark"
"""Textual's theme without colours of its own: with NO_COLOR any other still sends grey."""
