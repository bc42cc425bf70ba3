"""The help screen, for the screen that it was opened from: its keys, all others, the signs, the words, the filter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen

from monitor.presentation.text_line import TextLine, plain, wrapped
from monitor.presentation.view import Cell, Role
from monitor.ui.keys import KEYS, Key, Where, keys_in
from monitor.ui.widgets.text_lines import TextLines

if TYPE_CHECKING:
    from monitor.model.sample import Interval

_PLACES = (
    (Where.LISTENERS, "Lis", "Listeners"),
    (Where.CONNECTIONS, "Con", "Connections"),
    (Where.ROUTING, "Rou", "Routing"),
    (Where.PROCESS, "proc", "a process"),
    (Where.ENVIRONMENT, "env", "an environment"),
    (Where.CONNECTION, "conn", "a connection"),
    (Where.EXPLANATION, "expl", "an explanation"),
    (Where.WORKERS, "work", "workers"),
    (Where.RULES, "rule", "rules and routes"),
    (Where.WHAT_IF, "what", "what if it goes"),
    (Where.DIAL, "dial", "dial"),
    (Where.BIND, "bind", "bind"),
    (Where.DEMUX, "dmx", "who gets it"),
    (Where.EVENTS, "Evt", "Events"),
    (Where.FINDINGS, "Fin", "Findings"),
    (Where.LOG, "Log", "Log"),
    (Where.COPY, "copy", "copy as"),
    (Where.SIGNAL, "sig", "signal"),
    (Where.CLOSE, "clos", "close"),
    (Where.COLUMNS, "cols", "columns"),
    (Where.FILTERS, "filt", "kept filters"),
)
WORDS_PART = "Words"
_FILTERS = (
    ("nginx", "any word: part of an endpoint, state, process, user or interface"),
    (":443", "a port, at either end"),
    ("10.0.0.0/8", "addresses of a network; also an address, or address:port"),
    ("remote :443", "one end only: local or remote, and a port, an address, a network, or address:port"),
    ("estab", "a state; also listen, syn-sent, close-wait, time-wait, …"),
    ("pid 812", "also proc nginx, user www-data, iface eth0, tcp, udp, in, out"),
    ("rtt > 50ms", "also retrans > 0, rate > 1M, age < 10s, idle > 1h, rcvq, sndq; :8000-8999, port >= 1024"),
    ("proc ~ node*", "a pattern, or a part; = means the whole name, != the opposite"),
    ("reach all", "listeners reached from everywhere; also net, lo. finding: those marked !"),
    ("dport = :443", "what ss takes: sport, dst, src 10/8, dev, fwmark, cgroup, state connected"),
    ("elsewhere", "connections that would leave by another way today, or by none: those marked ~"),
    ("a b, a or b", "both, one of them; not, and ( ) as usual"),
)
_MOUSE = (
    "The mouse selects, scrolls, sorts by the name of a column, and opens with a double click; while it is on, hold "
    'Shift to select text. --no-mouse and "mouse off" in the palette leave it to the terminal.'
)
_MOST_PLACES = 8
"""As many names as leave room for words on a narrow screen."""
_MARGIN = 3
"""Lines of a page that stay on screen when the next one is shown."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the help, to which Tab goes."""

    title: str
    lines: Sequence[TextLine]
    """Unbroken."""
    legend: str = ""
    """What the abbreviations in it stand for."""

    @property
    def all_lines(self) -> list[TextLine]:
        """The title and the lines."""
        return [TextLine((Cell(f" {self.title}  ", Role.STRONG), Cell(self.legend, Role.DIM))), *self.lines, TextLine()]


