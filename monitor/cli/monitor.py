"""Bare `fourtuple`: checks the terminal, starts the collector, then imports Textual and opens the monitor."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.cli.config import say_complaints
from monitor.cli.environment import shed_steering
from monitor.cli.main import AUTO_PERIOD
from monitor.cli.terminal_traits import Colours, colours_of, has_dark_ground, lacks_signs
from monitor.errors import InputError
from monitor.sampling.collectors import Collectors

if TYPE_CHECKING:
    from monitor.config.loading import Loaded

_TEXTUAL_DEFAULTS = {"TEXTUAL_FPS": "240", "TEXTUAL_ANIMATIONS": "none"}
"""Read by Textual when it is imported: a key waits for two frames at most, and nothing slides."""

_OBJECTS_BEFORE_SEARCH = 100_000
"""What start-up makes stays: searching it for garbage every 700 objects would take a tenth of the time."""


def run_monitor(arguments: argparse.Namespace) -> int:
    """Open the monitor and give its exit code."""
    if arguments.monitor_filter:
        from monitor.presentation.filter_parser import parse  # noqa: PLC0415 - most starts are without a filter

        parse(arguments.monitor_filter)
    _check_terminal()
    shed_steering()
    namespace = _enter(arguments)
    collectors = Collectors(is_read_only=arguments.read_only, netns=arguments.netns, namespace=namespace)
    if arguments.sudo:
        collectors.ask_for_rights()
    collectors.start_ahead()
    if arguments.read_only:
        from monitor.kernel.read_only import give_up_rights  # noqa: PLC0415 - most starts keep their rights

        # Not before: what can gain no rights cannot have sudo give them to another process either.
        give_up_rights()
    colours = _settle_colours()
    for name, value in _TEXTUAL_DEFAULTS.items():
        os.environ.setdefault(name, value)
    gc.set_threshold(_OBJECTS_BEFORE_SEARCH, *gc.get_threshold()[1:])
    try:
        configuration, complaints, written = _configuration(arguments)
        from monitor.ui.app import MonitorApp, Settings  # noqa: PLC0415 - after the collector was started
        from monitor.ui.life_cycle import run_app  # noqa: PLC0415 - as above
        from monitor.ui.themed_app import Look  # noqa: PLC0415 - as above

        # What imports made stays to the end.
        gc.freeze()
        settings = Settings(
            period_s=configuration.period,
            filter_text=configuration.filter,
            pid=arguments.monitor_pid,
            is_read_only=arguments.read_only,
            resolves=arguments.resolve,
            is_outside=arguments.netns is not None and namespace is None,
            look=Look(
                has_dark_ground(os.environ) if configuration.theme == "auto" else configuration.theme == "dark",
                has_sixteen_colours=colours is Colours.SIXTEEN,
                is_ascii=lacks_signs(os.environ) if configuration.ascii is None else configuration.ascii,
            ),
            configuration=configuration,
            written=written,
            complaints=complaints,
        )
        app = MonitorApp(collectors.open_source, settings, ask_for_rights=collectors.ask_for_rights)
        code = run_app(app, has_mouse=configuration.mouse, is_debugging=arguments.debug)
        if app.parting_words:
            say_complaints((app.parting_words,))
        return code
    finally:
        collectors.close()


def _enter(arguments: argparse.Namespace) -> int | None:
    """Be in the network namespace that was named, and give its inode; None where the monitor stays in its own.

    Collectors are started in it then, also once the monitor has given up the right to enter, or the word leads
    elsewhere; names are asked for and connections dialled from there.
    """
    # With sudo only the collector may enter.
    if arguments.netns is None or arguments.sudo:
        return None
    from monitor.kernel.namespaces import settle  # noqa: PLC0415 - most starts stay in their own

    return settle(arguments.netns)


def _configuration(arguments: argparse.Namespace) -> Loaded:
    """Give what the options and the files settle, and what in the files does not count; that is said here, too."""
    from monitor.config.loading import load  # noqa: PLC0415 - after the collector was started

    loaded = load(os.environ, arguments.config)
    say_complaints(loaded.complaints)
    named = {
        "filter": arguments.monitor_filter,
        "theme": arguments.theme,
        "ascii": arguments.ascii,
        "mouse": arguments.mouse,
    }
    options = {name: value for name, value in named.items() if value is not None}
    if arguments.period is not None:
        options["period"] = None if arguments.period == AUTO_PERIOD else arguments.period
    return loaded._replace(configuration=replace(loaded.configuration, **options))


def _check_terminal() -> None:
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout and sys.stdout.isatty()):
        raise InputError("the monitor needs a terminal; `fourtuple list` prints the sockets without one")
    if os.environ.get("TERM", "dumb") in {"", "dumb"}:
        raise InputError("the monitor needs a terminal that can move its cursor, TERM is dumb; see `fourtuple list`")


def _settle_colours() -> Colours:
    """Decide on the colours and tell Textual, which would decide otherwise: it asks no terminfo."""
    colours = colours_of(os.environ)
    if colours is Colours.NONE:
        os.environ["NO_COLOR"] = "1"
    else:
        os.environ.pop("NO_COLOR", None)
        os.environ.setdefault("TEXTUAL_COLOR_SYSTEM", colours.value)
    return colours
