"""Messages between the sampling thread, the app and its screens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from monitor.sampling.sampler_events import SamplerEvent


@dataclass(eq=False)
class SamplerReported(Message):
    """The sampling thread has something new; posted from that thread to the app."""

    event: SamplerEvent
