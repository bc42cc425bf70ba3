"""The help screen: what the marks mean, and every key from the one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen

from monitor.presentation.text_line import TextLine, plain, wrapped
from monitor.presentation.view import Cell, Role
from monitor.ui.keys import KEYS, Key, Where
from monitor.ui.widgets.text_lines import TextLines

if TYPE_CHECKING:
    from monitor.model.sample import Interval

_MARKS = (
    ("▸", "the row that keys act on; it keeps its line"),
    ("+ ×", "opened, closed a moment ago"),
    ("!", "an accept queue is full: the kernel drops new clients"),
    ("← → ·", "accepted here, dialled from here, not known"),
    ("–", "not known, or there is none; 0 is zero"),
    ("(www-data)", "the owner is not known, its user is"),
    ("nginx ×4", "one socket, held by 4 processes"),
    ("8 sockets", "several sockets at one endpoint (SO_REUSEPORT)"),
    ("reach", "lo: this host only; net: one address; all: every address"),
    ("queue", "accept queue and its limit; for udp bytes that wait"),
    ("ret%", "segments sent again, of all; + rose just now; ×3 SYN tries"),
    ("idle", "time since data last passed, either way"),
)
_PLACES = (
    (Where.LISTENERS, "Lis", "Listeners"),
    (Where.CONNECTIONS, "Con", "Connections"),
    (Where.ROUTING, "Rou", "Routing"),
    (Where.PROCESS, "proc", "a process"),
    (Where.CONNECTION, "conn", "a connection"),
    (Where.WORKERS, "work", "workers"),
)


class HelpScreen(Screen[None]):
    """Shows the words and the keys; any of q, Esc, ? leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,escape,question_mark,f1,backspace", "leave", "back", show=False, priority=True),
        Binding("down,j", "scroll(1)", "down", show=False, priority=True),
        Binding("up,k", "scroll(-1)", "up", show=False, priority=True),
        Binding("space", "scroll(10)", "page down", show=False, priority=True),
    ]

    def __init__(self, glyphs: Mapping[int, str] | None) -> None:
        super().__init__()
        self._title = TextLines(glyphs=glyphs, id="title")
        self._text = TextLines(glyphs=glyphs, id="keys")
        self._is_ascii = glyphs is not None

    def compose(self) -> ComposeResult:
        """Lay out a title and the scrolling text."""
        yield self._title
        with VerticalScroll():
            yield self._text

    def on_mount(self) -> None:
        """Fill in the title."""
        self._title.show(
            [
                TextLine(
                    (Cell(" fourtuple: keys and signs", Role.STRONG),), (Cell("j and k scroll, q or Esc goes back "),)
                )
            ]
        )

    def on_resize(self) -> None:
        """Break the text to the width."""
        width = self.size.width
        lines = [part for line in help_lines(is_ascii=self._is_ascii) for part in wrapped(line, width)]
        self._text.styles.height = len(lines)
        self._text.show(lines)

    def show_interval(self, interval: Interval) -> None:
        """Help does not change."""

    def show_status(self, line: TextLine) -> None:
        """Help has no status line."""

    def action_scroll(self, lines: int) -> None:
        """Scroll the text."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_leave(self) -> None:
        """Go back."""
        self.app.pop_screen()


def help_lines(*, is_ascii: bool = False) -> list[TextLine]:
    """Make the text: signs first, then the keys with the places where they work."""
    lines = [plain(" Signs", Role.HEADING)]
    lines += [TextLine((Cell(f"   {sign:<13}", Role.STRONG), Cell(text))) for sign, text in _MARKS]
    legend = ", ".join(f"{word} {name}" for _, word, name in _PLACES)
    lines += [TextLine(), TextLine((Cell(f" {'Keys':<7}", Role.HEADING), Cell(legend, Role.DIM)))]
    worked = {key: _places(key) for key in KEYS}
    width = max(map(len, worked.values())) + 1
    for key, places in worked.items():
        lines.append(
            TextLine(
                (
                    Cell(f"   {key.names(is_ascii=is_ascii):<13}", Role.STRONG),
                    Cell(f"{places:<{width}}", Role.DIM),
                    Cell(key.help),
                )
            )
        )
    lines += [
        TextLine(),
        plain(" Filter", Role.HEADING),
        *[TextLine((Cell(f"   {example:<13}", Role.STRONG), Cell(text))) for example, text in _FILTERS],
        TextLine(),
        TextLine((Cell("   "), Cell(_MOUSE, Role.DIM))),
    ]
    return lines


def _places(key: Key) -> str:
    """Name the places where a key works; nothing where that is everywhere."""
    if key.where == Where.EVERYWHERE:
        return ""
    return " ".join(word for where, word, _ in _PLACES if key.where & where)


_MOUSE = "While the mouse is on, hold Shift to select text; --no-mouse leaves the mouse to the terminal."
_FILTERS = (
    ("nginx", "any word: part of an endpoint, state, process, user or interface"),
    (":443", "a port, at either end"),
    ("10.0.0.0/8", "addresses of a network; also an address, or address:port"),
    ("remote :443", "one end only: local or remote, and a port, an address, a network, or address:port"),
    ("estab", "a state; also listen, syn-sent, close-wait, time-wait, …"),
    ("pid 812", "also proc nginx, user www-data, iface eth0, tcp, udp, in, out"),
    ("a b, a or b", "both, one of them; not, and ( ) as usual"),
)
