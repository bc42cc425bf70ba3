"""FindingText: a finding in words; what is common to all kinds."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.presentation.formats import count_text

Line = tuple[str, str]
"""A label and its text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingText:
    """One finding. All texts are safe."""

    title: str
    """Who does what: "[::]:443 drops new clients"."""
    measured: str
    """The numbers with their limits: "accept queue full, 512/511"."""
    since: str
    """Since when: "since 03:09:12Z", or "since before the first sample"."""
    whose: str
    """Whose side it is on: "This host, nginx"."""
    certainty: str
    """ "certain" or "likely"."""
    lines: tuple[Line, ...]
    """What was seen, what it means, where the limit comes from, what to look at, what is not known."""

    @property
    def heading(self) -> str:
        """The whole of it in one line, fit for the title of a ticket."""
        return f"{self.title}: {self.measured}. {self.whose}. {self.certainty.capitalize()}."


@dataclass(frozen=True, slots=True, kw_only=True)
class KindText:
    """What the words of one kind say; side and certainty are said alike for all."""

    title: str
    measured: str
    program: str = ""
    """The program of this host that it is about; empty for none, or where it is not known."""
    peer: str = ""
    """The remote endpoint or address, likewise."""
    lines: tuple[Line, ...]


def counted(number: int, thing: str) -> str:
    """Count things: "1 peer", "12 peers", "3 addresses"."""
    plural = "" if number == 1 else "es" if thing.endswith("s") else "s"
    return f"{count_text(number)} {thing}{plural}"
