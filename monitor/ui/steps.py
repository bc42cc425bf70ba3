"""Steps: what the user did last, so that Esc can undo it in the order in which it was done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

Step = Literal["narrowing", "filter", "groups", "typed route", "zoom", "find"]


class Steps:
    """What can be undone, each with how."""

    def __init__(self) -> None:
        self._steps: list[tuple[Step, object, Callable[[], None]]] = []

    def take(self, step: Step, undo: Callable[[], None], pane: object = None) -> None:
        """Note that a step was done, in a pane or without one; it stands once, at the place where it was done last."""
        self.drop(step, pane)
        self.add(step, undo, pane)

    def add(self, step: Step, undo: Callable[[], None], pane: object = None) -> None:
        """Note that a step was done on top of others of its kind, which stay."""
        self._steps.append((step, pane, undo))

    def drop(self, step: Step, pane: object = None) -> None:
        """Forget a step that was undone by itself."""
        self._steps = [kept for kept in self._steps if kept[:2] != (step, pane)]

    def undo_last(self) -> bool:
        """Undo the last step; False where there is none."""
        if not self._steps:
            return False
        *_, undo = self._steps.pop()
        undo()
        return True
