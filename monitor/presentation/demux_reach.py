"""Whether and how a segment comes to this host's sockets, in words."""

from __future__ import annotations

from monitor.model.endpoint import address_text
from monitor.model.receiver import ReceiverFacts
from monitor.model.segment import Origin, Reach
from monitor.model.tcp import PROTOCOL_TCP
from monitor.presentation.row_text import RowTexts


def reached_text(facts: ReceiverFacts, texts: RowTexts) -> str:
    """Say why a segment is for this host, and which interface counts."""
    arrival, destination = facts.arrival, address_text(facts.segment.destination.address)
    if arrival.reach is Reach.BROADCAST:
        return f"yes: {destination} is a broadcast address on {texts.interface_name(arrival.device)}"
    if arrival.reach is Reach.MULTICAST:
        return f"yes: somebody here has joined {destination} on {texts.interface_name(arrival.device)}"
    owner = texts.interface_name(arrival.owner)
    owned = f"yes: {destination} is an address of {owner}" if arrival.owner else f"yes: {destination} is local"
    if arrival.origin is Origin.HERE:
        return f"{owned}, which counts as the receiving interface: this host sends it itself"
    return owned if arrival.device == arrival.owner else f"{owned}; it comes in by {_device(facts, texts)}"


def undelivered_text(facts: ReceiverFacts, texts: RowTexts) -> str:
    """Say what ends the way of a segment, without a full stop."""
    reach, destination = facts.arrival.reach, address_text(facts.segment.destination.address)
    source = "the source" if facts.segment.source is None else address_text(facts.segment.source.address)
    device = _device(facts, texts)
    if reach.is_to_many and facts.segment.protocol == PROTOCOL_TCP:
        return f"TCP takes nothing from a {reach} address, and {destination} is one"
    return {
        Reach.NOT_OURS: f"{destination} is no address of this host on {device}, and it is not passed on",
        Reach.FORWARDED: f"{destination} is no address of this host, which passes it on",
        Reach.LEAVES: f"{destination} is no address of this host, which sends it out",
        Reach.MARTIAN_SOURCE: f"{source} can't come in by {device} (martian source), so it is dropped",
        Reach.MARTIAN_DESTINATION: f"{destination} can't come in by {device} (martian destination), so it is dropped",
        Reach.REVERSE_PATH: f"the way back to {source} is not by {device}, so rp_filter drops it",
        Reach.NOT_JOINED: f"nobody on this host has joined {destination} on {device}",
        Reach.DEVICE_DOWN: f"{device} is down",
        Reach.NO_ZONE: f"{destination} needs one interface to be named, as %zone or by --dev",
        Reach.REFUSED: f"input routing refuses it with {facts.arrival.errno} and does not say why",
    }[reach]


def assumption(facts: ReceiverFacts, texts: RowTexts) -> str | None:
    """Say what was taken for granted about the receiving interface; None where it was named or follows."""
    device, origin = _device(facts, texts), facts.arrival.origin
    if origin is Origin.WAY_BACK and facts.segment.source is not None:
        source = address_text(facts.segment.source.address)
        return f"it arrives on {device}, the way back to {source} (--dev says otherwise)"
    if origin is Origin.OWNER:
        return f"it arrives on {device}, which owns the address (--dev says otherwise)"
    return None


def _device(facts: ReceiverFacts, texts: RowTexts) -> str:
    device = facts.arrival.device
    return texts.interface_name(device) if device else "that interface"
