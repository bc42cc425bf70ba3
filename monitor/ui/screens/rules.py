"""The screen of rules and routes: what stands behind a route decision.

─ Rules and routes → 198.51.100.7:443 ───────────────── tcp, uid 33, mark 0 ─
   tcp to 198.51.100.7:443 leaves by wg0 from 203.0.113.2, without gateway.
─ Rules of IPv4 in their order ──────────────────────────────────────────────
▸      0 from all lookup local                                fits, no route
  ✓  100 from all uidrange 1001-1001 lookup 51820                    decided
─ Table 51820, 1 route ──────────────────────────────────────────────────────
  ✓ default  dev wg0  static
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from monitor.presentation.linked_line import LinkedLine, ToTable
from monitor.presentation.text_line import TextLine
from monitor.ui.keys import By, Where, bindings
from monitor.ui.screens.lines import LinesScreen
from monitor.ui.widgets.linked_lines import LinkedLines

if TYPE_CHECKING:
    from monitor.model.route import Flow
    from monitor.model.routing import Routing
    from monitor.model.sample import Interval


class RulesScreen(LinesScreen):
    """Asks again whenever links, addresses, routes or rules have changed."""

    PLACE = Where.RULES
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(By.SCREEN, Where.RULES)]

    def __init__(self, flow: Flow, glyphs: Mapping[int, str] | None) -> None:
        """Ask about a flow, as long as the screen is open.

        Args:
            flow: The question whose rules and routes are shown.
            glyphs: A table for str.translate, or None.
        """
        super().__init__(glyphs)
        self._flow = flow
        self._table: int | None = None
        """The table whose routes are shown; None for the one that decides."""
        self._routing: Routing | None = None
        self._error: str | None = None
        self._generation: int | None = None
        """Of routes, when they were asked for last; None where they must be asked for."""
        self._is_at_start = True

    def show_interval(self, interval: Interval) -> None:
        """Ask again where anything about routes has changed, or no answer came."""
        generation = interval.sample.network.routing_generation
        if generation != self._generation or self._error is not None:
            self._generation = generation
            self.app.questions.ask_routing(self._flow, self._table)
        super().show_interval(interval)

    def show_routing(self, flow: Flow, table: int | None, routing: Routing | None, error: str | None) -> None:
        """Show an answer; what was known stays where there is none."""
        if (flow, table) != (self._flow, self._table):
            return
        self._routing, self._error = routing or self._routing, error
        self.draw()
        if self._is_at_start and routing is not None:
            self._is_at_start = False
            self.lines.go_to("rule_decided")

    def on_linked_lines_followed(self, message: LinkedLines.Followed) -> None:
        """Show the routes of the table to which a rule leads."""
        message.stop()
        if isinstance(message.target, ToTable):
            self._show_table(message.target.table)

    def action_back(self) -> None:
        """Close the explanation; then go back to the table that decides, then a screen."""
        if self._table is not None and not self._meaning.is_open:
            self._show_table(None)
        else:
            super().action_back()

    def _show_table(self, table: int | None) -> None:
        decided = self._routing.decision.table if self._routing is not None else None
        self._table = None if table == decided else table
        self.app.questions.ask_routing(self._flow, self._table)
        self.draw()

    def title_line(self, width: int) -> TextLine:
        """Say which question the rules and routes are behind."""
        from monitor.presentation.rules_lines import rules_title  # noqa: PLC0415 - on demand

        return rules_title(self._flow, width)

    def linked_lines(self, interval: Interval, width: int) -> Sequence[LinkedLine]:
        """List the rules, and under them the routes of one table."""
        from monitor.presentation.rules_lines import rules_lines  # noqa: PLC0415 - on demand

        return rules_lines(self._routing, self._error, width)
