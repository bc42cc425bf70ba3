"""python -m tests.benchmarks.bare_app: the least that a Textual app can be: one Static that counts keys."""

from __future__ import annotations

import sys

from textual import events
from textual.app import App, ComposeResult
from textual.widgets import Static

WITH_ARRAYS = "--with-arrays"
"""Imports numpy and msgspec as well, without which nothing that shows so many sockets can do."""


def shown(keys: int) -> str:
    """Give what stands on the screen after so many keys."""
    return f"keys: {keys}."


class BareApp(App[None]):
    """Counts keys."""

    def __init__(self) -> None:
        super().__init__()
        self._keys = 0
        self._counter = Static(shown(0))

    def compose(self) -> ComposeResult:
        yield self._counter

    def on_key(self, event: events.Key) -> None:
        event.stop()
        self._keys += 1
        self._counter.update(shown(self._keys))


if __name__ == "__main__":
    if WITH_ARRAYS in sys.argv:
        import msgspec.msgpack
        import numpy as np

        np.zeros(1)
        msgspec.msgpack.Encoder()
    BareApp().run()
