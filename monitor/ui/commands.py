"""The palette: every action of the key table, and every process that owns a socket, by name or pid."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from monitor.ui.keys import KEYS, By, Key

if TYPE_CHECKING:
    from monitor.ui.app import MonitorApp

_NOT_OFFERED = frozenset({"command_palette"})


class ActionCommands(Provider):
    """Offers what the present screen and its list can do."""

    async def discover(self) -> Hits:
        """List all actions."""
        for key in KEYS:
            if key.action not in _NOT_OFFERED:
                yield DiscoveryHit(Content(f"{key.help}  ({key.shown})"), partial(self._run, key), text=key.help)

    async def search(self, query: str) -> Hits:
        """List the actions whose words match."""
        matcher = self.matcher(query)
        for key in KEYS:
            score = matcher.match(key.help)
            if score > 0 and key.action not in _NOT_OFFERED:
                yield Hit(score, Content(f"{key.help}  ({key.shown})"), partial(self._run, key), text=key.help)

    async def _run(self, key: Key) -> None:
        namespace = {By.APP: self.app, By.SCREEN: self.screen, By.TABLE: self.focused or self.screen}[key.by]
        await self.app.run_action(key.action, namespace)


class ProcessCommands(Provider):
    """Offers the processes that own sockets; a pid need not own any."""

    async def search(self, query: str) -> Hits:
        """List processes by name, and the pid that was typed."""
        app: MonitorApp = self.app  # type: ignore[assignment]  # this provider belongs to MonitorApp alone
        wanted = query.strip()
        if wanted.isascii() and wanted.isdigit() and 0 < int(wanted) < 1 << 31:
            yield Hit(1.0, Content(f"process {wanted}"), partial(app.show_process, int(wanted)), text=wanted)
        matcher = self.matcher(query)
        for pid, title in app.process_titles():
            score = matcher.match(title)
            if score > 0:
                yield Hit(score, Content(f"process {title}"), partial(app.show_process, pid), text=title)
