"""fourtuple completion: a script that teaches a shell to complete the command line."""

from __future__ import annotations

import argparse

from monitor.cli.output import write_json, write_lines

SCHEMA = "fourtuple.completion/1"

_SHELLS = {
    "bash": 'eval "$(fourtuple completion bash)"  in ~/.bashrc',
    "zsh": "fourtuple completion zsh >~/.zfunc/_fourtuple  where ~/.zfunc is in fpath",
    "fish": "fourtuple completion fish >~/.config/fish/completions/fourtuple.fish",
}


def describe(parser: argparse.ArgumentParser) -> None:
    """Say what the command does, and add its options."""
    parser.description = (
        "Print a script that completes commands, options, filter fields and their values, columns, interfaces and "
        "users. It is made of the program's own tables."
    )
    parser.epilog = "; ".join(f"{shell}: {use}" for shell, use in _SHELLS.items())
    parser.add_argument("shell", choices=tuple(_SHELLS), help="for which shell")


def run(arguments: argparse.Namespace) -> int:
    """Print the script."""
    from monitor.cli.completion_scripts import SCRIPTS  # noqa: PLC0415 - it needs every command's options

    lines = SCRIPTS[arguments.shell]()
    if arguments.json:
        write_json({"schema": SCHEMA, "shell": arguments.shell, "script": "".join(f"{line}\n" for line in lines)})
    else:
        write_lines(lines)
    return 0
