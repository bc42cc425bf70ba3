"""What an answer about who gets a segment rests on where the kernel does not give it: the rules, over which list."""

from __future__ import annotations

from monitor.model.demux import DemuxDecision
from monitor.presentation.row_text import RowTexts

_TEXT = " over /proc/net, which tells neither devices nor IPV6_V6ONLY"


def rules_text(decision: DemuxDecision, texts: RowTexts) -> str:
    """Say that the rules decided alone, and why the kernel was not asked."""
    silence = decision.facts.silence or "the kernel was not asked"
    return f"by the rules alone{list_text(decision, texts)}; {silence}"


def list_text(decision: DemuxDecision, texts: RowTexts) -> str:
    """Say what the list of sockets lacks that decides; empty where it is the kernel's own."""
    return _TEXT if decision.facts.segment.protocol in texts.interval.sample.text_protocols else ""
