"""Naming: whether this machine's resolver is asked what the addresses on screen are called. It is off at first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.model.sample import Interval
    from monitor.reverse_names import ReverseNames

_ON = "asking this machine's resolver for the names of the remote addresses on screen: that may reach the network"
_ON_OUTSIDE = "asking for names from the monitor's own network namespace, not the one shown: that may reach the network"
_OFF = "no names are asked for any more"


class Naming:
    """Holds who asks, while somebody does."""

    def __init__(self, *, is_outside: bool = False) -> None:
        """Ask nothing yet.

        Args:
            is_outside: Whether this process, which asks, is in another network namespace than the one that is shown.
        """
        self._is_outside = is_outside
        self._names: ReverseNames | None = None
        self._shown = 0

    @property
    def is_on(self) -> bool:
        """Whether names are asked for."""
        return self._names is not None

    def toggle(self) -> str:
        """Begin to ask, or stop and forget what came; give the sentence that says so."""
        if self._names is not None:
            self._names.close()
            self._names = None
            return _OFF
        from monitor.reverse_names import ReverseNames  # noqa: PLC0415 - most monitors never ask

        self._names, self._shown = ReverseNames(), 0
        return _ON_OUTSIDE if self._is_outside else _ON

    def lend(self, interval: Interval) -> Interval:
        """Give an interval whose addresses have names as far as these are asked for."""
        self._shown = self._names.answers if self._names is not None else 0
        return interval if interval.names is self._names else replace(interval, names=self._names)

    @property
    def has_news(self) -> bool:
        """Whether answers have come since an interval was lent to."""
        return self._names is not None and self._names.answers != self._shown
