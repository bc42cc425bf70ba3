"""The palette: every action of the key table, every process that owns a socket, and the ground to draw on."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from monitor.errors import InputError
from monitor.ui.contracts import ActingScreen
from monitor.ui.keys import By, Key, Where, keys_in

if TYPE_CHECKING:
    from monitor.ui.app import MonitorApp

_NOT_OFFERED = frozenset({"command_palette"})
_GROUNDS = {"dark theme": True, "light theme": False}
_MOUSE = {"mouse off: leave it to the terminal, to select text": False, "mouse on": True}
_AUTO_PERIOD = "auto period: as long as samples need"
_ALL_OWNERS = "see all owners (sudo)"


class ActionCommands(Provider):
    """Offers what the present screen and its pane can do."""

    async def discover(self) -> Hits:
        """List all actions."""
        for words, shown, run in self._offers():
            yield DiscoveryHit(shown, run, text=words)

    async def search(self, query: str) -> Hits:
        """List the actions whose words match."""
        matcher = self.matcher(query)
        for words, shown, run in self._offers():
            score = matcher.match(words)
            if score > 0:
                yield Hit(score, shown, run, text=words)

    def _offers(self) -> Iterator[tuple[str, Content, Callable[[], Awaitable[None] | None]]]:
        """Give words, what is shown of them, and what choosing them does: keys first, then what has none."""
        for key in self._keys():
            yield key.help, self._shown(key), partial(self._run, key)
        app: MonitorApp = self.app  # type: ignore[assignment]  # as below
        for words, is_dark in _GROUNDS.items():
            yield words, Content(words), partial(app.set_ground, is_dark=is_dark)
        for words, is_wanted in _MOUSE.items():
            yield words, Content(words), partial(app.set_mouse, is_wanted=is_wanted)
        yield _AUTO_PERIOD, Content(_AUTO_PERIOD), partial(app.set_period, None)
        if app.can_ask_for_rights:
            yield _ALL_OWNERS, Content(_ALL_OWNERS), app.ask_for_rights

    def _keys(self) -> list[Key]:
        place = self.screen.place if isinstance(self.screen, ActingScreen) else Where(0)
        app: MonitorApp = self.app  # type: ignore[assignment]  # as below
        offered = keys_in(place, is_read_only=app.is_read_only, table=app.key_map.table)
        return [key for key in offered if key.action not in _NOT_OFFERED]

    def _shown(self, key: Key) -> Content:
        app: MonitorApp = self.app  # type: ignore[assignment]  # as below
        names = key.names(is_ascii=app.glyphs is not None)
        return Content(f"{key.help}  ({names})" if names else key.help)

    async def _run(self, key: Key) -> None:
        screen = self.screen
        pane = screen.pane if isinstance(screen, ActingScreen) else screen
        await self.app.run_action(key.action, {By.APP: self.app, By.SCREEN: screen, By.TABLE: pane}[key.by])


_MOST_PROCESSES = 50
"""More than a palette shows at once."""
_LAST = 1e-6
"""The score of what stands behind all others."""
_FIRST = 1e6
"""The score of what was typed itself: Textual's matcher gives more than 1 where letters start words."""
_BEFORE = 1.001
"""Who matches as well as an action stands before it: providers answer side by side, in an order that varies."""


class ProcessCommands(Provider):
    """Offers the processes that own sockets; a pid need not own any."""

    async def search(self, query: str) -> Hits:
        """List processes by name, and the pid that was typed."""
        from monitor.model.process import parse_pid  # noqa: PLC0415 - on demand

        app: MonitorApp = self.app  # type: ignore[assignment]  # this provider belongs to MonitorApp alone
        titles = dict(app.process_titles())
        with suppress(InputError):
            pid = parse_pid(query.strip())
            title = titles.pop(pid, str(pid))
            yield Hit(_FIRST, Content(f"process {title}"), partial(app.drill_down.show_process, pid), text=title)
        likely = _most_likely(titles, query)
        matcher = self.matcher(query)
        for pid, title in likely[:_MOST_PROCESSES]:
            show = partial(app.drill_down.show_process, pid)
            yield Hit(matcher.match(title) * _BEFORE, Content(f"process {title}"), show, text=title)
        if len(likely) > _MOST_PROCESSES:
            words = f"{len(likely) - _MOST_PROCESSES:,} more processes match: type more of the name"
            yield Hit(_LAST, Content(words), app.action_command_palette, text=words)


def _most_likely(titles: Mapping[int, str], query: str) -> list[tuple[int, str]]:
    """List the processes whose title has the query's letters in their order, first those that have them in one piece.

    Textual's matcher weighs every way to find them: too long for thousands of titles with every letter that is typed.
    """
    letters = re.compile("".join(f"[^{letter}]*{letter}" for letter in map(re.escape, query)), re.IGNORECASE)
    fitting = [(pid, title) for pid, title in titles.items() if letters.match(title)]
    return sorted(fitting, key=lambda process: query.casefold() not in process[1].casefold())


class WordsCommand(Provider):
    """Offers the part of the help that says what a port, an endpoint, a socket, a connection and a listener are."""

    _TEXT = "Words: port, endpoint, socket, connection, listener"

    async def discover(self) -> Hits:
        """List it."""
        yield DiscoveryHit(Content(self._TEXT), self._show, text=self._TEXT)

    async def search(self, query: str) -> Hits:
        """List it where it matches."""
        score = self.matcher(query).match(self._TEXT)
        if score > 0:
            yield Hit(score / _BEFORE, Content(self._TEXT), self._show, text=self._TEXT)

    def _show(self) -> None:
        from monitor.ui.screens.help import WORDS_PART  # noqa: PLC0415 - on demand

        app: MonitorApp = self.app  # type: ignore[assignment]  # as below
        app.action_help(WORDS_PART)
