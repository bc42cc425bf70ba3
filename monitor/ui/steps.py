"""Steps: what the user did last, so that Esc can undo it in the order in which it was done."""

from __future__ import annotations

from typing import Literal

Step = Literal["narrowing", "filter of listeners", "filter of connections", "typed route", "zoom", "groups"]


class Steps:
    """Each step stands once, at the place where it was done last."""

    def __init__(self) -> None:
        self._steps: list[Step] = []

    def take(self, step: Step) -> None:
        """Note that a step was done."""
        self.drop(step)
        self._steps.append(step)

    def drop(self, step: Step) -> None:
        """Forget a step that was undone by itself."""
        self._steps = [other for other in self._steps if other != step]

    @property
    def last(self) -> Step | None:
        """The step to undo next; None where there is none."""
        return self._steps[-1] if self._steps else None
