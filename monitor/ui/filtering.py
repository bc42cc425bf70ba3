"""Filters a list while the filter is typed: the last good filter stays in force, Esc restores the former."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from monitor.presentation.filter_completion import candidates_text, complete
from monitor.presentation.filter_description import describe
from monitor.presentation.filter_parser import parse
from monitor.presentation.safe_text import safe_text
from monitor.ui.widgets.filtered_pane import FilteredPane, FilterInForce
from monitor.ui.widgets.log_pane import LogPane
from monitor.ui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from monitor.ui.configured_app import ConfiguredApp


def apply_filter(pane: FilteredPane, text: str) -> None:
    """Filter a list; blanks show all.

    Raises:
        InputError: the filter cannot be understood; the list stays as it was.
    """
    tree = parse(text)
    line = text.strip()
    # What cannot be shown as it was typed is shown as it can be typed, so that it can be edited.
    shown = line if safe_text(line) == line else describe(tree)
    pane.set_filter(FilterInForce(shown, tree) if line else FilterInForce())


def ask_filter(
    prompt: Prompt, pane: FilteredPane, done: Callable[[bool], None], filtered: Callable[[], None] = lambda: None
) -> None:
    """Open the field for a list's filter.

    Args:
        prompt: Where it is typed.
        pane: The list.
        done: Called when the field has closed, with whether a filter is in force that was typed now.
        filtered: Called whenever another filter is in force meanwhile.
    """
    former = pane.in_force
    recent = cast("ConfiguredApp", pane.app).recent_filters

    def changed(text: str) -> str:
        apply_filter(pane, text)
        filtered()
        return _matching(pane.view.count) if text.strip() else f"{pane.view.count:,} rows"

    def completed(text: str) -> str:
        line = complete(text, pane.interval)
        prompt.remark(candidates_text(line, pane.interval))
        return line

    def closed(text: str | None) -> None:
        if text is None:
            pane.set_filter(former)
        else:
            recent.add(pane.filter_text)
        pane.screen.set_focus(pane)
        done(text is not None and pane.filter_tree is not None)

    prompt.ask("/", former.text, changed, closed, complete=completed, recent=recent.texts)


def _matching(rows: int) -> str:
    if not rows:
        return "nothing matches"
    return "1 row matches" if rows == 1 else f"{rows:,} rows match"


def ask_words(prompt: Prompt, pane: LogPane, done: Callable[[bool], None]) -> None:
    """Open the field for the words that entries of the log are to hold; arguments as above."""
    former = pane.words

    def changed(text: str) -> str:
        pane.show_words(" ".join(safe_text(text).split()))
        return f"{pane.view.count:,} lines"

    def closed(text: str | None) -> None:
        if text is None:
            pane.show_words(former)
        pane.screen.set_focus(pane)
        done(bool(pane.words))

    prompt.ask("/", former, changed, closed)
