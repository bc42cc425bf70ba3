"""The command line: which command, what went wrong in one sentence, and the exit code.

0  done, also when the answer is "nobody" or "no way"
1  could not do it
2  wrong arguments

doctor has its own: 1 is trouble found, and 3 that it could not look.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NoReturn

from monitor import __version__
from monitor.cli.output import discard, flush
from monitor.errors import InputError, MonitorError

EXIT_DONE = 0
EXIT_FAILED = 1
EXIT_USAGE = 2

COMMANDS = {
    "list": "list every socket of this machine once",
    "watch": "a line for each socket that is opened, closed or changed",
    "route": "which way to a remote endpoint, from which local address, and why",
    "bind": "can I have this port, and if not, who is in the way",
    "demux": "which socket gets a segment, and why",
    "process": "one process and its sockets",
    "doctor": "what is wrong, since when, and whose side it is on",
    "completion": "a script that completes this command line in bash, zsh or fish",
    "config": "the default configuration of the monitor, commented; with --json what holds now",
}
"""Each command's module is monitor.cli.NAME; only the one that is asked for is imported."""
_READ_ONLY = "offer no actions, and give up every capability but those for reading (SYS_PTRACE, DAC_READ_SEARCH)"
_NETNS = (
    "look at this network namespace: a name as `ip netns` lists it, or the pid of a process that is in it (yours); "
    "all: at every one, with list"
)
_NETNS_VALUE = "NAME|PID|all"
_MONITOR_OPTIONS = {
    "-f": "monitor_filter",
    "--pid": "monitor_pid",
    "--period": "period",
    "--theme": "theme",
    "--ascii, --no-ascii": "ascii",
    "--mouse, --no-mouse": "mouse",
    "--sudo": "sudo",
    "--resolve": "resolve",
    "--config": "config",
}
"""By option: the name of its value."""
AUTO_PERIOD = "auto"


class OneLineParser(argparse.ArgumentParser):
    """Reports a mistake as InputError; main says it in one line."""

    def error(self, message: str) -> NoReturn:
        """Raise the mistake."""
        raise InputError(f"{message} (see {self.prog} --help)")


def make_parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """Make the parser; of the commands only those named in the arguments get their options."""
    # An option's value or a word of a filter may be called like a command too.
    return _make_parser(COMMANDS.keys() & set(arguments))


def make_whole_parser() -> argparse.ArgumentParser:
    """Make the parser with the options of every command, which imports all of them."""
    return _make_parser(set(COMMANDS))


def _make_parser(described: Collection[str | None]) -> argparse.ArgumentParser:
    """Make the parser; the commands that are named get their options."""
    parser = OneLineParser(
        prog="fourtuple",
        description="Show every TCP and UDP socket of this machine as what it is, one side of a pair of endpoints. "
        "Without a command: the live monitor.",
        epilog="In the monitor, ? shows all keys. Exit codes: 0 done, 1 could not do it, 2 wrong arguments.",
    )
    parser.add_argument("--version", action="version", version=f"fourtuple {__version__}")
    parser.add_argument("--debug", action="store_true", help="show a traceback where an error ends the program")
    parser.add_argument("--read-only", action="store_true", help=_READ_ONLY)
    parser.add_argument("--netns", metavar=_NETNS_VALUE, help=_NETNS)
    parser.set_defaults(failed=EXIT_FAILED)
    _add_monitor_options(parser)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=OneLineParser)
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary)
        if name in described:
            module = importlib.import_module(f"monitor.cli.{name}")
            module.describe(command)
            command.add_argument("--json", action="store_true", help="print one JSON document")
            # Without a default of its own, which would undo the option before the command.
            command.add_argument("--read-only", action="store_true", default=argparse.SUPPRESS, help=_READ_ONLY)
            command.add_argument("--netns", metavar=_NETNS_VALUE, default=argparse.SUPPRESS, help=_NETNS)
            command.set_defaults(run=module.run)
    return parser


