"""The connection screen: one pair of endpoints, what is known of it in words, and where each line leads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from monitor.presentation.fitting import cell_width
from monitor.presentation.linked_line import ToSocket
from monitor.presentation.path_words import Stop
from monitor.presentation.text_line import TextLine, plain, wrapped
from monitor.presentation.view import Cell, Role
from monitor.ui.keys import By, Where, bindings
from monitor.ui.route_follower import RouteFollower
from monitor.ui.widgets.footer_bar import FooterBar
from monitor.ui.widgets.linked_lines import LinkedLines
from monitor.ui.widgets.prompt import Prompt
from monitor.ui.widgets.text_lines import TextLines

if TYPE_CHECKING:
    from monitor.model.route import Flow
    from monitor.model.sample import Interval
    from monitor.model.sockets import SocketId
    from monitor.model.tcp_info import SocketDetails
    from monitor.presentation.routing_text import RouteAnswer
    from monitor.ui.app import MonitorApp

_GONE = "the kernel does not find this socket any more"


class ConnectionScreen(Screen[None]):
    """Follows one socket by its cookie; when it has gone, the last that was known stays, and says so."""

    app: MonitorApp
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(By.SCREEN, Where.CONNECTION),
    ]

    def __init__(self, cookie: int, glyphs: Mapping[int, str] | None) -> None:
        super().__init__()
        self.cookie = cookie
        self.lines = LinkedLines(glyphs=glyphs, id="lines")
        self.prompt = Prompt(glyphs=glyphs, id="prompt")
        self._status = TextLines(glyphs=glyphs, id="status")
        self._title = TextLines(glyphs=glyphs, id="title")
        self._meaning = TextLines(glyphs=glyphs, id="meaning")
        self._footer = FooterBar(glyphs=glyphs, id="footer")
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
    def place(self) -> Where:
        """Where the user is, in the words of the key table."""
        return Where.CONNECTION

    @property
    def pane(self) -> LinkedLines:
        """What the keys of a list act on."""
        return self.lines

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys to an open field."""
        return not self.prompt.is_asking

    def compose(self) -> ComposeResult:
        """Lay out status, title, lines, the meaning of one, message line and keys."""
        yield self._status
        yield self._title
        yield self.lines
        yield self._meaning
        yield self.prompt
        yield self._footer

    def on_mount(self) -> None:
        """Show what is known already."""
        self._footer.show_keys(Where.CONNECTION)
        self.set_focus(self.lines)

    def on_screen_resume(self) -> None:
        """Catch up with what came before, or while another screen lay on top."""
        if self.app.interval is not None:
            self.show_interval(self.app.interval)
        self.app.tell_status()

    def on_resize(self) -> None:
        """Word the lines for the new width."""
        self._draw()
        self.app.tell_status()

    def show_interval(self, interval: Interval) -> None:
        """Show the socket as it is now; one that is not there any more stays as it was last."""
        row = interval.table.row_of_cookie(self.cookie)
        if row is not None:
            self._interval = interval
            self._ask(interval, row)
            self.app.keep_curves([self.cookie])
        self.prompt.say(plain(f" {self.app.news}", Role.DIM) if self.app.news else TextLine())
        self._draw()

    def show_status(self, line: TextLine) -> None:
        """Show the status line."""
        self._status.show([line])

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

    def say(self, text: str, role: Role = Role.DIM) -> None:
        """Put a sentence on the message line."""
        self.prompt.say(plain(f" {text}", role))

    def on_linked_lines_followed(self, message: LinkedLines.Followed) -> None:
        """Go where a line leads."""
        message.stop()
        self.app.drill_down.follow(message.target)

    def on_linked_lines_asked(self, message: LinkedLines.Asked) -> None:
        """Say what a line means."""
        from monitor.presentation.explanations import explain  # noqa: PLC0415 - only who asks needs it

        message.stop()
        self._explain(explain(message.value))

    def action_show_process(self) -> None:
        """Open the process that owns the socket; of several let the user choose."""
        if self._interval is not None:
            row = self._interval.table.row_of_cookie(self.cookie)
            if row is not None:
                self.app.drill_down.show_process_of(self._interval, [row])

    def action_back(self) -> None:
        """Close the explanation; without one go back a screen."""
        if self._meaning.lines:
            self._explain("")
        else:
            self.action_leave()

    def action_leave(self) -> None:
        """Go back a screen."""
        self.app.drill_down.leave()

    def _ask(self, interval: Interval, row: int) -> None:
        from monitor.model.sockets import SocketId  # noqa: PLC0415 - it brings numpy

        self.app.ask_socket(SocketId.of(interval.table, row))
        self._route.forget_stale(interval)
        self._route.follow(interval, row)

    def _ask_route(self, flow: Flow) -> None:
        self.app.ask_route(flow)

    def _explain(self, text: str) -> None:
        width = max(1, self.size.width)
        lines = wrapped(TextLine((Cell(" i  ", Role.STRONG), Cell(text))), width) if text else []
        self._meaning.styles.height = len(lines)
        self._meaning.show(lines)

    def _draw(self) -> None:
        if self._interval is None or not self.size.width:
            return
        row = self._interval.table.row_of_cookie(self.cookie)
        if row is None:
            return
        from monitor.presentation import connection_words as words  # noqa: PLC0415 - it brings numpy

        share = words.connection_share(self._interval, row)
        self._title.show([_rule(words.connection_title(self._interval, row), share, self.size.width)])
        self.lines.show_linked(
            words.connection_lines(
                self._interval,
                row,
                self._details,
                self._route.answer,
                self.size.width,
                missing=self._missing,
                history=self.app.history_of(self.cookie),
            )
        )


def _rule(name: str, tail: str, width: int) -> TextLine:
    rest = max(0, width - cell_width(name) - (cell_width(tail) + 6 if tail else 3))
    end = (Cell(f" {tail} ", Role.HEADING), Cell("─", Role.RULE)) if tail else ()
    return TextLine((Cell("─ ", Role.RULE), Cell(f"{name} ", Role.STRONG), Cell("─" * rest, Role.RULE)), end)