class HelpScreen(Screen[None]):
    """Shows the parts below each other; any of q, Esc, ? leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,escape,question_mark,f1,backspace", "leave", "back", show=False, priority=True),
        Binding("down,j", "scroll(1)", "down", show=False, priority=True),
        Binding("up,k", "scroll(-1)", "up", show=False, priority=True),
        Binding("pagedown,space", "page(1)", "page down", show=False, priority=True),
        Binding("pageup", "page(-1)", "page up", show=False, priority=True),
        Binding("home,g", "first", "first line", show=False, priority=True),
        Binding("end,G", "last", "last line", show=False, priority=True),
        Binding("tab", "part(1)", "next part", show=False, priority=True),
        Binding("shift+tab", "part(-1)", "part before", show=False, priority=True),
    ]

    def __init__(  # noqa: PLR0913 - one for each thing that a help differs in
        self,
        place: Where,
        interval: Interval | None,
        glyphs: Mapping[int, str] | None,
        start: str = "",
        *,
        is_read_only: bool = False,
        table: Sequence[Key] = KEYS,
    ) -> None:
        """Make the help.

        Args:
            place: Whose keys come first.
            interval: Where the words' examples are taken from.
            glyphs: A table for str.translate, or None.
            start: Title of the part to show first; empty for the top.
            is_read_only: Whether keys that act are left out.
            table: The key table as it holds for this user.
        """
        super().__init__()
        self._title = TextLines(glyphs=glyphs, id="title")
        self._text = TextLines(glyphs=glyphs, id="keys")
        # Made here and not found by query: at the end the screen's widgets go before its messages do.
        self._scroll = VerticalScroll(self._text)
        self._parts = help_parts(place, interval, is_ascii=glyphs is not None, is_read_only=is_read_only, table=table)
        self._starts: list[int] = []
        self._start = start
        self._height = 0
        """Of the broken text, in lines."""
        self._is_laid_out = False
        self._early: list[Callable[[], None]] = []
        """What keys ask for that come before the text is laid out; until then there is nothing to scroll to."""

    def compose(self) -> ComposeResult:
        """Lay out a title and the scrolling text."""
        yield self._title
        yield self._scroll

    def on_mount(self) -> None:
        """Fill in the title."""
        name = Cell(" fourtuple: help", Role.STRONG)
        self._title.show([TextLine((name,), (Cell("Tab next part, j k scroll, q or Esc goes back "),))])
        self.watch(self._scroll, "virtual_size", self._lay_out, init=False)

    def on_resize(self) -> None:
        """Break the text to the width."""
        lines: list[TextLine] = []
        self._starts = []
        for part in self._parts:
            self._starts.append(len(lines))
            lines += [broken for line in part.all_lines for broken in wrapped(line, self.size.width)]
        self._text.styles.height = self._height = len(lines)
        self._text.show(lines)

    def show_interval(self, interval: Interval) -> None:
        """Help does not change."""

    def show_status(self, line: TextLine) -> None:
        """Help has no status line."""

    def action_scroll(self, lines: int) -> None:
        """Scroll the text."""
        self._once_laid_out(lambda: self._go(self._scroll.scroll_y + lines))

    def action_page(self, pages: int) -> None:
        """Scroll by what fits on the screen."""
        self._once_laid_out(lambda: self._go(self._scroll.scroll_y + pages * self._page))

    def action_first(self) -> None:
        """Go to the first line."""
        self._once_laid_out(lambda: self._go(0))

    def action_last(self) -> None:
        """Go to the last line."""
        self._once_laid_out(lambda: self._go(self._scroll.max_scroll_y))

    def action_part(self, step: int) -> None:
        """Go to the beginning of the next part, or of the one before; round at the ends."""
        self._once_laid_out(lambda: self._go(self._part(step)))

    def action_leave(self) -> None:
        """Go back."""
        self.app.pop_screen()

    @property
    def _page(self) -> int:
        return max(1, self._scroll.size.height - _MARGIN)

    def _part(self, step: int) -> int:
        now = round(self._scroll.scroll_y)
        if step < 0:
            return next((start for start in reversed(self._starts) if start < now), self._starts[-1])
        # The last part may be too short to stand on top.
        if now >= round(self._scroll.max_scroll_y):
            return 0
        return next((start for start in self._starts if start > now), 0)

    def _go(self, line: float) -> None:
        """Scroll at once: the next key may already be here, and goes on from there."""
        self._scroll.scroll_to(y=line, animate=False, immediate=True)

    def _once_laid_out(self, action: Callable[[], None]) -> None:
        if self._is_laid_out:
            action()
        else:
            self._early.append(action)

    def _lay_out(self) -> None:
        if self._height and self._scroll.virtual_size.height >= self._height:
            # The scroll bar comes with the next refresh, and nothing scrolls without it.
            self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """Go to the part that was asked for, then do what was pressed meanwhile."""
        if self._is_laid_out:
            return
        self._is_laid_out = True
        titles = [part.title for part in self._parts]
        if self._start in titles:
            self._go(self._starts[titles.index(self._start)])
        for action in self._early:
            action()


def help_parts(
    place: Where,
    interval: Interval | None,
    *,
    is_ascii: bool = False,
    is_read_only: bool = False,
    table: Sequence[Key] = KEYS,
) -> list[Part]:
    """Make the parts of the help for a place."""
    from monitor.presentation.explanations import gist  # noqa: PLC0415 - only who asks needs it
    from monitor.presentation.finding_meanings import FINDING_MEANINGS  # noqa: PLC0415 - as above
    from monitor.presentation.signs import SIGNS  # noqa: PLC0415 - as above
    from monitor.presentation.words import words_lines  # noqa: PLC0415 - as above

    here = keys_in(place, is_read_only=is_read_only, table=table)
    elsewhere = [key for key in keys_in(~place, is_read_only=is_read_only, table=table) if not key.where & place]
    name = next((name for where, _, name in _PLACES if where & place), "")
    legend = ", ".join(f"{word} {name}" for where, word, name in _PLACES if not where & place)
    return [
        Part(f"Keys in {name}", [_key_line(key, is_ascii=is_ascii) for key in here]),
        Part("Keys elsewhere", [_key_line(key, _places(key), is_ascii=is_ascii) for key in elsewhere], legend),
        Part("Signs", [_labelled(sign, gist(meaning)) for sign, meaning in SIGNS]),
        Part(WORDS_PART, words_lines(interval)),
        Part("Findings", [_named(str(kind), meaning) for kind, meaning in FINDING_MEANINGS.items()]),
        Part("Filter", [*(_labelled(sign, text) for sign, text in _FILTERS), TextLine(), plain(f"   {_MOUSE}")]),
    ]


def _key_line(key: Key, places: str = "", *, is_ascii: bool) -> TextLine:
    start = (Cell(f"   {key.names(is_ascii=is_ascii):<13}", Role.STRONG),)
    return TextLine((*start, *((Cell(f"{places:<13} ", Role.DIM),) if places else ()), Cell(key.help)))


def _labelled(label: str, text: str) -> TextLine:
    return TextLine((Cell(f"   {label:<13}", Role.STRONG), Cell(text)))


def _named(name: str, text: str) -> TextLine:
    return TextLine((Cell(f"   {name:<19}", Role.STRONG), Cell(text)))


def _places(key: Key) -> str:
    """Name the places of a key, where they are few."""
    words = [word for where, word, _ in _PLACES if key.where & where]
    return " ".join(words) if len(words) <= _MOST_PLACES else "most screens"