def _add_monitor_options(parser: argparse.ArgumentParser) -> None:
    monitor = parser.add_argument_group("the monitor")
    monitor.add_argument("-f", "--filter", dest="monitor_filter", metavar="FILTER", help="start with this filter")
    monitor.add_argument(
        "--pid", dest="monitor_pid", type=_pid, metavar="N", help="start on the screen of this process"
    )
    monitor.add_argument(
        "--period",
        type=_period,
        metavar="SECONDS",
        help="time between two samples, 0.1 to 3600; auto: at least 1, and so long that they take no more than a tenth "
        "of a processor (auto)",
    )
    monitor.add_argument(
        "--theme",
        choices=("auto", "dark", "light"),
        help="colours for a dark or a light ground; auto asks the terminal (auto)",
    )
    switch = argparse.BooleanOptionalAction
    monitor.add_argument("--ascii", action=switch, help="use no signs beyond ASCII (as the terminal needs)")
    monitor.add_argument("--mouse", action=switch, help="take the mouse, or leave it to the terminal (take it)")
    monitor.add_argument(
        "--config",
        type=Path,
        metavar="PATH",
        help="read this file instead of ~/.config/fourtuple/config.toml; the options above win over it. "
        "`fourtuple config` prints a commented default",
    )
    monitor.add_argument(
        "--resolve",
        action="store_true",
        help="ask this machine's resolver for the names of the addresses on screen, as R does; may reach the network",
    )
    monitor.add_argument(
        "--sudo", action="store_true", help="read the sockets with root's rights; the screen keeps your own"
    )


def _period(text: str) -> float | str:
    if text == AUTO_PERIOD:
        return text
    try:
        seconds = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds") from None
    if not 0.1 <= seconds <= 3600:  # noqa: PLR2004 - as the help says; nan is neither
        raise argparse.ArgumentTypeError(f"{text} is not between 0.1 and 3600 seconds")
    return seconds


def _pid(text: str) -> int:
    from monitor.model.process import parse_pid  # noqa: PLC0415 - most starts name no process

    return parse_pid(text)


def run(arguments: Sequence[str]) -> int:
    """Run one command line and give the exit code; errors become one sentence on standard error."""
    is_debugging, failed = "--debug" in arguments, EXIT_FAILED
    try:
        parser = make_parser(arguments)
        parsed = _parse(parser, arguments)
        if parsed.command:
            _refuse_monitor_options(parser, parsed)
        failed = parsed.failed
        code = _dispatch(parsed)
    except BrokenPipeError:
        discard()
        return EXIT_DONE
    except KeyboardInterrupt:
        return 130
    except InputError as error:
        return _say(error, EXIT_USAGE, is_debugging=is_debugging)
    except MonitorError as error:
        return _say(error, failed, is_debugging=is_debugging)
    return code


def _parse(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> argparse.Namespace:
    try:
        return parser.parse_args(arguments)
    except SystemExit:
        # What --help and --version print must fail here where nobody reads it, and not when the interpreter ends.
        flush()
        raise


def _dispatch(parsed: argparse.Namespace) -> int:
    if sys.platform != "linux":
        raise MonitorError("fourtuple runs on Linux only: it asks Linux's own netlink")
    looks_everywhere = parsed.netns is not None and _looks_everywhere(parsed)
    if parsed.command:
        if parsed.netns is not None and not looks_everywhere:
            from monitor.kernel.namespaces import settle  # noqa: PLC0415 - most starts stay in their own

            # Before anything is opened, and before the rights to do so are given up.
            settle(parsed.netns)
        if parsed.read_only:
            from monitor.kernel.read_only import give_up_all_rights  # noqa: PLC0415 - most starts keep their rights

            give_up_all_rights("monitor", sys.argv[1:])
        code: int = parsed.run(parsed)
        flush()
        return code
    from monitor.cli.monitor import run_monitor  # noqa: PLC0415 - headless commands start without it

    return run_monitor(parsed)


def _looks_everywhere(parsed: argparse.Namespace) -> bool:
    """Whether all network namespaces are asked for; raises InputError where that cannot be."""
    from monitor.model.namespace import EVERY_NAMESPACE  # noqa: PLC0415 - most starts name none

    if parsed.netns != EVERY_NAMESPACE:
        return False
    if parsed.read_only:
        raise InputError(
            "--netns all and --read-only exclude each other: to enter one namespace after another takes CAP_SYS_ADMIN, "
            "which --read-only gives up before anything is read"
        )
    if parsed.command != "list":
        what = f"`fourtuple {parsed.command}`" if parsed.command else "the monitor"
        raise InputError(
            f"{what} looks into one network namespace: name it, or a process in it, with --netns; "
            "`fourtuple list --netns all` lists the sockets of all"
        )
    return True


def _refuse_monitor_options(parser: argparse.ArgumentParser, parsed: argparse.Namespace) -> None:
    """Refuse what only the monitor heeds: it must not look as if the command had done it."""
    for option, name in _MONITOR_OPTIONS.items():
        if getattr(parsed, name) != parser.get_default(name) and name != parsed.command:
            raise InputError(f"{option} is an option of the monitor and not of {parsed.command}")


def _say(error: MonitorError, code: int, *, is_debugging: bool) -> int:
    if is_debugging and not isinstance(error, InputError):
        raise error
    sys.stderr.write(f"fourtuple: {error}\n")
    return code
