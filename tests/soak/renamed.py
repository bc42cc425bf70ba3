"""A machine on which whatever strangers may choose is another hostile name in every answer."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import TypeVar

from monitor.model.action import Asked, Operator, Outcome, Prepared
from monitor.model.event_list import EventList
from monitor.model.process import ProcessEnvironment, ProcessFacts
from monitor.model.route import Flow, RouteDecision
from monitor.model.routing import Routing
from monitor.model.sample import Sample
from monitor.model.socket_table import SocketTable
from tests import machine_db1
from tests.event_scene import of_db1
from tests.rules_db1 import routing_of
from tests.scenes import FixedSource
from tests.soak.watched import name
from tests.ui.acting import target_of

T = TypeVar("T")

_OURS = frozenset({"errno", "type", "prefix", "zone", "action", "state"})
"""Fields of words that are the monitor's own, or that it has read strictly."""
_PARTED = frozenset({"command_line"})
"""Fields in which NUL parts names."""


class RenamedMachine(FixedSource):
    """db1; remembers which names it gave."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__(machine_db1.samples(), machine_db1.route_to, machine_db1.FACTS, routing=routing_of)
        self._chance = chance
        self._read = 0
        self.names: list[bytes] = []
        """Those that were given and not looked for yet."""

    def boot_clock(self) -> float:
        return super().boot_clock() + self._read

    def sample(self, *, time_wait: bool = False) -> Sample:
        sample = self._renamed(super().sample(time_wait=time_wait))
        self._read += 1
        return replace(sample, boot_time=sample.boot_time + self._read, notices=(self._name().decode("latin-1"),))

    def process(self, pid: int) -> ProcessFacts | None:
        return self._renamed(super().process(pid))

    def environment(self, pid: int) -> ProcessEnvironment | None:
        process = machine_db1.FACTS[pid].process
        variables = tuple(self._name() + b"=" + self._name() for _ in range(20))
        return ProcessEnvironment(self._renamed(process), variables, is_cut=False)

    def route_to(self, flow: Flow) -> RouteDecision:
        return self._renamed(super().route_to(flow))

    def routing_of(self, flow: Flow, table: int | None = None) -> Routing:
        return self._renamed(super().routing_of(flow, table))

    def prepare(self, asked: Asked, operator: Operator) -> Prepared | Outcome:
        return Prepared(self._read, asked, (), 60.0, self._renamed(target_of(990)))

    def events_now(self) -> EventList:
        """List db1's events, with something new among them each time."""
        return replace(self._renamed(of_db1()), boot_time=self.boot_clock(), lost_closes=self._read)

    def _name(self) -> bytes:
        self.names.append(name(self._chance))
        return self.names[-1]

    def _renamed(self, value: T) -> T:
        """Put names in the place of all bytes and texts, down to the last field."""
        made: object = value
        if isinstance(value, bytes):
            made = self._name()
        elif type(value) is str:
            made = self._name().decode("utf-8", "surrogateescape")
        elif isinstance(value, tuple):
            made = tuple(map(self._renamed, value))
        elif isinstance(value, Mapping):
            made = {key: self._renamed(held) for key, held in value.items()}
        elif is_dataclass(value) and not isinstance(value, type | SocketTable):
            held = {field.name: getattr(value, field.name) for field in fields(value) if field.name not in _OURS}
            changed = {key: self._renamed(part) for key, part in held.items() if key not in _PARTED}
            parted = {key: b"\0".join(self._name() for _ in range(4)) for key in held.keys() & _PARTED}
            made = replace(value, **changed, **parted)
        return made
