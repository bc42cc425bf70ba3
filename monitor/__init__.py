"""fourtuple: every TCP and UDP socket of a Linux machine as what it is, one side of a pair of endpoints.

The rooms, each of which imports only what stands below it (tests/test_architecture.py holds the walls):

    __main__      python -m monitor
    cli           arguments, sub-commands, exit codes
    ui            the screen; Textual lives here and nowhere else
    config        what the user has settled for good: the configuration file, and what is remembered
    presentation  words and order without Textual: safe_text, formats, columns, filters, views
    dial          the library's face: TcpConnection.to() and open() really connect
    reverse_names asks the system's resolver what addresses are called, where that is wanted
    sampling      the collector process, its frames, the stream, the sampler: Samples to Intervals, events, history
    kernel        the only room that talks to Linux: sock_diag, owners, processes, rtnetlink, events, actions
    reasoning     what follows: which listener, direction, owner, segment; does the route agree; what is wrong
    model         nouns: Endpoint, SocketTable, OwnerTable, Process, RouteDecision, Sample, Interval, Finding, EventList
    files         the only way in which a file is made
    regular_files opens a file for reading that somebody else may have put there
    errors        what can go wrong and be said in one sentence

The one way of the data:

    kernel ─▶ LiveSource ─▶ Sample ─▶ frames ═ pipe ═▶ StreamSource ─▶ Sampler ─▶ Interval ─▶ views ─▶ LiveTable
    └──────────── collector process ────────────┘      └──────────────── monitor process ───────────────┘
    kernel ─▶ EventReader ─▶ SocketEvents ══ pipe ══▶ EventLog, which joins them with the Interval ─▶ EventList
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.dial import TcpConnection
    from monitor.model.endpoint import Endpoint

__all__ = ["Endpoint", "TcpConnection"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Import the library's two faces only when somebody asks for them."""
    if name == "Endpoint":
        from monitor.model.endpoint import Endpoint  # noqa: PLC0415 - the headless commands start without it

        return Endpoint
    if name == "TcpConnection":
        from monitor.dial import TcpConnection  # noqa: PLC0415 - as above

        return TcpConnection
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
