"""The screen "what if it goes": of each thing that a row needs, which connections die without it, move, or stay.

─ What if it goes? ──────────────── 192.0.2.10:443 ← 198.51.100.7:51834 ─
─ 192.0.2.10 goes ─────────────────────────── ip address del 192.0.2.10 ─
▸ die             31   their address or interface goes …  ⏎ all of them
  stay         1,222
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from monitor.presentation.linked_line import LinkedLine
from monitor.presentation.text_line import TextLine, rule
from monitor.ui.keys import By, Where, bindings
from monitor.ui.screens.lines import LinesScreen

if TYPE_CHECKING:
    from monitor.model.route import Flow, RouteDecision
    from monitor.model.sample import Interval
    from monitor.presentation.losses import Loss
    from monitor.presentation.routing_text import RouteAnswer


class WhatIfScreen(LinesScreen):
    """Counts anew with every sample, and asks the kernel, one question at a time, which other ways there are."""

    PLACE = Where.WHAT_IF
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(By.SCREEN, Where.WHAT_IF)]

    def __init__(self, subject: str, losses: Sequence[Loss], glyphs: Mapping[int, str] | None) -> None:
        """Ask about some losses.

        Args:
            subject: Whose they are, made safe.
            losses: What may go.
            glyphs: A table for str.translate, or None.
        """
        super().__init__(glyphs)
        self._subject = subject
        self._losses = losses
        self._answers: dict[Flow, RouteDecision] = {}
        self._open: list[Flow] = []
        """Questions that were not answered yet; the first of them is under way."""
        self._generation: int | None = None
        """Of the routes to which the answers belong."""

    def show_interval(self, interval: Interval) -> None:
        """Count anew; ask what is new, and all again where routes have changed."""
        from monitor.presentation.what_if_lines import asked_flows  # noqa: PLC0415 - it brings numpy

        if interval.sample.network.routing_generation != self._generation:
            self._generation = interval.sample.network.routing_generation
            self._answers.clear()
        self._open = [flow for flow in asked_flows(interval, self._losses) if flow not in self._answers]
        self._ask_first()
        super().show_interval(interval)

    def show_route(self, answer: RouteAnswer) -> None:
        """Keep an answer and ask on; one that failed is asked again after the next sample."""
        if not self._open or answer.flow != self._open[0]:
            return
        del self._open[0]
        if answer.decision is not None:
            self._answers[answer.flow] = answer.decision
        self._ask_first()
        if not self._open:
            self.draw()

    def title_line(self, width: int) -> TextLine:
        """Say whose losses these are."""
        return rule("What if it goes?", self._subject, width)

    def linked_lines(self, interval: Interval, width: int) -> Sequence[LinkedLine]:
        """Lay the losses out below each other."""
        from monitor.presentation.what_if_lines import what_if_lines  # noqa: PLC0415 - it brings numpy

        return what_if_lines(interval, self._losses, self._answers, width)

    def _ask_first(self) -> None:
        if self._open:
            self.app.questions.ask_route(self._open[0])
