"""The connection screen: one pair of endpoints, what is known of it in words, and where each line leads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from monitor.presentation.linked_line import ToSocket
from monitor.presentation.path_words import Stop
from monitor.presentation.text_line import rule
from monitor.ui.keys import By, Where, bindings
from monitor.ui.route_follower import RouteFollower
from monitor.ui.screens.framed import FramedScreen
from monitor.ui.widgets.linked_lines import MOST_WIDTH, LinkedLines
from monitor.ui.widgets.meaning import Meaning
from monitor.ui.widgets.text_lines import TextLines
from monitor.ui.widgets.verdicts import Verdicts

if TYPE_CHECKING:
    from monitor.model.route import Flow
    from monitor.model.sample import Interval
    from monitor.model.sockets import SocketId
    from monitor.model.tcp_info import SocketDetails
    from monitor.presentation.routing_text import RouteAnswer

_GONE = "the kernel does not find this socket any more"


class ConnectionScreen(FramedScreen):
    """Follows one socket by its cookie; when it has gone, the last that was known stays, and says so."""

    PLACE = Where.CONNECTION
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(By.SCREEN, Where.CONNECTION)]
    DEFAULT_CSS: ClassVar[str] = """
    ConnectionScreen #title { height: 1; width: 1fr; }
    ConnectionScreen #lines { height: 1fr; width: 1fr; }
    """

    def __init__(self, cookie: int, glyphs: Mapping[int, str] | None) -> None:
        super().__init__(glyphs)
        self.cookie = cookie
        self.lines = LinkedLines(glyphs=glyphs, id="lines")
        self._title = TextLines(glyphs=glyphs, id="title")
        self._verdicts = Verdicts(glyphs=glyphs, id="verdicts")
        self._meaning = Meaning(glyphs=glyphs, id="meaning")
        self._interval: Interval | None = None
        self._details: SocketDetails | None = None
        self._missing = "asking the kernel"
        self._route = RouteFollower(self._ask_route)

    @property
    def stop(self) -> Stop:
        """What this screen shows, and how the path names it."""
        row = self._interval.table.row_of_cookie(self.cookie) if self._interval is not None else None
        if self._interval is None or row is None:
            return Stop(ToSocket(self.cookie), "a connection")
        from monitor.presentation.row_text import RowTexts  # noqa: PLC0415 - it brings numpy

        return Stop(ToSocket(self.cookie), RowTexts(self._interval).pair(row))

    @property
    def pane(self) -> LinkedLines:
        """What the keys of a list act on."""
        return self.lines

    def middle(self) -> Iterable[Widget]:
        """Give title, what is found, lines, and the meaning of one."""
        return self._title, self._verdicts, self.lines, self._meaning

    def on_resize(self) -> None:
        """Word the lines for the new width."""
        self._draw()

    def show_interval(self, interval: Interval) -> None:
        """Show the socket as it is now; one that is not there any more stays as it was last."""
        row = interval.table.row_of_cookie(self.cookie)
        if row is not None:
            self._interval = interval
            self._ask(interval, row)
            self.app.histories.keep([self.cookie])
        self.say(self.app.news)
        self._draw()

    def visible_cookies(self) -> list[int]:
        """Give the socket that is shown."""
        return [self.cookie]

    def show_details(self, socket: SocketId, details: SocketDetails | None, error: str | None) -> None:
        """Show what the kernel tells of this socket alone."""
        if socket.cookie == self.cookie:
            self._details = details or self._details
            self._missing = error or _GONE
            self._draw()

    def show_route(self, answer: RouteAnswer) -> None:
        """Show the way of this connection."""
        if self._route.take(answer):
            self._draw()

    def on_linked_lines_followed(self, message: LinkedLines.Followed) -> None:
        """Go where a line leads."""
        message.stop()
        self.app.drill_down.follow(message.target)

    def on_linked_lines_asked(self, message: LinkedLines.Asked) -> None:
        """Say what a line means."""
        message.stop()
        self._meaning.explain(message.value)

    def action_show_process(self) -> None:
        """Open the process that owns the socket; of several let the user choose."""
        if self._interval is not None:
            row = self._interval.table.row_of_cookie(self.cookie)
            if row is not None:
                self.app.drill_down.show_process_of(self._interval, [row])

    def action_back(self) -> None:
        """Close the explanation; without one go back a screen."""
        if self._meaning.is_open:
            self._meaning.close()
        else:
            self.action_leave()

    def _ask(self, interval: Interval, row: int) -> None:
        from monitor.model.sockets import SocketId  # noqa: PLC0415 - it brings numpy

        self.app.questions.ask_socket(SocketId.of(interval.table, row))
        self._route.forget_stale(interval)
        self._route.follow(interval, row)

    def _ask_route(self, flow: Flow) -> None:
        self.app.questions.ask_route(flow)

    def _draw(self) -> None:
        if self._interval is None or not self.size.width:
            return
        row = self._interval.table.row_of_cookie(self.cookie)
        if row is None:
            return
        from monitor.presentation import connection_words as words  # noqa: PLC0415 - it brings numpy
        from monitor.presentation.finding_lines import findings_of_socket  # noqa: PLC0415 - as above

        self._verdicts.show_findings(findings_of_socket(self._interval, self.cookie), self._interval)
        share = words.connection_share(self._interval, row)
        self._title.show([rule(words.connection_title(self._interval, row), share, self.size.width)])
        self.lines.show_linked(
            words.connection_lines(
                self._interval,
                row,
                self._details,
                self._route.answer,
                min(self.size.width, MOST_WIDTH),
                missing=self._missing,
                history=self.app.histories.row(self.cookie),
            )
        )
