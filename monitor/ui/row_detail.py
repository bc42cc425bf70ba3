"""RowDetail: what is known of the selected row, in the Routing pane and on the strip of two lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from monitor.ui.route_follower import RouteFollower
from monitor.ui.widgets.list_pane import ListPane
from monitor.ui.widgets.prompt import Prompt
from monitor.ui.widgets.routing_pane import RoutingPane
from monitor.ui.widgets.text_lines import TextLines

if TYPE_CHECKING:
    from monitor.model.route import Flow
    from monitor.model.sample import Interval
    from monitor.presentation.losses import Loss
    from monitor.presentation.routing_text import RouteAnswer
    from monitor.presentation.text_line import TextLine
    from monitor.sampling.history import ListenerHistory


class RowDetail:
    """Follows the cursor of a list, or a remote endpoint that was typed."""

    def __init__(
        self,
        routing: RoutingPane,
        strip: TextLines,
        ask: Callable[[Flow], None],
        history_of_listener: Callable[[int], ListenerHistory | None],
    ) -> None:
        """Follow nothing yet.

        Args:
            routing: Shows the way.
            strip: Shows the way and the owner in two lines.
            ask: Puts a question about a route; its answer comes to take().
            history_of_listener: Gives the last two minutes of the service endpoint of a row.
        """
        self._routing = routing
        self._strip = strip
        self._route = RouteFollower(ask)
        self._history_of_listener = history_of_listener

    def show(self, pane: ListPane) -> None:
        """Show what is known of the row at a list's cursor, and ask for what is not."""
        interval = pane.interval
        if interval is None:
            return
        from monitor.presentation.routing_text import strip_line  # noqa: PLC0415 - it brings numpy

        row = pane.row_at_cursor()
        self._route.follow(interval, row)
        title, lines = self._route.title_and_lines(interval, row)
        self._routing.answer(title, [*self._curves(interval, row), *lines])
        if row is None:
            self._strip.show([])
        else:
            who = pane.line_about(row, len(pane.rows_at_cursor()))
            self._strip.show([strip_line(interval, row, self._route.answer), who])

    def _curves(self, interval: Interval, row: int | None) -> list[TextLine]:
        """Draw what a waiting socket did; nothing where the answer is about another thing."""
        table = interval.table
        if self._route.typed is not None or row is None or bool(table.is_pair[row] | table.is_bound_only[row]):
            return []
        history = self._history_of_listener(row)
        if history is None:
            return []
        from monitor.presentation.listener_history import history_lines  # noqa: PLC0415 - on demand

        return history_lines(history, int(table.protocol[row]))

    def forget_stale(self, interval: Interval) -> None:
        """Ask again where something about routes changed, or where no answer came."""
        self._route.forget_stale(interval)

    def take(self, answer: RouteAnswer) -> bool:
        """Keep an answer; False where another row was selected meanwhile."""
        return self._route.take(answer)

    @property
    def flow(self) -> Flow | None:
        """The question whose answer Routing shows; None where there is none, as for a listener."""
        return self._route.flow

    def remark(self, pane: ListPane) -> str:
        """Give what the message line says of the row at the cursor: how it would leave elsewhere, if it would."""
        interval = pane.interval
        if interval is None or self._route.typed is not None or (row := pane.row_at_cursor()) is None:
            return ""
        from monitor.presentation.routing_text import elsewhere_words  # noqa: PLC0415 - it brings numpy

        return elsewhere_words(interval, row)

    def losses(self, pane: ListPane) -> tuple[str, Sequence[Loss]]:
        """Give whose answer Routing shows, and what it needs: an address, an interface, a route."""
        from monitor.presentation.losses import losses_of_answer, losses_of_row  # noqa: PLC0415 - it brings numpy

        interval, row, answer = pane.interval, pane.row_at_cursor(), self._route.answer
        decision = answer.decision if answer is not None else None
        subject = self._routing.subject
        if interval is None or (self._route.typed is not None and decision is None):
            return subject, []
        if self._route.typed is not None and decision is not None:
            return subject, losses_of_answer(interval, decision)
        return subject, [] if row is None else losses_of_row(interval, row, decision)

    def ask_remote(
        self, prompt: Prompt, pane: ListPane, typed: Callable[[], None], done: Callable[[bool], None]
    ) -> None:
        """Let a question be typed, about the selected row's remote endpoint at first.

        Args:
            prompt: Where it is typed.
            pane: The list with the selected row.
            typed: Called with every other question, to show it.
            done: Called when the field has closed, with whether what was typed stays.
        """
        from monitor.presentation.route_question import parse_question  # noqa: PLC0415 - only who asks needs it
        from monitor.presentation.selection import remote_text  # noqa: PLC0415 - it brings numpy

        former, row = self._route.typed, pane.row_at_cursor()

        def changed(text: str) -> str:
            question = parse_question(text)
            if pane.interval is not None:
                question.flow(pane.interval.sample.network.links)
            self._route.typed = question
            typed()
            return ""

        def closed(text: str | None) -> None:
            self._route.is_typing = False
            if text is None:
                self._route.typed = former
            done(text is not None)

        self._route.is_typing = True
        value = remote_text(pane.interval, row) if pane.interval is not None and row is not None else ""
        prompt.ask("Route to", value, changed, closed, is_selected=True)

    def forget_typed(self) -> None:
        """Follow the selected row again."""
        self._route.typed = None
