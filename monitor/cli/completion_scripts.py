"""Completion scripts for bash, zsh and fish.

Names of interfaces are a stranger's: no script lets its shell expand one.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator

from monitor.cli.command_table import Command, command_table
from monitor.cli.completion_words import (
    Source,
    Value,
    argument_words,
    field_values,
    filter_words,
    option_values,
    takes_filter,
)


def bash_script() -> Iterator[str]:
    """Make the script for bash."""
    program, *commands = command_table()
    yield "# bash completion for fourtuple"
    yield "_fourtuple_interfaces() {"
    yield "    local name"
    yield "    for name in /sys/class/net/*; do"
    yield '        name=${name##*/}; [[ $name == "$1"* ]] && COMPREPLY+=("$(printf %q "$name")")'
    yield "    done"
    yield "}"
    yield "_fourtuple() {"
    yield '    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command="" word'
    yield "    COMPREPLY=()"
    yield '    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do'
    yield f"        case $word in {_either(commands)}) command=$word; break ;; esac"
    yield "    done"
    yield "    case $command:$prev in"
    yield from (f"        {line}" for line in _bash_values(program, commands))
    yield "    esac"
    yield "    case $command in"
    for command in commands:
        words = _words(command)
        yield f'        {command.name}) COMPREPLY=($(compgen -W {_quoted(words)} -- "$cur")) ;;'
    yield f'        *) COMPREPLY=($(compgen -W {_quoted([*_words(program), *_names(commands)])} -- "$cur")) ;;'
    yield "    esac"
    yield "}"
    yield "complete -F _fourtuple fourtuple"


def _bash_values(program: Command, commands: Iterable[Command]) -> Iterator[str]:
    completed: dict[Source, Callable[[Value], str]] = {
        Source.LIST: lambda value: f'COMPREPLY=($(compgen -W {_quoted(value.words)} -- "$cur"))',
        Source.INTERFACES: lambda _: '_fourtuple_interfaces "$cur"',
        Source.USERS: lambda _: 'COMPREPLY=($(compgen -u -- "$cur"))',
        Source.FILES: lambda _: 'COMPREPLY=($(compgen -f -- "$cur"))',
    }
    for pattern, value in _cases(program, commands):
        yield f"{pattern}) {completed[value.source](value)}; return ;;"


def zsh_script() -> Iterator[str]:
    """Make the script for zsh, as a file of fpath."""
    program, *commands = command_table()
    completed: dict[Source, Callable[[Value], str]] = {
        Source.LIST: lambda value: f"compadd -- {' '.join(map(shlex.quote, value.words))}",
        Source.INTERFACES: lambda _: "compadd -- /sys/class/net/*(:t)",
        Source.USERS: lambda _: "_users",
        Source.FILES: lambda _: "_files",
    }
    yield "#compdef fourtuple"
    yield 'local command="" word previous=${words[CURRENT-1]}'
    yield "local -a described"
    yield "for word in ${words[2,CURRENT-1]}; do"
    yield f"    case $word in ({_either(commands)}) command=$word; break ;; esac"
    yield "done"
    yield "case $command:$previous in"
    for pattern, value in _cases(program, commands):
        yield f"    ({pattern}) {completed[value.source](value)}; return ;;"
    yield "esac"
    yield "case $command in"
    for command in [*commands, program]:
        described = _described(command) if command.name else {**_described(command), **_summaries(commands)}
        texts = (f"{word.replace(':', chr(92) + ':')}:{text}" for word, text in described.items())
        yield f"    ({command.name or '*'}) described=({' '.join(map(shlex.quote, texts))}) ;;"
    yield "esac"
    yield "_describe fourtuple described"


def fish_script() -> Iterator[str]:
    """Make the script for fish."""
    program, *commands = command_table()
    completed: dict[Source, Callable[[Value], str]] = {
        Source.LIST: lambda value: f"-f -a {_quoted(value.words)}",
        Source.INTERFACES: lambda _: "-f -a '(path basename /sys/class/net/*)'",
        Source.USERS: lambda _: "-f -a '(__fish_complete_users)'",
        Source.FILES: lambda _: "-F",
    }
    names = " ".join(_names(commands))
    outside = f"not __fish_seen_subcommand_from {names}"
    yield "complete -c fourtuple -f"
    for command in commands:
        yield f"complete -c fourtuple -n '{outside}' -a {command.name} -d {_fish(command.summary)}"
    for command in (program, *commands):
        place = f"__fish_seen_subcommand_from {command.name}" if command.name else outside
        values = {name: value for value in option_values(command) for name in value.before}
        for option in command.options:
            told = [f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names]
            known = next((completed[values[name].source](values[name]) for name in option.names if name in values), "")
            takes = f" -r {known or '-f'}" if option.metavar else ""
            yield f"complete -c fourtuple -n '{place}' {' '.join(told)}{takes} -d {_fish(option.help)}"
        for word in argument_words(command):
            yield f"complete -c fourtuple -n '{place}' -a {word}"
    filtering = f"__fish_seen_subcommand_from {' '.join(command.name for command in commands if takes_filter(command))}"
    # Where a field's own values are few, only they may follow it.
    fields = " ".join(word for value in field_values() for word in value.before)
    beginning = f"{filtering}; and not contains -- (commandline -opc)[-1] {fields}"
    for word, meaning in filter_words().items():
        yield f"complete -c fourtuple -n '{beginning}' -a {word} -d {_fish(meaning)}"
    for value in field_values():
        after = f"{filtering}; and contains -- (commandline -opc)[-1] {' '.join(value.before)}"
        yield f"complete -c fourtuple -n '{after}' {completed[value.source](value)}"


def _cases(program: Command, commands: Iterable[Command]) -> Iterator[tuple[str, Value]]:
    """Give what may follow a word, each with a pattern of the shells for the command and that word."""
    for command in commands:
        for value in (*option_values(command), *(field_values() if takes_filter(command) else ())):
            yield "|".join(f"{command.name}:{word}" for word in value.before), value
    for value in option_values(program):
        yield "|".join(f":{word}" for word in value.before), value


def _words(command: Command) -> list[str]:
    return list(_described(command))


def _described(command: Command) -> dict[str, str]:
    """Give what may stand anywhere in a command, each with what it means."""
    options = {name: option.help for option in command.options for name in option.names}
    filters = filter_words() if takes_filter(command) else {}
    return {**options, **dict.fromkeys(argument_words(command), ""), **filters}


def _names(commands: Iterable[Command]) -> list[str]:
    return [command.name for command in commands]


def _summaries(commands: Iterable[Command]) -> dict[str, str]:
    return {command.name: command.summary for command in commands}


def _either(commands: Iterable[Command]) -> str:
    return "|".join(_names(commands))


def _quoted(words: Iterable[str]) -> str:
    return shlex.quote(" ".join(words))


def _fish(text: str) -> str:
    """Quote for fish, whose single quotes know two escapes."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


SCRIPTS: dict[str, Callable[[], Iterator[str]]] = {"bash": bash_script, "zsh": zsh_script, "fish": fish_script}
"""By shell."""
