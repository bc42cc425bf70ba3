"""The order of keys: what is typed in one go, as behind a slow line, does what it does when typed slowly."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from textual.message_pump import MessagePump
from textual.screen import Screen

_PATIENCE_S = 1.0
"""For a screen that waits for the app, which waits for it here; the next key is then taken all the same."""


async def carried_out(screen: Screen[object], current: Callable[[], Screen[object]]) -> None:
    """Wait until what a key set off has been done: messages on their way up, a screen that opens.

    Args:
        screen: The one on top when the key came.
        current: Gives the one on top now.
    """
    way_up = [node for node in (screen.focused or screen).ancestors_with_self if node is not screen.app]
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE_S):
            for node in way_up:
                await _idle(node)
            if current() is not screen:
                await _idle(current())


async def _idle(node: MessagePump) -> None:
    """Wait until a widget has dealt with all that was sent to it; a new one mounts before that."""
    done = asyncio.Event()
    if node.call_later(done.set):
        await done.wait()
