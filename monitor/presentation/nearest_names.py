"""What somebody may have meant who typed a name that there is not."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, names: Iterable[str]) -> str:
    """Say which of the names may have been meant, or all of them: "write proc or port"."""
    *others, last = get_close_matches(word, list(names)) or sorted(names)
    return f"write {', '.join(others)} or {last}" if others else f"write {last}"
