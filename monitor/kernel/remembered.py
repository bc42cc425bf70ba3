"""Remembered: things under tokens, as many and for as long as is safe."""

from __future__ import annotations

from collections.abc import Callable
from secrets import randbits
from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """Keeps each thing until it is taken, too old, or one of too many.

    Args:
        most: beyond this number the oldest is let go.
        seconds: how long one is kept.
        clock: seconds that go on while the machine sleeps.
        let_go: called with what is no longer kept and was not taken.
    """

    def __init__(
        self, most: int, seconds: float, clock: Callable[[], float], let_go: Callable[[T], object] = lambda _: None
    ) -> None:
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._let_go = let_go
        # In the order of their ends.
        self._kept: dict[int, tuple[float, T]] = {}

    def put(self, thing: T, token: int | None = None) -> int:
        """Keep a thing under a token, of which none is like it in any process."""
        self.forget_old()
        if len(self._kept) >= self._most:
            self._forget(next(iter(self._kept)))
        # Not counted: the token of a collector that has ended must mean nothing to the next one.
        number = randbits(63) if token is None else token
        self._kept[number] = self._clock() + self._seconds, thing
        return number

    def get(self, token: int) -> T | None:
        """Give what is kept under a token."""
        self.forget_old()
        return self._kept[token][1] if token in self._kept else None

    def take(self, token: int) -> T | None:
        """Give what is kept under a token, and keep it no longer."""
        thing = self.get(token)
        self._kept.pop(token, None)
        return thing

    def forget_old(self) -> None:
        """Let go what has been kept long enough."""
        now = self._clock()
        for token in [token for token, (end, _) in self._kept.items() if end <= now]:
            self._forget(token)

    def clear(self) -> None:
        """Let all go."""
        for token in list(self._kept):
            self._forget(token)

    def _forget(self, token: int) -> None:
        _, thing = self._kept.pop(token)
        self._let_go(thing)
