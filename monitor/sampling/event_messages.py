"""What happened between two readings, on its way through the stream. Neither end imports it before the first rows."""

from __future__ import annotations

from monitor.model.closes import CLOSE
from monitor.model.socket_events import SocketEvents
from monitor.model.transitions import TRANSITION, Actor, NoTransitions
from monitor.model.ways import records_in
from monitor.sampling.messages import Message

_CLOSE = CLOSE.newbyteorder("<")
_TRANSITION = TRANSITION.newbyteorder("<")


class EventsRead(Message, frozen=True, kw_only=True, tag="events"):
    """SocketEvents, whose fields these are."""

    boot_time: float
    namespace: int
    closes: bytes
    """CLOSE records, one after another."""
    transitions: bytes
    """TRANSITION records likewise."""
    actors: dict[int, Actor]
    lost_closes: int
    lost_transitions: int
    no_closes: str | None
    no_transitions: NoTransitions | None
    since: float | None

    @classmethod
    def of(cls, number: int, events: SocketEvents) -> EventsRead:
        """Pack what happened as the answer to a question of that number."""
        return cls(
            id=number,
            boot_time=events.boot_time,
            namespace=events.namespace,
            closes=events.closes.astype(_CLOSE, copy=False).tobytes(),
            transitions=events.transitions.astype(_TRANSITION, copy=False).tobytes(),
            actors=dict(events.actors),
            lost_closes=events.lost_closes,
            lost_transitions=events.lost_transitions,
            no_closes=events.no_closes,
            no_transitions=events.no_transitions,
            since=events.since,
        )

    def events(self) -> SocketEvents:
        """Unpack what happened.

        Raises:
            WireError: a record is cut.
        """
        return SocketEvents(
            boot_time=self.boot_time,
            namespace=self.namespace,
            closes=records_in(self.closes, _CLOSE),
            transitions=records_in(self.transitions, _TRANSITION),
            actors=self.actors,
            lost_closes=self.lost_closes,
            lost_transitions=self.lost_transitions,
            no_closes=self.no_closes,
            no_transitions=self.no_transitions,
            since=self.since,
        )
