"""The lines of the dial screen: what would be sent, and then what came of it beside what was predicted."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.dial import Dialled
from monitor.errors import KernelError, MonitorError
from monitor.model.endpoint import Endpoint, address_text
from monitor.model.namespace import NamedNamespace
from monitor.model.route import Flow
from monitor.model.tcp import PROTOCOL_TCP
from monitor.presentation.answer_lines import START, broken
from monitor.presentation.formats import rtt_text
from monitor.presentation.linked_line import LinkedLine
from monitor.presentation.netns_words import netns_text
from monitor.presentation.route_names import protocol_name
from monitor.presentation.route_words import remote_text
from monitor.presentation.safe_text import safe_text
from monitor.presentation.text_line import TextLine, rule
from monitor.presentation.view import Cell, Role

_LABEL_WIDTH = 11
_US_PER_S = 1e6


def why_not(flow: Flow) -> str | None:
    """Say why a question names nothing that can be dialled; None where it does."""
    if flow.protocol not in (None, PROTOCOL_TCP):
        return f"only TCP can be dialled, and this is {protocol_name(flow.protocol)}"
    return None if flow.remote_port else "no port is named; r takes address:port"


def remote_of(flow: Flow) -> Endpoint:
    """Give the endpoint that is dialled."""
    return Endpoint(flow.remote, flow.remote_port or 0, flow.zone)


def dial_title(flow: Flow, width: int) -> TextLine:
    """Name what is dialled."""
    return rule(f"Dial {remote_text(flow)}", "really sends", width)


def before_lines(
    flow: Flow, asker: int, timeout_s: float, width: int, named: NamedNamespace | None = None
) -> Iterator[LinkedLine]:
    """Say what will be sent, as whom, and what of the question a connection of the monitor cannot have.

    Args:
        flow: The question in Routing.
        asker: Effective user of the monitor.
        timeout_s: How long the handshake may take.
        width: Cells.
        named: The network namespace that it leaves from, where that is not the monitor's own.
    """
    sent = f"a TCP handshake to {remote_text(flow)} over the network, no data; closed at once"
    yield from _line("sends", sent, Role.STRONG, width)
    place = "" if named is None else f" in {netns_text(named)}"
    sender = f"uid {asker} (you), from this process{place}; the peer sees a connection"
    yield from _line("as", sender, Role.PLAIN, width)
    yield from _line("waits", f"{timeout_s:.0f} s at most for the handshake", Role.PLAIN, width)
    others = list(_left_out(flow, asker))
    if others:
        words = f"{', '.join(others)}: another way than the one in Routing may be taken"
        yield from _line("without", words, Role.NOTE, width)


def after_lines(dialled: Dialled | MonitorError, width: int) -> Iterator[LinkedLine]:
    """Say what came of it: the local endpoint that was predicted and the one that it got, or the error."""
    yield LinkedLine(TextLine())
    if isinstance(dialled, MonitorError):
        yield from _line("not sent", str(dialled), Role.TROUBLE, width)
        return
    predicted = address_text(dialled.predicted.local.address)
    took = rtt_text(dialled.elapsed_s * _US_PER_S)
    if dialled.actual is None:
        yield from _line("failed", f"{_error(dialled.error)}, after {took}", Role.TROUBLE, width)
        yield from _line("predicted", f"{predicted}, not put to the proof", Role.PLAIN, width)
        return
    yield from _line("connected", f"in {took}, and closed again", Role.GOOD, width)
    yield from _line("predicted", predicted, Role.PLAIN, width)
    verdict = ("✓ as predicted", Role.GOOD) if dialled.is_as_predicted else ("~ not as predicted", Role.NOTE)
    yield from _line("actual", f"{safe_text(str(dialled.actual.local))}  {verdict[0]}", verdict[1], width)


def outcome_sentence(flow: Flow, dialled: Dialled | MonitorError) -> str:
    """Say in one sentence what was dialled and what came of it."""
    what = f"dialled {remote_text(flow)}"
    if isinstance(dialled, MonitorError):
        return f"{what}: not sent, {dialled}"
    if dialled.actual is None:
        return f"{what}: {_error(dialled.error)}"
    return f"{what}: connected from {dialled.actual.local}, and closed again"


def _left_out(flow: Flow, asker: int) -> Iterator[str]:
    if flow.uid not in (None, asker):
        yield f"uid {flow.uid}"
    if flow.mark:
        yield f"mark {flow.mark}"
    if flow.device is not None:
        yield "the interface it is bound to"
    if flow.source is not None:
        yield f"its local address {address_text(flow.source)}"
    if flow.source_port:
        yield f"its local port {flow.source_port}"
    if flow.tos:
        yield f"tos {flow.tos}"


def _error(error: KernelError | None) -> str:
    return "it was not opened" if error is None else safe_text(str(error))


def _line(label: str, text: str, role: Role, width: int) -> Iterator[LinkedLine]:
    cells = (*START, Cell(f"{label:<{_LABEL_WIDTH}}", Role.HEADING), Cell(text, role))
    yield from broken(TextLine(cells), width, value=f"dial_{label.replace(' ', '_')}")
