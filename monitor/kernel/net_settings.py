"""NetSettings: the settings of this thread's network namespace, out of /proc/sys/net."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

_ROOT = Path("/proc/sys/net")

_ValueT = TypeVar("_ValueT")


class NetSettings:
    """Reads one setting after another, and remembers which of them could not be read."""

    def __init__(self) -> None:
        self.unread: dict[str, str] = {}
        """By the name that sysctl(8) uses: the reason, such as "Permission denied"."""

    def read(self, name: str, parse: Callable[[bytes], _ValueT]) -> _ValueT | None:
        """Read a setting; a kernel without the feature, such as IPv6, has none, and that is no lack.

        Args:
            name: Path below /proc/sys/net.
            parse: Makes the value of the file; raises ValueError where it holds none.
        """
        try:
            return parse((_ROOT / name).read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            self.unread[f"net.{name.replace('/', '.')}"] = unread_reason(error)
            return None


def unread_reason(error: OSError | ValueError) -> str:
    """Say why a file of numbers could not be read."""
    return (error.strerror or "unknown error") if isinstance(error, OSError) else "it holds no number"


def port_range(text: bytes) -> tuple[int, int]:
    """Read first and last port of "32768 60999".

    Raises:
        ValueError: it is no such pair.
    """
    first, last = text.split()
    return int(first), int(last)


def port_list(text: bytes) -> tuple[tuple[int, int], ...]:
    """Read first and last port of each part of "8080,9000-9005".

    Raises:
        ValueError: it is no such list.
    """
    parts = [part.partition(b"-") for part in text.strip().split(b",") if part]
    return tuple((int(first), int(last or first)) for first, _, last in parts)
