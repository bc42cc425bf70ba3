"""Asking for more rights from inside: the terminal is another program's meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import App

from monitor.errors import MonitorError

_WHY = "\nfourtuple asks sudo, to see the owners of all sockets. Only what reads them gets the rights.\n"


def refusal_on_terminal(app: App[Any], ask: Callable[[], None]) -> str | None:
    """Hand the terminal over while something asks the user there.

    Args:
        app: The running app; it stands still meanwhile, samples are read on.
        ask: Asks; raises MonitorError where the answer is no.

    Returns:
        The refusal as a sentence, None where there is none.
    """
    refusal: str | None = None
    with app.suspend():
        print(_WHY, flush=True)  # noqa: T201 - the terminal is the shell's for now
        try:
            ask()
        except MonitorError as error:
            refusal = str(error)
    return refusal
