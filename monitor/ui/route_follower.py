"""RouteFollower: asks the kernel about the selected row, or a typed endpoint, and words what it answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from monitor.presentation.text_line import TextLine, plain
from monitor.presentation.view import Role

if TYPE_CHECKING:
    from monitor.model.endpoint import Endpoint
    from monitor.model.route import Flow
    from monitor.model.sample import Interval
    from monitor.presentation.routing_text import RouteAnswer


class RouteFollower:
    """One question at a time; the answer to any other than the last one is dropped."""

    def __init__(self, ask: Callable[[Flow], None]) -> None:
        """Follow nothing yet.

        Args:
            ask: Puts a question; its answer comes to take().
        """
        self.typed: Endpoint | None = None
        """A remote endpoint that goes before the selected row; TCP is assumed."""
        self._ask = ask
        self._flow: Flow | None = None
        self._answer: RouteAnswer | None = None
        self._generation = -1

    def forget_stale(self, interval: Interval) -> None:
        """Ask again when a link, address, route, rule or neighbour changed since, or where no answer came."""
        has_failed = self._answer is None or self._answer.error is not None
        if interval.sample.network.generation != self._generation or has_failed:
            self._generation = interval.sample.network.generation
            self._flow = None

    def follow(self, interval: Interval, row: int | None) -> None:
        """Put the question that belongs to the selection, if it is another than before."""
        from monitor.presentation.selection import route_question, typed_question  # noqa: PLC0415 - it brings numpy

        flow: Flow | None = None
        if self.typed is not None:
            flow = typed_question(self.typed)
        elif row is not None:
            flow = route_question(interval, row)
        if flow == self._flow:
            return
        self._flow = flow
        if self._answer is not None and self._answer.flow != flow:
            self._answer = None
        if flow is not None:
            self._ask(flow)

    def take(self, answer: RouteAnswer) -> bool:
        """Keep an answer; False where it belongs to no question that is still open."""
        if answer.flow != self._flow:
            return False
        self._answer = answer
        return True

    @property
    def answer(self) -> RouteAnswer | None:
        """The answer to the question that was put last; None as long as it is not there."""
        return self._answer

    def title_and_lines(self, interval: Interval, row: int | None) -> tuple[str, Sequence[TextLine]]:
        """Give what the Routing pane says."""
        from monitor.presentation import routing_text as words  # noqa: PLC0415 - it brings numpy
        from monitor.presentation.row_text import RowTexts  # noqa: PLC0415 - as above

        if self.typed is not None:
            return f"→ {self.typed} (typed)", words.typed_lines(self._answer)
        if row is None:
            return "", [plain("no row is selected", Role.DIM)]
        texts = RowTexts(interval)
        if self._flow is not None:
            return f"→ {texts.remote(row)}", words.connection_lines(interval, row, self._answer)
        return f"of {texts.local(row)}", words.listener_lines(interval, row)
