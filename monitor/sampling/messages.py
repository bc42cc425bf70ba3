"""What the monitor asks the collector and what comes back: one tagged structure per message.

Every question carries an id, and its answer the same id. Adding a field with a default keeps old recordings readable;
anything else needs a new wire version in frames.py.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, Literal

import msgspec

from monitor.errors import InputError, KernelError, MonitorError, SourceError, WireError
from monitor.model.bind_facts import BindFacts, SocketHolder
from monitor.model.endpoint import Address
from monitor.model.process import Process, ProcessFacts
from monitor.model.receiver import ReceiverFacts
from monitor.model.route import Flow, RouteDecision
from monitor.model.routing import Routing
from monitor.model.sample import Network
from monitor.model.segment import Segment
from monitor.model.sockets import SocketId
from monitor.model.tcp_info import SocketDetails


class _Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """Common to all: which question this is, or answers."""

    id: int


class AskSample(_Message, frozen=True, kw_only=True, tag="ask-sample"):
    """Read all sockets now."""

    time_wait: bool


class AskProcess(_Message, frozen=True, kw_only=True, tag="ask-process"):
    """Read what is known of one process."""

    pid: int


class AskRoute(_Message, frozen=True, kw_only=True, tag="ask-route"):
    """Ask the kernel for a route."""

    flow: Flow


class AskSocket(_Message, frozen=True, kw_only=True, tag="ask-socket"):
    """Ask the kernel for one socket alone, with all that it tells of it."""

    socket: SocketId


class AskRouting(_Message, frozen=True, kw_only=True, tag="ask-routing"):
    """Ask the kernel for a route, with all rules and the table behind it."""

    flow: Flow
    table: int | None = None
    """Whose routes to list; None for the one that decides."""


class AskWays(_Message, frozen=True, kw_only=True, tag="ask-ways"):
    """Ask the kernel which way many packets would go."""

    questions: bytes
    """WAY_QUESTION records, one after another."""


class AskReceiver(_Message, frozen=True, kw_only=True, tag="ask-receiver"):
    """Ask the kernel who gets a segment."""

    segment: Segment
    holders: tuple[SocketHolder, ...] = ()
    """Of a datagram to a multicast group, the sockets that may take it."""


class AskBindFacts(_Message, frozen=True, kw_only=True, tag="ask-bind-facts"):
    """Read the settings that bind() goes by, and the options of some sockets."""

    holders: tuple[SocketHolder, ...]


class AskFreshRows(_Message, frozen=True, kw_only=True, tag="ask-fresh-rows"):
    """Ask the kernel for some sockets of a sample by name."""

    namespace: int
    rows: bytes
    """Their rows in the sample, as row_records writes them."""


WHOLE = -1
"""In place of a number of changed rows."""


class ColumnBytes(msgspec.Struct, frozen=True, array_like=True):
    """One column in a frame's body; the body holds the columns one after another in this order."""

    name: str
    dtype: str
    """numpy's name with byte order, such as "<u8"."""
    changed: int = WHOLE
    """How many of its rows cross; the others are as before."""


class SampleRead(_Message, frozen=True, kw_only=True, tag="sample"):
    """A Sample; its arrays stand in the frame's body, as what changed in them since the frame before."""

    taken_at: float
    boot_time: float
    cost_s: float
    host: str
    uid: int
    capabilities: int
    namespace: int
    has_time_wait: bool
    time_wait: int | None
    notices: list[str]
    users: dict[int, str]
    rows: int
    runs: int
    """Of rows that followed one another before; 0 where all are where they were, or every column is whole."""
    columns: list[ColumnBytes]
    owner_rows: int
    owner_runs: int
    """Likewise."""
    owner_columns: list[ColumnBytes]
    owners_are_read: bool
    hidden_processes: int
    processes_changed: list[Process]
    """Owners that are new or differ from what was sent before."""
    processes_gone: list[int]
    """Pids that no longer own anything."""
    closed: int
    """Number of closed cookies."""
    network: Network | None
    """None where it is as it was sent before."""
    has_udp: bool = True


class ProcessRead(_Message, frozen=True, kw_only=True, tag="process"):
    """Facts of a process, or None where there is none."""

    facts: ProcessFacts | None


class RouteRead(_Message, frozen=True, kw_only=True, tag="route"):
    """The kernel's answer to a Flow."""

    decision: RouteDecision


class BindFactsRead(_Message, frozen=True, kw_only=True, tag="bind-facts"):
    """Settings and options; user, rights, links and addresses are the sample's and left out."""

    facts: BindFacts


