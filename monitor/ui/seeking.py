"""Finds lines of a list without hiding the others: what is typed, the cursor at the first hit, and on from there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from textual.widget import Widget

from monitor.presentation.formats import count_text
from monitor.ui.widgets.prompt import Prompt


@runtime_checkable
class Sought(Protocol):
    """A list in which something can be found."""

    sought: str
    """What hits hold; empty while nothing is looked for."""
    cursor_position: int

    def hits(self, words: str) -> Sequence[int]:
        """Give the positions of the lines that hold some words, ascending; raises InputError where that cannot be."""
        ...

    def go_to_position(self, position: int) -> None:
        """Put the cursor on a line."""
        ...


def ask_find(prompt: Prompt, pane: Widget, done: Callable[[], None] = lambda: None) -> None:
    """Open the field for what is to be found; Esc goes back to the line where it was opened.

    Args:
        prompt: Where it is typed.
        pane: The list.
        done: Called when the field has closed.
    """
    if not isinstance(pane, Sought):
        return
    former, start = pane.sought, pane.cursor_position

    def changed(text: str) -> str:
        hits = pane.hits(text) if text.strip() else ()
        pane.sought = text.strip()
        pane.go_to_position(next_of(hits, start - 1, start))
        return f"{count_text(len(hits))} found, n and N go on" if pane.sought else ""

    def closed(text: str | None) -> None:
        if text is None:
            pane.sought = former
            pane.go_to_position(start)
        pane.focus()
        done()

    prompt.ask("find", former, changed, closed, is_selected=True)


def next_of(hits: Sequence[int], after: int, otherwise: int) -> int:
    """Give the first hit behind a position, round at the end; another position where there is none."""
    return int(next((hit for hit in hits if hit > after), hits[0] if len(hits) else otherwise))


def before_of(hits: Sequence[int], before: int, otherwise: int) -> int:
    """Give the last hit before a position, round at the beginning."""
    return int(next((hit for hit in reversed(hits) if hit < before), hits[-1] if len(hits) else otherwise))
