"""The last check of every text that a table draws."""

from __future__ import annotations


def checked(text: str) -> str:
    """Give the text as it is; were a control character to slip past safe_text, it would be replaced here."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
