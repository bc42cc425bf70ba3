"""What an action does, what speaks for caution, and what became of it, in words. Names in them are made safe."""

from __future__ import annotations

import os
from dataclasses import dataclass

from monitor.model.action import (
    Asked,
    Caution,
    Outcome,
    Prepared,
    Result,
    Right,
    Signal,
    SignalAsked,
    Supervisor,
    SupervisorKind,
    Target,
)
from monitor.model.tcp import state_name
from monitor.presentation.safe_text import safe_text


@dataclass(frozen=True, slots=True)
class Deed:
    """An action with the name of what it is done to."""

    asked: Asked
    subject: str
    """ "nginx[812]", or a socket's ends; made safe."""


STILL_RUNNING_S = 3.0
"""How long after a signal a process that has not ended is said to run still."""

_SENDING = {
    Signal.TERM: "SIGTERM, which asks it to end; it may clean up before, or ignore it",
    Signal.KILL: "SIGKILL, which ends it at once; it cannot clean up, and its sockets are closed by the kernel",
}
_CAUTIONS = {
    Caution.INIT: "this is pid 1: the whole system hangs on it",
    Caution.ITSELF: "this is the monitor itself, or its collector",
    Caution.ANCESTOR: "the monitor was started by it: you may lose your shell, your terminal or your login",
    Caution.OWN_SESSION: "it carries the ssh connection by which you are here",
    Caution.CONTAINER_INIT: "it is pid 1 of a container: all others in there end with it, and it may ignore TERM",
    Caution.OTHER_PID_NAMESPACE: "it lives in a container, where it has another pid",
    Caution.IGNORES_SIGNAL: "it has asked the kernel to drop this signal: nothing will happen",
    Caution.STOPPED: "it is stopped or traced, and acts on TERM only once it goes on",
    Caution.UNINTERRUPTIBLE: "it waits for the kernel, mostly for a disk, and ends only after that",
    Caution.LISTENER: "nobody can connect any more, while its process goes on and does not know why",
    Caution.TIME_WAIT: "it is closed already; what goes is the kernel's memory of it, which keeps stray segments away",
}
_EXTRA_WORDS = {
    Caution.INIT: "init",
    Caution.ITSELF: "myself",
    Caution.ANCESTOR: "parent",
    Caution.OWN_SESSION: "session",
    Caution.CONTAINER_INIT: "container",
}
_RIGHTS = {
    Right.KILL: "it takes CAP_KILL over the process, or to be its user",
    Right.NET_ADMIN: "it takes CAP_NET_ADMIN over the network namespace",
}
_RESULTS = {
    Result.EXITED: "{0} has ended",
    Result.STILL_RUNNING: "{0} is still running {wait:.0f} s after {signal}",
    Result.CLOSED: "{0} was closed",
    Result.ALREADY_GONE: "{0} is already gone; {nothing}",
    Result.CHANGED: "{0} has changed: another program, or another process; {nothing}",
    Result.MOVED: "{0} is {state} now; {nothing}",
    Result.GONE_OR_SHARED: "{0} is gone, or shares its port with others; {nothing}",
    Result.ZOMBIE: "{0} is already dead, waiting for its parent; {nothing}",
    Result.NOT_PERMITTED: "not permitted for {0}: {right}; {nothing}",
    Result.KERNEL_THREAD: "{0} is part of the kernel and takes no signals; {nothing}",
    Result.OTHER_NAMESPACE: "{0} belongs to another namespace, where its name means another; {nothing}",
    Result.NO_COOKIE: "{0} has no cookie here, so that another one might be hit; {nothing}",
    Result.CANNOT: "this kernel, or a sandbox, does not let {0} be touched ({errno}); {nothing}",
    Result.READ_ONLY: "the monitor was started with --read-only; {nothing}",
    Result.FORGOTTEN: "{0}: the confirmation came too late, or the collector has ended since; {nothing}",
}


def sending_text(signal: Signal) -> str:
    """Say which signal is sent, and what it does."""
    return _SENDING[signal]


def caution_text(caution: Caution, target: Target | None) -> str:
    """Say what speaks for caution."""
    if caution is Caution.SUPERVISED:
        return _supervisor_text(target.supervisor if target is not None else None)
    if caution is Caution.OTHER_PID_NAMESPACE and target is not None and target.inner_pids:
        return f"{_CAUTIONS[caution]}: {target.inner_pids[-1]}"
    return _CAUTIONS[caution]


def confirming_word(prepared: Prepared, plain: str) -> str:
    """Give what has to be typed: the plain word, and one more for each thing that would cost the machine or session."""
    word = " ".join([plain, *(_EXTRA_WORDS[each] for each in prepared.cautions if each in _EXTRA_WORDS)])
    # A held key types one letter again and again, as in port 22.
    return word if len(set(word)) > 1 else f"yes {word}"


def outcome_text(deed: Deed, outcome: Outcome) -> str:
    """Say in one sentence what became of an action."""
    asked = deed.asked
    is_signal = isinstance(asked, SignalAsked)
    signal = asked.signal.name if isinstance(asked, SignalAsked) else ""
    if outcome.result is Result.SENT:
        return f"{signal} was sent to {deed.subject}"
    protocol = 0 if isinstance(asked, SignalAsked) else asked.socket.protocol
    return _RESULTS[outcome.result].format(
        deed.subject,
        nothing="nothing was sent" if is_signal else "nothing was closed",
        signal=signal,
        wait=STILL_RUNNING_S,
        state="" if outcome.state is None else state_name(protocol, outcome.state),
        right="" if outcome.needs is None else _RIGHTS[outcome.needs],
        errno=os.strerror(outcome.errno),
    )


def _supervisor_text(supervisor: Supervisor | None) -> str:
    if supervisor is None:
        return "its parent starts it again"
    name = safe_text(supervisor.name)
    if supervisor.restarts:
        return f"{supervisor.kind} starts it again: {name}"
    if supervisor.kind is SupervisorKind.CONTAINER:
        return f"it runs in a container ({name}), whose engine may start it again"
    return f"{supervisor.kind} may start it again: {name}"
