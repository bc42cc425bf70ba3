"""What the monitor asks the collector and what comes back: one tagged structure per message.

Every question carries an id, and its answer the same id. Adding a field with a default keeps old recordings readable;
anything else needs a new wire version in frames.py. Here is what the main screen needs; the look-ups of other screens
stand in look_up_messages, which neither end imports before the first of them.
"""

from __future__ import annotations

from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, Literal, TypeVar, get_args

import msgspec

from monitor.errors import InputError, KernelError, MonitorError, SourceError, WireError
from monitor.model.control_group import ControlGroup
from monitor.model.endpoint import Address
from monitor.model.host_facts import DescriptorUse, HostFacts
from monitor.model.namespace import FoundNamespaces, LeftOut, NamedNamespace
from monitor.model.process import Process
from monitor.model.route import Flow, RouteDecision
from monitor.model.sample import Network


class Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """Common to all: which question this is, or answers."""

    id: int
    namespace: int = 0
    """Inode of the network namespace that is asked about; 0 for that of the collector."""


class AskSample(Message, frozen=True, kw_only=True, tag="ask-sample"):
    """Read all sockets now."""

    time_wait: bool


class AskNamespaces(Message, frozen=True, kw_only=True, tag="ask-namespaces"):
    """Read the sockets of every network namespace now; AskSample with its number then gives those of each.

    Only a collector that was started for all of them answers it.
    """

    time_wait: bool


class AskWays(Message, frozen=True, kw_only=True, tag="ask-ways"):
    """Ask the kernel which way many packets would go."""

    questions: bytes
    """WAY_QUESTION records, one after another."""


class AskRoute(Message, frozen=True, kw_only=True, tag="ask-route"):
    """Ask the kernel for a route."""

    flow: Flow


class AskFreshRows(Message, frozen=True, kw_only=True, tag="ask-fresh-rows"):
    """Ask the kernel for some sockets of a sample by name."""

    namespace: int
    rows: bytes
    """Their rows in the sample, as row_records writes them."""


class AskEvents(Message, frozen=True, kw_only=True, tag="ask-events"):
    """Give what happened to sockets since the last time that this was asked."""


WHOLE = -1
"""In place of a number of changed rows."""


class ColumnBytes(msgspec.Struct, frozen=True, array_like=True):
    """One column in a frame's body; the body holds the columns one after another in this order."""

    name: str
    dtype: str
    """numpy's name with byte order, such as "<u8"."""
    changed: int = WHOLE
    """How many of its rows cross; the others are as before."""


class SampleRead(Message, frozen=True, kw_only=True, tag="sample"):
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
    text_protocols: tuple[int, ...] = ()
    host_facts: HostFacts | None = None
    """Likewise."""
    descriptors: dict[int, DescriptorUse] | None = None
    """Likewise."""
    asleep_s: float = 0.0
    groups_new: dict[int, ControlGroup] = {}
    """Control groups that were not sent before, by number."""
    groups_gone: list[int] = []
    """Numbers of those that are no longer known."""
    named: NamedNamespace | None = None


class NamespacesRead(Message, frozen=True, kw_only=True, tag="namespaces"):
    """Which there are; of all but those that are left out there is a sample. Who holds sockets, the own one's tells."""

    found: FoundNamespaces
    left_out: tuple[LeftOut, ...]


class WaysRead(Message, frozen=True, kw_only=True, tag="ways"):
    """The kernel's answers, to the questions in their order."""

    ways: bytes
    """WAY records, one after another."""


class RouteRead(Message, frozen=True, kw_only=True, tag="route"):
    """The kernel's answer to a Flow."""

    decision: RouteDecision


class FreshRowsRead(Message, frozen=True, kw_only=True, tag="fresh-rows"):
    """The sockets that were found, and those that have gone."""

    boot_time: float
    namespace: int
    rows: bytes
    """As row_records writes them."""
    gone: bytes
    """Cookies, 64 bits each."""
    asleep_s: float = 0.0


class Failed(Message, frozen=True, kw_only=True, tag="failed"):
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

SmallQuestion = AskWays | AskRoute | AskFreshRows | AskEvents
"""What is answered by one structure, without a body."""
Question = AskSample | AskNamespaces | SmallQuestion
_T = TypeVar("_T")
_AnswerT = TypeVar("_AnswerT", bound=Message)


class Envelope(msgspec.Struct, frozen=True):
    """What is read of a message first, to know what to read it as."""

    id: int
    kind: str


def _to_wire(value: object) -> bytes:
    if isinstance(value, IPv4Address | IPv6Address):
        return value.packed
    raise NotImplementedError(f"{type(value).__name__} does not cross the wire")


def _from_wire(kind: Any, value: Any) -> object:  # noqa: ANN401 - whatever a stranger has sent
    if kind is Address and isinstance(value, bytes):
        return ip_address(value)
    raise ValueError(f"no {kind.__name__}")


_ENCODER = msgspec.msgpack.Encoder(enc_hook=_to_wire)
_ENVELOPES = msgspec.msgpack.Decoder(Envelope)
_KINDS = frozenset(question.__struct_config__.tag for question in get_args(Question))


@cache
def decoder_of(kinds: Any) -> msgspec.msgpack.Decoder[Any]:  # noqa: ANN401 - a structure, or a union of several
    """Give what decodes one of these kinds of messages; made once one is needed."""
    return msgspec.msgpack.Decoder(kinds, dec_hook=_from_wire)


def encode(message: Message) -> bytes:
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


def read_envelope(data: bytes | memoryview) -> Envelope:
    """Read which message this is; raises WireError where it is none."""
    return decoded(_ENVELOPES, data)


def is_look_up(data: bytes | memoryview) -> bool:
    """Tell whether a question is none of these, and so for look_up_messages; raises WireError where it is none."""
    return read_envelope(data).kind not in _KINDS


def decode_question(data: bytes | memoryview) -> Question:
    """Unpack and check a question.

    Raises:
        WireError: not such a question of this version.
    """
    question: Question = decoded(decoder_of(Question), data)
    return question


def decode_answer(data: bytes | memoryview, expected: type[_AnswerT]) -> _AnswerT | Failed:
    """Unpack and check an answer.

    Raises:
        WireError: not such an answer of this version.
    """
    answer: _AnswerT | Failed = decoded(decoder_of(expected | Failed), data)
    return answer


def decoded(decoder: msgspec.msgpack.Decoder[_T], data: bytes | memoryview) -> _T:
    """Unpack and check; raises WireError."""
    try:
        return decoder.decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise WireError(f"a message cannot be understood: {error}") from None
