"""What the command line takes, read out of its own argument parsers: completion and manual are made of it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

from monitor.cli.main import make_whole_parser

NEGATION = "--no-"


@dataclass(frozen=True, slots=True)
class Option:
    """An option, or an argument without a name."""

    names: tuple[str, ...]
    """As they are typed; none for an argument."""
    metavar: str
    """Stands for its value; empty where it takes none."""
    choices: tuple[str, ...]
    """All values, where they are few."""
    help: str
    is_optional: bool = True


@dataclass(frozen=True, slots=True)
class Command:
    """A command, or the program without one."""

    name: str
    """Empty for the program."""
    summary: str
    description: str
    epilog: str
    options: tuple[Option, ...]
    arguments: tuple[Option, ...]


def command_table() -> tuple[Command, ...]:
    """Give the program, and after it its commands in their order."""
    parser = make_whole_parser()
    (commands,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))  # noqa: SLF001 - argparse tells it nowhere else
    summaries = {choice.dest: choice.help or "" for choice in commands._choices_actions}  # noqa: SLF001 - as above
    return (
        _command("", parser, parser.description or ""),
        *(_command(name, made, summaries[name]) for name, made in commands.choices.items()),
    )


def _command(name: str, parser: argparse.ArgumentParser, summary: str) -> Command:
    options = tuple(_options(parser))
    return Command(
        name,
        _plain(summary),
        _plain(parser.description),
        _plain(parser.epilog),
        tuple(option for option in options if option.names),
        tuple(option for option in options if not option.names),
    )


def _options(parser: argparse.ArgumentParser) -> Iterator[Option]:
    for action in parser._actions:  # noqa: SLF001 - as above
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - as above
            continue
        takes_value = action.nargs != 0
        metavar = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
        choices = tuple(map(str, action.choices or ()))
        yield Option(
            tuple(action.option_strings),
            metavar if takes_value and not choices else "|".join(choices) if takes_value else "",
            choices,
            _plain(action.help),
            is_optional=bool(action.option_strings) or action.nargs in {"*", "?"},
        )


def _plain(text: str | None) -> str:
    """Undo what argparse wants doubled."""
    return (text or "").replace("%%", "%")
