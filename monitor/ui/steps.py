"""Steps: what the user did last, so that Esc can undo it in the order in which it was done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

Step = Literal[
    "narrowing",
    "narrowing of listeners",
    "filter of listeners",
    "filter of connections",
    "filter of events",
    "filter of sockets",
    "typed route",
    "zoom",
    "groups",
    "groups of events",
]


class Steps:
    """What can be undone, each with how."""

    def __init__(self) -> None:
        self._steps: list[tuple[Step, Callable[[], None]]] = []

    def take(self, step: Step, undo: Callable[[], None]) -> None:
        """Note that a step was done; it stands once, at the place where it was done last."""
        self.drop(step)
        self.add(step, undo)

    def add(self, step: Step, undo: Callable[[], None]) -> None:
        """Note that a step was done on top of others of its kind, which stay."""
        self._steps.append((step, undo))

    def drop(self, step: Step) -> None:
        """Forget a step that was undone by itself."""
        self._steps = [(other, undo) for other, undo in self._steps if other != step]

    def undo_last(self) -> bool:
        """Undo the last step; False where there is none."""
        if not self._steps:
            return False
        _, undo = self._steps.pop()
        undo()
        return True