class SocketRead(_Message, frozen=True, kw_only=True, tag="socket"):
    """Details of a socket, or None where the kernel does not find it."""

    details: SocketDetails | None


class RoutingRead(_Message, frozen=True, kw_only=True, tag="routing"):
    """The kernel's answer to a Flow, and what stands behind it."""

    routing: Routing


class WaysRead(_Message, frozen=True, kw_only=True, tag="ways"):
    """The kernel's answers, to the questions in their order."""

    ways: bytes
    """WAY records, one after another."""


class FreshRowsRead(_Message, frozen=True, kw_only=True, tag="fresh-rows"):
    """The sockets that were found, and those that have gone."""

    boot_time: float
    namespace: int
    rows: bytes
    """As row_records writes them."""
    gone: bytes
    """Cookies, 64 bits each."""


class ReceiverRead(_Message, frozen=True, kw_only=True, tag="receiver"):
    """What the kernel says of a segment."""

    facts: ReceiverFacts


class Failed(_Message, frozen=True, kw_only=True, tag="failed"):
    """A question that could not be answered."""

    reason: Literal["kernel", "input", "wire", "source"]
    text: str
    """The whole sentence for the user."""
    operation: str = ""
    errno: int = 0
    hint: str = ""

    @classmethod
    def of(cls, question: int, error: MonitorError) -> Failed:
        """Describe an error so that the other end can raise it again."""
        if isinstance(error, KernelError):
            return cls(
                id=question,
                reason="kernel",
                text=str(error),
                operation=error.operation,
                errno=error.errno,
                hint=error.hint,
            )
        for reason, kind in _ERRORS.items():
            if isinstance(error, kind):
                return cls(id=question, reason=reason, text=str(error))
        return cls(id=question, reason="source", text=str(error))

    def error(self) -> MonitorError:
        """Make the error again."""
        if self.reason == "kernel":
            return KernelError(self.operation, self.errno, self.hint)
        return _ERRORS[self.reason](self.text)


_ERRORS: dict[Literal["input", "wire", "source"], type[MonitorError]] = {
    "input": InputError,
    "wire": WireError,
    "source": SourceError,
}
"""The errors that are their sentence and nothing else."""

SmallQuestion = AskProcess | AskRoute | AskSocket | AskRouting | AskWays | AskFreshRows | AskReceiver | AskBindFacts
"""What is answered by one structure, without a body."""
Question = AskSample | SmallQuestion
Answer = (
    SampleRead
    | ProcessRead
    | RouteRead
    | SocketRead
    | RoutingRead
    | WaysRead
    | FreshRowsRead
    | ReceiverRead
    | BindFactsRead
    | Failed
)


def _to_wire(value: object) -> bytes:
    if isinstance(value, IPv4Address | IPv6Address):
        return value.packed
    raise NotImplementedError(f"{type(value).__name__} does not cross the wire")


def _from_wire(kind: Any, value: Any) -> object:  # noqa: ANN401 - whatever a stranger has sent
    if kind is Address and isinstance(value, bytes):
        return ip_address(value)
    raise ValueError(f"no {kind.__name__}")


_ENCODER = msgspec.msgpack.Encoder(enc_hook=_to_wire)
_QUESTIONS: msgspec.msgpack.Decoder[Question] = msgspec.msgpack.Decoder(Question, dec_hook=_from_wire)
_ANSWERS: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer, dec_hook=_from_wire)


def encode(message: Question | Answer) -> bytes:
    """Pack a message; bytes of a text that are no UTF-8 (surrogates, as os.fsdecode makes them) cross written out."""
    try:
        return _ENCODER.encode(message)
    except UnicodeEncodeError:
        plain = msgspec.to_builtins(message, builtin_types=(bytes,), enc_hook=_to_wire)
        return _ENCODER.encode(_without_surrogates(plain))


def _without_surrogates(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    if isinstance(value, list | tuple):
        return [_without_surrogates(inner) for inner in value]
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(inner) for key, inner in value.items()}
    return value


def decode_question(data: bytes | memoryview) -> Question:
    """Unpack and check a question.

    Raises:
        WireError: not a question of this version.
    """
    try:
        return _QUESTIONS.decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise WireError(f"a question cannot be understood: {error}") from None


def decode_answer(data: bytes | memoryview) -> Answer:
    """Unpack and check an answer.

    Raises:
        WireError: not an answer of this version.
    """
    try:
        return _ANSWERS.decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise WireError(f"an answer cannot be understood: {error}") from None
