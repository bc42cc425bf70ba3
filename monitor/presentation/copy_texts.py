"""Rows as other programs want them: a line of text, JSON, and commands for ss, tcpdump, ip and kill.

Each can be pasted into a shell as it stands: addresses and numbers are made here, and names, which strangers choose,
are made safe and quoted.
"""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from monitor.model.endpoint import Endpoint, address_text, unmapped
from monitor.model.route import Flow
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP
from monitor.presentation.formats import when_text
from monitor.presentation.netns_words import entering, netns_text
from monitor.presentation.row_text import RowTexts
from monitor.presentation.safe_text import safe_text
from monitor.presentation.selection import REASON_WORDS, route_question
from monitor.presentation.socket_document import socket_document

MOST_ROWS = 50
"""Of a group or a finding with more, the first ones are copied."""

_CLOSED = "it has closed"
_PROTOCOLS = {PROTOCOL_TCP: "tcp", PROTOCOL_UDP: "udp"}
_HARMLESS = re.compile(r"[\w\[\]×–←→·@%+=:,./-]+( ×[0-9]+)?", re.ASCII)
"""What a shell leaves alone, or stumbles over without doing anything; of parentheses zsh takes orders: x(e:reboot:)."""
_ORDERS = str.maketrans({character: f"\\u{ord(character):04x}" for character in "$`!"})
"""What a shell obeys within double quotes, as JSON may write it too; all else there means the same to both."""


@dataclass(frozen=True, slots=True)
class Copy:
    """One form of some rows."""

    letter: str
    """By which it is chosen."""
    name: str
    text: str
    """Empty where there is none."""
    reason: str = ""
    """Why there is none."""


def copies_of(texts: RowTexts, rows: Sequence[int]) -> tuple[Copy, ...]:
    """Give all forms of some rows, at least one; see MOST_ROWS."""
    rows = rows[:MOST_ROWS]
    captured = _any_of(_capture(texts, row) for row in rows)
    routes = "\n".join(dict.fromkeys(_route_commands(texts, rows)))
    living = [row for row in rows if math.isnan(texts.interval.closed_at[row])]
    pids = sorted({owner.process.pid for row in living for owner in texts.owners(row)})
    no_pid = REASON_WORDS[str(texts.owner_reason(living[0]))] if living else _CLOSED
    pids_text = f"kill -TERM {' '.join(map(str, pids))}" if pids else ""
    return (
        Copy("r", "text", "\n".join(_row_text(texts, row) for row in rows)),
        Copy("j", "JSON", _json(texts, rows)),
        _there(texts, _ss_copy("s", "ss filter", "ss -{}anpe {}", texts, living)),
        _there(texts, Copy("t", "tcpdump", f"tcpdump -n -i any {shlex.quote(captured)}")),
        _there(texts, Copy("i", "ip route get", routes, "" if routes else "nothing here has a remote endpoint")),
        Copy("k", "kill", pids_text, "" if pids else no_pid),
        _there(texts, _ss_copy("x", "ss -K", "ss -K -{}an {}", texts, living)),
    )


def _there(texts: RowTexts, copy: Copy) -> Copy:
    """Have commands run in the network namespace of the rows: in another one they would meet other sockets."""
    before, reason = entering(texts.interval.sample.named)
    if reason and copy.text:
        return replace(copy, text="", reason=reason)
    return replace(copy, text="\n".join(f"{before}{line}" for line in copy.text.splitlines()))


def _ss_copy(letter: str, name: str, command: str, texts: RowTexts, living: Sequence[int]) -> Copy:
    """Make a command of ss, with the letters of the protocols and the filter filled in."""
    table = texts.interval.table
    listed = [row for row in living if not bool(table.is_bound_only[row])]
    if not listed:
        return Copy(letter, name, "", "ss lists no socket that is only bound" if living else _CLOSED)
    letters = "".join(sorted({texts.protocol(row)[0] for row in listed}))
    return Copy(
        letter, name, command.format(letters, shlex.quote(_any_of(_ss_condition(texts, row) for row in listed)))
    )


def _row_text(texts: RowTexts, row: int) -> str:
    """Write where, when and what in one line."""
    interval, table = texts.interval, texts.interval.table
    sample = interval.sample
    backlog = table.backlog(row) if bool(table.is_listener[row]) else None
    queue = [] if backlog is None else [f"queue {int(table.recv_q[row])}/{backlog}"]
    process, user, interface = map(_shell_word, (texts.process(row), texts.user(row), texts.interface(row)))
    names = [process, f"user {user}", f"via {interface}"]
    namespace = [] if sample.named is None else map(_shell_word, netns_text(sample.named).split(" "))
    place = " ".join([_shell_word(safe_text(sample.host)), *namespace, when_text(sample.taken_at)])
    # A zone is the name of an interface.
    ends = map(_shell_word, texts.ends(row).split(" "))
    return " ".join([place, texts.protocol(row), texts.state(row), *ends, *queue, *names])


def _shell_word(name: str) -> str:
    return name if _HARMLESS.fullmatch(name) else shlex.quote(name)


def _json(texts: RowTexts, rows: Sequence[int]) -> str:
    import msgspec  # noqa: PLC0415 - only who copies needs it

    documents = [socket_document(texts, row) for row in rows]
    text = msgspec.json.encode(documents[0] if len(documents) == 1 else documents).decode()
    return text.translate(_ORDERS)


def _any_of(conditions: Iterable[str]) -> str:
    different = list(dict.fromkeys(conditions))
    return different[0] if len(different) == 1 else " or ".join(f"({condition})" for condition in different)


def _ss_condition(texts: RowTexts, row: int) -> str:
    """Select a socket; ss knows no zones: of a link-local address it selects those of all interfaces."""
    table = texts.interval.table
    # Who waits has port 0 there; without that, the connections of a listener would be selected with it.
    remote = f"dst = {table.remote(row)}" if bool(table.is_pair[row]) else "dport = :0"
    return f"src = {table.local(row)} and {remote}"


def _capture(texts: RowTexts, row: int) -> str:
    """Select the packets of a pair, or those of all clients of a waiting socket."""
    table = texts.interval.table
    ends = [table.local(row), *([table.remote(row)] if bool(table.is_pair[row]) else [])]
    conditions = [condition for end in ends for condition in _capture_end(end.on_the_wire)]
    return " and ".join(dict.fromkeys([texts.protocol(row), *conditions]))


def _capture_end(end: Endpoint) -> Iterator[str]:
    if not end.is_wildcard:
        yield f"host {address_text(end.address)}"
    yield f"port {end.port}"


def _route_commands(texts: RowTexts, rows: Iterable[int]) -> Iterator[str]:
    for row in rows:
        flow = route_question(texts.interval, row)
        if flow is not None:
            yield _route_command(texts, flow)


def _route_command(texts: RowTexts, flow: Flow) -> str:
    """Ask for the way of a pair as the kernel was asked for it."""
    words = ["ip route get", address_text(unmapped(flow.remote))]
    if flow.source is not None:
        words += ["from", address_text(unmapped(flow.source))]
    device = texts.interface_name(flow.device) if flow.device else flow.zone
    selectors = {
        "oif": shlex.quote(device) if device else None,
        "mark": flow.mark or None,
        "uid": flow.uid,
        "ipproto": _PROTOCOLS.get(flow.protocol or 0),
        "sport": flow.source_port,
        "dport": flow.remote_port,
    }
    return " ".join([*words, *(f"{name} {value}" for name, value in selectors.items() if value is not None)])
