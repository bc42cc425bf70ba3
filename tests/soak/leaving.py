"""python -m tests.soak.leaving: every way of leaving from every place, and whether the terminal is as it was.

The exit code is 1 where it was not even once, or where the exit code of the program or its collector was wrong.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack

from tests import servers
from tests.living import PATIENCE_S, all_gone, assert_restored, monitor
from tests.terminal import Terminal
from tests.test_terminal_life import FAILURES

PLACES = {
    "the main screen": ([], "Connections"),
    "a connection": (["enter"], "Identity"),
    "a process": (["p"], "[Sockets"),
    "help": (["?"], "next row"),
    "the palette": ([":"], "Search for commands"),
    "the filter": (["/"], " / "),
    "who gets it": (["d"], "exact pair"),
}
"""Keys that lead there from a row, and what then stands on the screen."""

Way = Callable[[Terminal], None]
WAYS: dict[str, tuple[Way, int]] = {
    "ctrl+c": (lambda terminal: terminal.press("ctrl+c"), 0),
    "SIGTERM": (lambda terminal: terminal.send_signal(signal.SIGTERM), 143),
    "SIGHUP": (lambda terminal: terminal.send_signal(signal.SIGHUP), 129),
    "SIGINT": (lambda terminal: terminal.send_signal(signal.SIGINT), 130),
    "SIGQUIT": (lambda terminal: terminal.send_signal(signal.SIGQUIT), 131),
    "stopped, continued, SIGTERM": (
        lambda terminal: [terminal.send_signal(number) for number in (signal.SIGSTOP, signal.SIGCONT, signal.SIGTERM)],
        143,
    ),
    # Python looks at signals that came together by their numbers.
    "SIGINT and SIGTERM": (
        lambda terminal: [terminal.send_signal(number) for number in (signal.SIGINT, signal.SIGTERM)],
        130,
    ),
}
"""What ends the monitor, and its exit code."""


def leave(place: str, way: str) -> str:
    """Go to a place, leave by a way; say what was wrong, or nothing."""
    keys, shown = PLACES[place]
    end, code = WAYS[way]
    with ExitStack() as stack:
        scene = stack.enter_context(servers.service())
        terminal = stack.enter_context(monitor("-f", f":{scene.listener.port}", size=(100, 30)))
        terminal.wait_for("ESTAB", PATIENCE_S)
        terminal.press(*keys)
        terminal.wait_for(shown, PATIENCE_S)
        return _ended(terminal, end, code)


def fail(planted: str) -> str:
    """End by an error of the monitor's own."""
    with monitor(planted=planted) as terminal:
        try:
            assert terminal.exit_code(PATIENCE_S) == 1
            assert_restored(terminal)
        except AssertionError as error:
            return str(error)
    return ""


def _ended(terminal: Terminal, end: Way, code: int) -> str:
    try:
        with all_gone(terminal):
            end(terminal)
            found = terminal.exit_code(PATIENCE_S)
        assert found == code, f"exit code {found} and not {code}"
        assert_restored(terminal)
    except AssertionError as error:
        return str(error)
    return ""


def main() -> int:
    """Leave by every way from every place, some times over."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.leaving")
    parser.add_argument("--rounds", type=int, default=3)
    counts: Counter[str] = Counter()
    for _ in range(parser.parse_args().rounds):
        for place in PLACES:
            for way in WAYS:
                wrong = leave(place, way)
                counts["wrong" if wrong else "restored"] += 1
                if wrong:
                    print(f"{way} from {place}: {wrong}")
        for name, planted in FAILURES.items():
            wrong = fail(planted)
            counts["wrong" if wrong else "restored"] += 1
            if wrong:
                print(f"an error in {name}: {wrong}")
    print(f"{counts['restored']} of {counts.total()} restored")
    return int(counts["wrong"] > 0)


if __name__ == "__main__":
    sys.exit(main())
