"""How a connection stands to today's routes, in words: one sentence with the mark that the row carries."""

from __future__ import annotations

from monitor.model.egress import Agreement, Reason, Verdict
from monitor.model.endpoint import address_text
from monitor.presentation.safe_text import safe_text

MARKS = {Verdict.AGREES: "✓", Verdict.ELSEWHERE: "~", Verdict.NO_WAY: "!", Verdict.UNKNOWN: "–"}


def agreement_text(agreement: Agreement) -> str:
    """Say the verdict and what it rests on: "~ would now leave by wg0 from 10.8.0.2; was eth0 (derived)"."""
    return f"{MARKS[agreement.verdict]} {_words(agreement)}"


def _words(agreement: Agreement) -> str:
    now, was = _name(agreement.now), _name(agreement.was)
    if agreement.reason is Reason.OTHER_DEVICE:
        return _other_device(agreement)
    return {
        Reason.NOT_ASKED: "not known whether it leaves so today",
        Reason.HIDDEN_SELECTOR: "not known: a rule looks at what is hidden here, its mark, user or TOS",
        Reason.SAME_DEVICE: "the connection leaves so today",
        Reason.SAME_SOURCE: "the connection leaves so today",
        Reason.THIS_HOST: "both ends are on this host",
        Reason.ONE_OF_SEVERAL: f"{was} is one of several next hops; the hash picks",
        Reason.ADDRESS_HELD_APART: "its address is held by no link: any interface is right",
        Reason.REMOTE_ON_LINK: f"leaves by {now}, in whose subnet its peer is",
        Reason.AS_OPENED: f"leaves by {now}, as when it was opened",
        Reason.OTHER_SOURCE: f"would now leave {_redialled(agreement)}; was {address_text(agreement.local)}",
        Reason.ADDRESS_GONE: f"no interface has {address_text(agreement.local)} any more",
        Reason.REFUSED: f"no way today: {safe_text(agreement.errno or 'refused')}",
    }[agreement.reason]


def _other_device(agreement: Agreement) -> str:
    now, was = _name(agreement.now), _name(agreement.was)
    if agreement.redialled_from is not None and agreement.redialled_by == agreement.now:
        return f"would now leave {_redialled(agreement)}; was {was} (derived)"
    again = f"; dialled anew {_redialled(agreement)}" if agreement.redialled_from is not None else ""
    return f"leaves by {now} today; was {was} (derived){again}"


def _redialled(agreement: Agreement) -> str:
    source = agreement.redialled_from
    return f"by {_name(agreement.redialled_by)} from {'–' if source is None else address_text(source)}"


def _name(device: bytes | None) -> str:
    return "–" if device is None else safe_text(device)
