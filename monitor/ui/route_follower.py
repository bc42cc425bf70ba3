"""RouteFollower: asks the kernel about the selected row, or a typed endpoint, and words what it answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from monitor.errors import InputError
from monitor.presentation.text_line import TextLine, plain
from monitor.presentation.view import Role

if TYPE_CHECKING:
    from monitor.model.route import Flow
    from monitor.model.sample import Interval
    from monitor.presentation.route_question import RouteQuestion
    from monitor.presentation.routing_text import RouteAnswer


class RouteFollower:
    """One question at a time; the answer to any other than the last one is dropped."""

    def __init__(self, ask: Callable[[Flow], None]) -> None:
        """Follow nothing yet.

        Args:
            ask: Puts a question; its answer comes to take().
        """
        self.typed: RouteQuestion | None = None
        """A question that goes before the selected row."""
        self.is_typing = False
        """Whether more may be typed."""
        self._ask = ask
        self._flow: Flow | None = None
        self._answer: RouteAnswer | None = None
        self._generation = -1
        self._mistake = ""
        """Why what was typed cannot be asked, as when its interface has gone."""

    def forget_stale(self, interval: Interval) -> None:
        """Ask again when a link, address, route, rule or neighbour changed since, or where no answer came."""
        has_failed = self._answer is None or self._answer.error is not None
        if interval.sample.network.generation != self._generation or has_failed:
            self._generation = interval.sample.network.generation
            self._flow = None

    def follow(self, interval: Interval, row: int | None) -> None:
        """Put the question that belongs to the selection, if it is another than before."""
        flow = self._wanted(interval, row)
        if flow == self._flow:
            return
        self._flow = flow
        if self._answer is not None and self._answer.flow != flow:
            self._answer = None
        if flow is not None:
            self._ask(flow)

    def _wanted(self, interval: Interval, row: int | None) -> Flow | None:
        from monitor.presentation.selection import route_question  # noqa: PLC0415 - it brings numpy

        if self.typed is None:
            return None if row is None else route_question(interval, row)
        try:
            flow = self.typed.flow(interval.sample.network.links)
        except InputError as mistake:
            self._mistake = str(mistake)
            return None
        self._mistake = ""
        return flow

    def take(self, answer: RouteAnswer) -> bool:
        """Keep an answer; False where it belongs to no question that is still open."""
        if answer.flow != self._flow:
            return False
        self._answer = answer
        return True

    @property
    def flow(self) -> Flow | None:
        """The question that was put last; None where the selection has none."""
        return self._flow

    @property
    def answer(self) -> RouteAnswer | None:
        """The answer to the question that was put last; None as long as it is not there."""
        return self._answer

    def title_and_lines(self, interval: Interval, row: int | None) -> tuple[str, Sequence[TextLine]]:
        """Give what the Routing pane says."""
        from monitor.presentation import routing_text as words  # noqa: PLC0415 - it brings numpy
        from monitor.presentation.row_text import RowTexts  # noqa: PLC0415 - as above

        if self.typed is not None:
            title = words.typed_title(self.typed)
            if self._mistake:
                return title, [plain(self._mistake, Role.TROUBLE)]
            return title, words.typed_lines(interval, self.typed, self._answer, is_typing=self.is_typing)
        if row is None:
            return "", [plain("no row is selected", Role.DIM)]
        texts = RowTexts(interval)
        if self._flow is not None:
            return f"→ {texts.remote(row)}", words.connection_lines(interval, row, self._answer)
        from monitor.presentation.reach_lines import listener_lines  # noqa: PLC0415 - as above

        return f"of {texts.local(row)}", listener_lines(interval, row)
