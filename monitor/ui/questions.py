"""Questions: what screens ask of the sampling thread between samples. Each screen gets its answers by its contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.sampling.sampler_events import ProcessAnswered, SamplerEvent

if TYPE_CHECKING:
    from monitor.model.bind import BindAttempt
    from monitor.model.receiver import ReceiverQuestion
    from monitor.model.route import Flow
    from monitor.model.sockets import SocketId
    from monitor.sampling.sampler import Sampler


class Questions:
    """Hands questions on to the sampler, and knows who wants what for longer than one answer."""

    def __init__(self, sampler: Sampler) -> None:
        self._sampler = sampler
        self._asked_pid: int | None = None
        self._time_wait_seekers: set[object] = set()

    def ask_route(self, flow: Flow) -> None:
        """Ask the kernel for a route."""
        self._sampler.ask_route(flow)

    def ask_routing(self, flow: Flow, table: int | None) -> None:
        """Ask for the rules and a table behind a route, None for the one that decides."""
        self._sampler.ask_routing(flow, table)

    def ask_process(self, pid: int) -> None:
        """Ask for the facts of a process, unless the answer about it is still to come."""
        if self._asked_pid != pid:
            self._asked_pid = pid
            self._sampler.ask_process(pid)

    def ask_environment(self, pid: int) -> None:
        """Ask for the environment of a process."""
        self._sampler.ask_environment(pid)

    def ask_socket(self, socket: SocketId) -> None:
        """Ask the kernel for one socket alone."""
        self._sampler.ask_socket(socket)

    def ask_bind(self, attempt: BindAttempt) -> None:
        """Ask what would become of an attempt to bind."""
        self._sampler.ask_bind(attempt)

    def ask_receivers(self, question: ReceiverQuestion) -> None:
        """Ask who gets a segment, or new clients."""
        self._sampler.ask_receivers(question)

    def take(self, answer: SamplerEvent) -> None:
        """Note that an answer has come."""
        if isinstance(answer, ProcessAnswered):
            self._asked_pid = None

    def set_time_wait(self, seeker: object, *, is_wanted: bool) -> None:
        """Dump TIME-WAIT and bound-only rows as well, as long as anybody wants them."""
        had_any = bool(self._time_wait_seekers)
        (self._time_wait_seekers.add if is_wanted else self._time_wait_seekers.discard)(seeker)
        if bool(self._time_wait_seekers) != had_any:
            self._sampler.set_time_wait(is_wanted=not had_any)
