"""The manual page fourtuple.1, made of the tables of the command line, of the filter and of the keys.

python -m monitor.cli.manual >monitor/fourtuple.1
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from monitor import __version__
from monitor.cli.command_table import Command, Option, command_table
from monitor.presentation.filter_fields import FIELDS
from monitor.presentation.filter_words import WORDS

_SYNTAX = (
    "Words are searched for in endpoints, states, processes, users, interfaces, units and containers. Addresses, "
    "networks (10.0.0.0/8), ports (:443, :8000-8999), endpoints (192.0.2.10:443, [::1]:80), states (estab, listen) and "
    "protocols (tcp, udp) mean themselves; quotes search for any text.",
    "Conditions stand one after another, or are joined by and (&), or (|), not (!) and brackets; and binds closer than "
    "or. After a field may stand = (:, eq), != (ne), > (gt), >= (ge), < (lt), <= (le), ~ or !~; without one it is "
    "equality. A value with * or ? is a pattern, and ~ looks for a part.",
    "The syntax of ss(8) is understood as well. As there, state and exclude at the beginning hold for the whole line.",
    "What is not known of a socket never matches, not even under not.",
)
_FILES = (
    ("~/.config/fourtuple/config.toml", "the configuration; `fourtuple config` prints a commented default"),
    ("~/.local/state/fourtuple/state.toml", "what S in the chooser or remember = true has kept; delete it to forget"),
    ("/proc, sock_diag(7), rtnetlink(7)", "where everything is read from"),
)
_ENVIRONMENT = (
    ("NO_COLOR", "show no colours"),
    ("TERM, COLORTERM, COLORFGBG", "which colours the terminal has, and whether its ground is dark"),
)


def manual() -> Iterator[str]:
    """Make the lines of the page."""
    program, *commands = command_table()
    yield f'.TH FOURTUPLE 1 "" "fourtuple {__version__}" "User Commands"'
    yield ".SH NAME"
    yield r"fourtuple \- every TCP and UDP socket of this machine as one side of a pair of endpoints"
    yield ".SH SYNOPSIS"
    yield r".B fourtuple"
    yield f"[{_bold('OPTIONS')}]"
    for command in commands:
        yield ".br"
        yield f"{_bold('fourtuple ' + command.name)} [OPTIONS]{''.join(map(_argument, command.arguments))}"
    yield ".SH DESCRIPTION"
    yield _escaped(f"{program.description} {program.epilog}")
    yield ".SH OPTIONS"
    yield from _options(program.options)
    yield ".SH COMMANDS"
    for command in commands:
        yield f".SS {_escaped(command.name)}"
        yield from _about(command)
    yield ".SH FILTER"
    yield from _paragraphs(_SYNTAX)
    yield from _tagged((field.example, field.help) for field in FIELDS.values())
    yield from _tagged((word, meaning) for word, (_, meaning) in WORDS.items())
    yield ".SH KEYS"
    yield from _tagged(_keys())
    yield ".SH ENVIRONMENT"
    yield from _tagged(_ENVIRONMENT)
    yield ".SH FILES"
    yield from _tagged(_FILES)
    yield ".SH SEE ALSO"
    yield ".BR ss (8),\n.BR ip (8),\n.BR sock_diag (7),\n.BR rtnetlink (7)"


def _about(command: Command) -> Iterator[str]:
    yield _escaped(command.description or command.summary)
    yield from _options([*(argument for argument in command.arguments if argument.help), *command.options])
    if command.epilog:
        yield ".PP"
        yield _escaped(command.epilog)


def _options(options: Iterable[Option]) -> Iterator[str]:
    for option in options:
        yield ".TP"
        names = ", ".join(map(_bold, option.names))
        yield " ".join(part for part in (names, _escaped(option.metavar)) if part)
        yield _escaped(option.help)


def _argument(option: Option) -> str:
    name = _escaped(option.metavar)
    return f" [{name}]" if option.is_optional else f" {name}"


def _keys() -> Iterator[tuple[str, str]]:
    """Give every key with what it does where, keys with one meaning in several places once."""
    from monitor.ui.keys import KEYS  # noqa: PLC0415 - it brings Textual, which no command may

    return iter(dict.fromkeys((key.shown, key.help) for key in KEYS))


def _paragraphs(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield ".PP"
        yield _escaped(text)


def _tagged(entries: Iterable[tuple[str, str]]) -> Iterator[str]:
    for tag, text in entries:
        yield ".TP"
        yield _bold(tag)
        yield _escaped(text)


def _bold(text: str) -> str:
    return rf"\fB{_escaped(text)}\fR"


def _escaped(text: str) -> str:
    """Write a text so that roff takes none of it for a request."""
    safe = (
        text.replace("\\", r"\e").replace("-", r"\-").replace("~", r"\(ti").replace("`", r"\(ga").replace("^", r"\(ha")
    )
    return r"\&" + safe if safe.startswith((".", "'")) else safe


if __name__ == "__main__":
    sys.stdout.write("".join(f"{line}\n" for line in manual()))
