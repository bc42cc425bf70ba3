"""What the values of an event mean, by value id."""

from __future__ import annotations

EVENT_MEANINGS = {
    "event_time": "When it happened, in UTC. An opening that only a sample showed has the time of the sample; a close "
    "is told within some hundredths of a second.",
    "happening": "Opened, closed, or failed before it was open. How it ended is what the kernel showed: the last "
    "change of state, the state in the last sample, and whether the own FIN was acknowledged.",
    "event_duration": "From the end of the handshake to the close. ≥ where it was open before anybody looked; – where "
    "it was so short that no sample saw it, and its opening was not seen.",
    "event_received": "Payload received from the opening to the close, to the byte: SYN and FIN are not counted.",
    "event_acknowledged": "Payload that the peer acknowledged from the opening to the close, to the byte. What was "
    "written and not acknowledged is not in it.",
    "event_total": "Payload received and payload acknowledged, together, from the opening to the close.",
    "event_resent": "Segments sent again from the opening to the close.",
    "event_owner": "Whose socket it was: by the last sample that saw it, else by who was seen to open or close it, "
    "else, where a ? stands before it, by whoever holds the listener.",
    "event_rates": "How many were opened and how many ended, closed or failed, per second over the last five seconds.",
    "event_counts": "How many of the listed events of this group are openings, closes and failures. The list holds ten "
    "minutes, and 20,000 events at most.",
}
"""Columns of the Events pane."""
