"""/etc/services, services(5): what a machine calls the ports of its protocols. Anybody's text, read within bounds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from monitor.model.service_names import Service
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP
from monitor.regular_files import open_regular

PATH = Path("/etc/services")
MOST_BYTES = 4 << 20
"""What stands behind them is not read; the longest that a distribution brings has 700 KB."""
LONGEST_NAME = 64
"""Bytes; IANA's have 15 at most. A service whose own name is longer is left out, and so is such an alias."""
MOST_NAMES = 16
"""Of one service, aliases among them."""
_LAST_PORT = 0xFFFF
_PROTOCOLS = {b"tcp": PROTOCOL_TCP, b"udp": PROTOCOL_UDP}


def read_services(path: Path = PATH) -> list[Service]:
    """Read the services of TCP and UDP in the order of the file; none where it cannot be read, or is no file."""
    with suppress(OSError):
        descriptor = open_regular(path)
        if descriptor is not None:
            with os.fdopen(descriptor, "rb") as file:
                return list(_services(file.read(MOST_BYTES)))
    return []


def _services(content: bytes) -> Iterator[Service]:
    lines = content.splitlines()
    if len(content) == MOST_BYTES:
        # It may have been cut.
        lines.pop()
    for line in lines:
        words = line.partition(b"#")[0].split()
        if len(words) > 1 and (place := _place(words[1])) is not None and len(words[0]) <= LONGEST_NAME:
            names = (words[0], *words[2 : MOST_NAMES + 1])
            yield Service(*place, tuple(name for name in names if len(name) <= LONGEST_NAME))


def _place(word: bytes) -> tuple[int, int] | None:
    """Read "443/tcp"; None for other protocols and for what is no port."""
    port, _, protocol = word.partition(b"/")
    if protocol not in _PROTOCOLS or not port.isdigit() or len(port) > len(str(_LAST_PORT)):
        return None
    return (_PROTOCOLS[protocol], int(port)) if 0 < int(port) <= _LAST_PORT else None
