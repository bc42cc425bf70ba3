"""The order of keys: what is typed in one go, as behind a slow line, does what it does when typed slowly.

The app takes keys one after another, but lists tell their screens by messages, and screens mount by themselves. The
key behind waits for that; it waits for no picture, so that a burst of keys is not drawn key by key.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from textual.app import App
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widget import Widget

from monitor.ui.keys import KEYS

_HANDED_UP = {"open", "explain", "dial", "acknowledge"}
HANDED_UP = frozenset(name for key in KEYS if key.action in _HANDED_UP for name in key.keys.split(","))
"""Textual's names of the keys that a list hands up to its screen."""
_PATIENCE_S = 1.0
"""For a screen that waits for the app, which waits for it here; the next key is then taken all the same."""


async def told(widget: Widget) -> None:
    """Wait until what a widget has told is known on the whole way up to its screen."""
    await _dealt_with([node for node in widget.ancestors_with_self if not isinstance(node, App)])


async def opened(screen: Screen[object]) -> None:
    """Wait until a screen that came on top has mounted, and keys find its list."""
    await _dealt_with([screen])


async def _dealt_with(nodes: list[MessagePump]) -> None:
    """Wait until each, one after another, has dealt with all that was sent to it; a new one mounts before that."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE_S):
            for node in nodes:
                done = asyncio.Event()
                if node.call_later(done.set):
                    await done.wait()
