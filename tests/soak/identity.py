"""python -m tests.soak.identity: pids and pairs that are used again between looking and acting, thousands of times.

Needs root. Prints how often each answer came, and how often another target than the chosen one was hit. The exit code
is 1 where that happened even once, or where a target that was still there was missed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import socket
import subprocess
import sys
from collections import Counter
from contextlib import closing

from monitor.kernel.actions import Actions
from monitor.model.action import Asked, Outcome, Prepared, Result
from tests.identity_lab import (
    NOBODY_ELSE,
    Child,
    carries_data,
    close_asked,
    connection_from,
    free_port,
    signal_asked,
)

FIRST_PID, PIDS = 300, 50
"""Pids that are used again and again."""
PREPARED_BEFORE = 0.5
"""Share of the rounds in which the target goes after it was prepared; in the others it goes before."""
CONTROL_EVERY = 20
"""One round in so many leaves the target where it is, and must hit it."""

_UNDER = {
    "pids": ("unshare", "--pid", "--fork", "--mount-proc"),
    "pairs": ("unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"),
}
"""What begins the command line of each kind."""


def reuse_pids(rounds: int) -> Counter[str]:
    """Give a pid to another process between looking and signalling; to be called as pid 1 of a namespace."""
    counts: Counter[str] = Counter()
    with closing(Actions()) as actions:
        for number in range(rounds):
            if number % CONTROL_EVERY == 0:
                _hit_process(actions, counts)
            pid = FIRST_PID + number % PIDS
            victim = Child.start_as(pid, is_deaf=True)
            seen = victim.read()
            answer = _prepared_before(actions, signal_asked(seen))
            victim.end()
            bystander = Child.start_as(pid, is_deaf=True)
            outcome = _outcome(actions, signal_asked(seen), answer)
            counts[outcome.result] += 1
            counts["same start time"] += bystander.read().start_time == seen.start_time
            counts["wrong target"] += bystander.was_sent_term()
            bystander.end()
    return counts


def reuse_pairs(rounds: int) -> Counter[str]:
    """Give a pair of endpoints to another connection between looking and closing, in this network namespace."""
    counts: Counter[str] = Counter()
    port = free_port()
    with closing(Actions()) as actions, socket.create_server(("127.0.0.1", 0)) as listener:
        for number in range(rounds):
            if number % CONTROL_EVERY == 0:
                with connection_from(port, listener) as (client, accepted):
                    closed = _outcome(actions, close_asked(client), None).result is Result.CLOSED
                    counts["control missed"] += not closed or carries_data(client, accepted)
                    counts["control hit"] += closed
            with connection_from(port, listener) as (client, _):
                asked = close_asked(client)
                answer = _prepared_before(actions, asked)
            with connection_from(port, listener) as (client, accepted):
                counts["same pair"] += close_asked(client).socket.local == asked.socket.local
                counts[_outcome(actions, asked, answer).result] += 1
                counts["wrong target"] += not carries_data(client, accepted)
    return counts


def _hit_process(actions: Actions, counts: Counter[str]) -> None:
    """Signal a process that is there."""
    target = Child.start(is_deaf=True)
    outcome = _outcome(actions, signal_asked(target.read()), None)
    hit = outcome.result is Result.SENT and target.was_sent_term()
    counts["control hit" if hit else "control missed"] += 1
    target.end()


def _prepared_before(actions: Actions, asked: Asked) -> Prepared | None:
    """Prepare in some of the rounds."""
    if random.random() >= PREPARED_BEFORE:
        return None
    answer = actions.prepare(asked, NOBODY_ELSE)
    assert isinstance(answer, Prepared), answer
    return answer


def _outcome(actions: Actions, asked: Asked, prepared: Prepared | None) -> Outcome:
    """Act, after preparing where that was not done before."""
    answer = prepared or actions.prepare(asked, NOBODY_ELSE)
    return actions.confirm(answer.token) if isinstance(answer, Prepared) else answer


def main() -> int:
    """Run both, and tell."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.identity", description=__doc__)
    parser.add_argument("kind", nargs="?", choices=tuple(_UNDER), help="without it each, in namespaces of its own")
    parser.add_argument("--rounds", type=int, default=10_000, help="of each kind (default: %(default)s)")
    arguments = parser.parse_args()
    if os.geteuid() != 0:
        parser.error("needs root, for namespaces")
    if arguments.kind is None:
        command = [sys.executable, "-m", "tests.soak.identity", "--rounds", str(arguments.rounds)]
        return max(subprocess.run([*under, *command, kind], check=False).returncode for kind, under in _UNDER.items())
    counts = (reuse_pids if arguments.kind == "pids" else reuse_pairs)(arguments.rounds)
    print(arguments.kind, json.dumps(counts, indent=2, sort_keys=True))
    return int(bool(counts["wrong target"] or counts["control missed"]))


if __name__ == "__main__":
    sys.exit(main())
