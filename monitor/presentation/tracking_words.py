"""What the packet filter's table of connections says of a pair: in words, on the connection screen, in a document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from monitor.model.tracking import Tracking, TrackingState
from monitor.presentation.formats import UNKNOWN
from monitor.presentation.safe_text import safe_text
from monitor.presentation.view import Cell, Role

if TYPE_CHECKING:
    from monitor.presentation.connection_reading import ConnectionReading
    from monitor.presentation.linked_line import LineMaker, LinkedLine

_NOT_TRANSLATED = {
    TrackingState.PLAIN: "tracked by the packet filter, not translated",
    TrackingState.UNTRACKED: "not tracked by the packet filter, so not translated",
    TrackingState.IDLE: "no connection of this network namespace is tracked, so none translated",
}


def pair_text(tracking: Tracking) -> str:
    """Write the pair as it stands behind the translation; empty where there is none."""
    return f"{tracking.source} → {tracking.destination}" if tracking.source and tracking.destination else ""


def tracking_text(tracking: Tracking) -> str:
    """Say in a few words whether a pair is translated, and why that is not known where it is not."""
    if tracking.is_translated:
        return f"translated: beyond the packet filter it is {pair_text(tracking)}"
    if tracking.state is TrackingState.UNREADABLE:
        return f"{UNKNOWN} {safe_text(tracking.why)}"
    return _NOT_TRANSLATED[tracking.state]


def outer_lines(reading: ConnectionReading, maker: LineMaker) -> Iterator[LinkedLine]:
    """Give the pair that the other side has, where the packet filter translates this one."""
    tracking = reading.tracking
    if tracking is not None and tracking.is_translated:
        parts = ["so beyond the packet filter, which translates it", "the pair that the other side has"]
        yield maker.words("nat", "Outside", Cell(pair_text(tracking), Role.NOTE), parts)


def tracking_lines(reading: ConnectionReading, maker: LineMaker) -> Iterator[LinkedLine]:
    """Say whether it is translated; nothing before the kernel was asked."""
    tracking = reading.tracking
    if tracking is not None:
        is_known = tracking.state is not TrackingState.UNREADABLE
        yield maker.words("nat", "nat", Cell(tracking_text(tracking), Role.PLAIN if is_known else Role.DIM))


def tracking_document(tracking: Tracking | None) -> dict[str, object] | None:
    """Describe the answer; None where nothing was asked."""
    if tracking is None:
        return None
    return {
        "state": tracking.state.value,
        "source": None if tracking.source is None else str(tracking.source),
        "destination": None if tracking.destination is None else str(tracking.destination),
        "why": safe_text(tracking.why) or None,
    }
