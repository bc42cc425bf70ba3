"""Which service the ports of a socket are named for: of a connection only the port of the side that accepted."""

from __future__ import annotations

from monitor.model.sample import DIRECTION_ACCEPTED, DIRECTION_DIALLED, Interval
from monitor.model.service_names import SERVICES
from monitor.presentation.safe_text import safe_text


def local_service(interval: Interval, row: int) -> str | None:
    """Name the service of the local port; None for a port of the side that dialled, which the kernel chose."""
    if int(interval.direction[row]) == DIRECTION_DIALLED:
        return None
    return _text(SERVICES.name(int(interval.table.protocol[row]), int(interval.table.local_port[row])))


def remote_service(interval: Interval, row: int) -> str | None:
    """Name the service of the remote port, likewise."""
    if not bool(interval.table.is_pair[row]) or int(interval.direction[row]) == DIRECTION_ACCEPTED:
        return None
    return _text(SERVICES.name(int(interval.table.protocol[row]), int(interval.table.remote_port[row])))


def port_parts(service: str | None) -> list[str]:
    """Say what a port is named for: nothing, or one part of a sentence. What speaks there is not looked at."""
    return [] if service is None else [f"port of {service}"]


def _text(name: bytes | None) -> str | None:
    return None if name is None else safe_text(name)
