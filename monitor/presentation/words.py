"""Words: what a port, an endpoint, a socket, a connection and a listener are, with rows of this machine as examples.

Where the machine has no such row, documentation addresses stand in, and it is said that they do. README has the same
definitions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.presentation.text_line import TextLine, plain
from monitor.presentation.view import Cell, Role

if TYPE_CHECKING:
    from monitor.model.sample import Interval

DEFINITIONS = (
    ("port", "A number from 1 to 65535 that names a service at an address. TCP and UDP each have their own."),
    ("endpoint", "An address and a port: one side of a pair. RFC 793 and RFC 9293 call this a socket."),
    (
        "socket",
        "The kernel's object that a program holds: one side of one connection, or a listener. Many sockets may have "
        "the same address and port.",
    ),
    (
        "connection",
        "Two endpoints, and named by both of them: local address and port, remote address and port. Two connections "
        "from one client to one service differ in the client's port only.",
    ),
    (
        "listener",
        "A socket in LISTEN: it has a local endpoint and no remote one. Each client that it accepts gets a socket of "
        "its own with the same local address and port. So one listener and any number of connections share an "
        "address and port, and the remote endpoints tell them apart.",
    ),
)
"""Each word and what it is."""
_LABEL_WIDTH = 13


@dataclass(frozen=True, slots=True)
class Example:
    """Rows as the tables show them, and what can be seen in them."""

    rows: tuple[str, ...]
    """Safe text."""
    shows: str


Picker = Callable[["Interval"], Example | None]
"""Finds an example among a machine's rows; None where it has none."""

DOCUMENTED = (
    Example(
        (
            "192.0.2.10:443 LISTEN nginx[812]",
            "192.0.2.10:443 ← 198.51.100.7:51834",
            "192.0.2.10:443 ← 198.51.100.7:51836",
        ),
        "A listener and two of its connections. All three have one local endpoint; the two connections differ in the "
        "remote port only.",
    ),
    Example(
        ("127.0.0.1:41882 → 127.0.0.1:5432 node[4411]", "127.0.0.1:5432 ← 127.0.0.1:41882 postgres[22114]"),
        "Both ends are on this host: two sockets, two rows, and one connection.",
    ),
    Example(("[::]:443 nginx ×4",), "One socket, held by 4 processes."),
    Example(("192.0.2.10:8443 envoy 8 sockets",), "8 sockets at one endpoint: the kernel picks one for each client."),
)
"""What own_examples looks for, in its order."""


def words_lines(interval: Interval | None) -> list[TextLine]:
    """Lay the words out, unbroken: the definitions, then the examples.

    Args:
        interval: Where the examples are taken from; None where nothing was read yet.
    """
    lines = [_labelled(word, text, Role.STRONG) for word, text in DEFINITIONS]
    own = own_examples(interval) if interval is not None else (None,) * len(DOCUMENTED)
    found = [example for example in own if example is not None]
    others = [made for made, example in zip(DOCUMENTED, own, strict=True) if example is None]
    return [
        *lines,
        *_examples("On this machine", found),
        *_examples("Not on this machine now, so with addresses of documentation", others),
    ]


def own_examples(interval: Interval) -> tuple[Example | None, ...]:
    """Find for each of DOCUMENTED one of the machine's own; None where it has none."""
    from monitor.presentation.word_examples import PICKERS  # noqa: PLC0415 - it brings numpy

    return tuple(pick(interval) for pick in PICKERS)


def _examples(title: str, examples: Iterable[Example]) -> Iterable[TextLine]:
    lines = [
        line
        for example in examples
        for line in (
            TextLine(),
            *(TextLine((Cell("   "), Cell(row, Role.LOCAL))) for row in example.rows),
            TextLine((Cell("     "), Cell(example.shows, Role.DIM))),
        )
    ]
    return [TextLine(), plain(f"   {title}", Role.HEADING), *lines[1:]] if lines else []


def _labelled(label: str, text: str, role: Role) -> TextLine:
    return TextLine((Cell(f"   {label:<{_LABEL_WIDTH}}", role), Cell(text)))
