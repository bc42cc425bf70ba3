"""Actions: the two steps of everything that can hurt. Prepared under a token, done once, and forgotten after a minute.

Only here a process is signalled (process_signals) and a socket is closed (socket_destroy).
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Collection
from contextlib import ExitStack

from monitor.errors import KernelError
from monitor.kernel.capabilities import may_administer_network
from monitor.kernel.proc_files import GONE, SHORTAGES
from monitor.kernel.process_signals import HeldProcess
from monitor.kernel.remembered import Remembered
from monitor.kernel.socket_destroy import SocketCloser
from monitor.kernel.standing import Standing, standing_of
from monitor.kernel.targets import read_target
from monitor.kernel.users import UserNames
from monitor.model.action import (
    Asked,
    Caution,
    CloseAsked,
    Operator,
    Outcome,
    Prepared,
    Result,
    Right,
    SignalAsked,
)
from monitor.model.connection import TcpConnection
from monitor.model.tcp import PROTOCOL_TCP, WAITING, TcpState

REMEMBERED_S = 60.0
"""How long a token can be confirmed, and after a signal became() can be asked."""
MOST_CLOSES = 4096
MOST_HELD = 64
"""Processes that are held before their signal, and as many after it."""

HoldersOf = Callable[[Collection[TcpConnection]], Collection[int]]
"""Gives the pids of the processes that hold a socket of one of some connections, seen from either side."""


def _boot_time() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Actions:
    """Prepares and confirms, in the network namespace of the thread that uses it.

    Args:
        holders_of: who holds a connection.
        users: where names are looked up.
        is_read_only: refuse everything.
        clock: seconds that go on while the machine sleeps.
    """

    def __init__(
        self,
        holders_of: HoldersOf = lambda _: (),
        users: UserNames | None = None,
        *,
        is_read_only: bool = False,
        clock: Callable[[], float] = _boot_time,
    ) -> None:
        self._holders_of = holders_of
        self._users = users or UserNames()
        self._is_read_only = is_read_only
        self._closes = Remembered[CloseAsked](MOST_CLOSES, REMEMBERED_S, clock)
        self._signals = Remembered[tuple[SignalAsked, HeldProcess]](
            MOST_HELD, REMEMBERED_S, clock, lambda signal: signal[1].close()
        )
        self._sent = Remembered[HeldProcess](MOST_HELD, REMEMBERED_S, clock, HeldProcess.close)
        self._closer: SocketCloser | None = None

    def prepare(self, asked: Asked, operator: Operator) -> Prepared | Outcome:
        """Look at the target, and give a token for it or say why there is nothing to confirm.

        Raises:
            KernelError, WireError: the target cannot be looked at.
        """
        if self._is_read_only:
            return Outcome(Result.READ_ONLY)
        standing = standing_of(operator)
        if isinstance(asked, CloseAsked):
            return self._prepare_close(asked, standing)
        return self._prepare_signal(asked, standing)

    def confirm(self, token: int) -> Outcome:
        """Do what was prepared, if the target is still what was shown.

        Raises:
            KernelError, WireError: the target cannot be looked at, or the kernel does not say whether it was closed.
        """
        closing = self._closes.take(token)
        if closing is not None:
            return self._sockets.close_socket(closing)
        signalling = self._signals.take(token)
        if signalling is None:
            return Outcome(Result.READ_ONLY if self._is_read_only else Result.FORGOTTEN)
        asked, held = signalling
        # Also where the kernel cannot be asked whether it is still the same: then nothing is sent.
        with ExitStack() as stack:
            stack.callback(held.close)
            outcome = held.send(asked.signal)
            if outcome.result is Result.SENT:
                stack.pop_all()
                self._sent.put(held, token)
        return outcome

    def became(self, token: int) -> Outcome:
        """Say whether the process of a signal that was sent has ended."""
        held = self._sent.get(token)
        if held is None:
            return Outcome(Result.FORGOTTEN)
        return Outcome(Result.EXITED if held.has_exited else Result.STILL_RUNNING)

    def forget_old(self) -> None:
        """Let go what was prepared or sent too long ago."""
        for kept in (self._closes, self._signals, self._sent):
            kept.forget_old()

    def close(self) -> None:
        """Let everything go."""
        for kept in (self._closes, self._signals, self._sent):
            kept.clear()
        if self._closer is not None:
            self._closer.close()

    @property
    def _sockets(self) -> SocketCloser:
        if self._closer is None:
            self._closer = SocketCloser()
        return self._closer

    def _prepare_signal(self, asked: SignalAsked, standing: Standing) -> Prepared | Outcome:
        held = HeldProcess.hold(asked.process)
        if isinstance(held, Outcome):
            return held
        try:
            session_holders = self._holders_of(standing.sessions) if standing.sessions else ()
            target, cautions = read_target(held, asked, standing, session_holders, self._users)
        except OSError as error:
            held.close()
            if error.errno in GONE:
                return Outcome(Result.ALREADY_GONE)
            raise KernelError(f"read process {asked.process.pid}", error.errno or 0) from error
        token = self._signals.put((asked, held))
        return Prepared(token, asked, cautions, REMEMBERED_S, target)

    def _prepare_close(self, asked: CloseAsked, standing: Standing) -> Prepared | Outcome:
        try:
            refused = self._sockets.refusal(asked)
        except KernelError as error:
            if error.errno in SHORTAGES:
                raise
            # Without netlink nothing is closed, whatever the cookie.
            return Outcome(Result.CANNOT, error.errno)
        if refused is not None:
            return refused
        # To be refused with a wrong cookie says nothing of rights, and with the right one it is too late to ask.
        if not may_administer_network():
            return Outcome(Result.NOT_PERMITTED, errno.EPERM, Right.NET_ADMIN)
        return Prepared(self._closes.put(asked), asked, _cautions_about(asked, standing), REMEMBERED_S, None)


def _cautions_about(asked: CloseAsked, standing: Standing) -> tuple[Caution, ...]:
    connection = TcpConnection(asked.socket.local.on_the_wire, asked.socket.remote.on_the_wire)
    is_tcp = asked.socket.protocol == PROTOCOL_TCP
    holds = {
        Caution.OWN_SESSION: is_tcp and not standing.sessions.isdisjoint({connection, connection.reversed}),
        Caution.LISTENER: asked.state in WAITING,
        Caution.TIME_WAIT: is_tcp and asked.state == TcpState.TIME_WAIT,
    }
    return tuple(caution for caution in Caution if holds.get(caution, False))
