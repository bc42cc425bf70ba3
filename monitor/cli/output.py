"""Writes what the headless commands print: text in UTF-8, or one JSON document."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import BinaryIO

from monitor.errors import MonitorError


def write_lines(lines: Iterable[str]) -> None:
    """Print lines of safe text.

    Raises:
        BrokenPipeError: nobody reads any more.
        MonitorError: standard output is closed, full, or fails otherwise.
    """
    _write("".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace"))


def write_json(document: object) -> None:
    """Print one JSON document: UTF-8, NaN as null; it raises what write_lines raises."""
    import msgspec  # noqa: PLC0415 - the monitor writes no documents, and starts without it

    _write(msgspec.json.encode(document) + b"\n")


def flush() -> None:
    """Bring out what is still buffered; it raises what write_lines raises."""
    if sys.stdout is not None:
        _write(b"")


def discard() -> None:
    """Give the interpreter somewhere to flush to when it ends, since what is still buffered cannot be written."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _write(data: bytes) -> None:
    try:
        _stream().write(data)
        # Also what argparse has printed, which waits as text.
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except (OSError, ValueError) as error:
        discard()
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise MonitorError(f"could not write the answer: {reason}") from None


def _stream() -> BinaryIO:
    if sys.stdout is None:
        raise MonitorError("could not write the answer: standard output is closed")
    return sys.stdout.buffer
