"""Actions: the two steps of everything that can hurt. Prepared under a token, done once, and forgotten after a minute.

Only here a process is signalled (process_signals) and a socket is closed (socket_destroy).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from secrets import randbits

from monitor.kernel.process_signals import HeldProcess
from monitor.kernel.socket_destroy import SocketCloser
from monitor.kernel.targets import cautions_about, read_target
from monitor.kernel.users import UserNames
from monitor.model.action import (
    Asked,
    Caution,
    CloseAsked,
    Operator,
    Outcome,
    Prepared,
    Result,
    SignalAsked,
    Target,
)

REMEMBERED_S = 60.0
"""How long a token lives, and after a signal the look at what became of it."""
MOST_TOKENS = 1024
MOST_HELD = 64
"""Of them, those that keep a process held; beyond either number the oldest are forgotten."""


@dataclass(frozen=True, slots=True)
class _Entry:
    asked: Asked
    held: HeldProcess | None
    until: float
    is_done: bool = False


class Actions:
    """Prepares and confirms. For one thread.

    Args:
        is_read_only: refuse everything.
        users: where names are looked up.
        clock: seconds that go on while the machine sleeps.
    """

    def __init__(
        self, *, is_read_only: bool = False, users: UserNames | None = None, clock: Callable[[], float] | None = None
    ) -> None:
        self._is_read_only = is_read_only
        self._clock = clock or (lambda: time.clock_gettime(time.CLOCK_BOOTTIME))
        self._entries: dict[int, _Entry] = {}
        self._closer: SocketCloser | None = None
        self._users = users or UserNames()

    def prepare(self, asked: Asked, operator: Operator) -> Prepared | Outcome:
        """Look at the target, and give a token for it or say why there is nothing to confirm."""
        self.forget_old()
        if self._is_read_only:
            return Outcome(Result.READ_ONLY)
        if isinstance(asked, CloseAsked):
            refused = self._sockets().refusal(asked)
            return refused or self._remember(asked, None, (), None)
        held = HeldProcess.hold(asked.process)
        return held if isinstance(held, Outcome) else self._prepare_signal(asked, held, operator)

    def confirm(self, token: int) -> Outcome:
        """Do what was prepared, if it is still what was shown."""
        self.forget_old()
        if self._is_read_only:
            return Outcome(Result.READ_ONLY)
        entry = self._entries.pop(token, None)
        if entry is None or entry.is_done:
            return Outcome(Result.FORGOTTEN)
        if isinstance(entry.asked, CloseAsked):
            return self._sockets().close_socket(entry.asked)
        assert entry.held is not None
        outcome = entry.held.send(entry.asked.signal)
        if outcome.result is Result.SENT:
            self._entries[token] = _Entry(entry.asked, entry.held, self._clock() + REMEMBERED_S, is_done=True)
        else:
            entry.held.close()
        return outcome

    def became(self, token: int) -> Outcome:
        """Say whether the process of a signal that was sent has ended."""
        self.forget_old()
        entry = self._entries.get(token)
        if entry is None or entry.held is None or not entry.is_done:
            return Outcome(Result.FORGOTTEN)
        return Outcome(Result.EXITED if entry.held.has_exited else Result.STILL_RUNNING)

    def forget_old(self) -> None:
        """Let go what was prepared too long ago."""
        now = self._clock()
        for token in [token for token, entry in self._entries.items() if entry.until <= now]:
            self._forget(token)

    def close(self) -> None:
        """Let everything go."""
        for token in list(self._entries):
            self._forget(token)
        if self._closer is not None:
            self._closer.close()

    def _sockets(self) -> SocketCloser:
        if self._closer is None:
            self._closer = SocketCloser()
        return self._closer

    def _prepare_signal(self, asked: SignalAsked, held: HeldProcess, operator: Operator) -> Prepared | Outcome:
        try:
            target = read_target(held, asked.process.pid, self._users)
        except OSError:
            held.close()
            return Outcome(Result.ALREADY_GONE)
        return self._remember(asked, held, cautions_about(target, asked.signal, operator), target)

    def _remember(
        self, asked: Asked, held: HeldProcess | None, cautions: tuple[Caution, ...], target: Target | None
    ) -> Prepared:
        # Not counted: the token of a collector that has ended must mean nothing to the next one.
        token = randbits(63)
        self._entries[token] = _Entry(asked, held, self._clock() + REMEMBERED_S)
        return Prepared(token, asked, cautions, REMEMBERED_S, target)

    def _forget(self, token: int) -> None:
        entry = self._entries.pop(token)
        if entry.held is not None:
            entry.held.close()
