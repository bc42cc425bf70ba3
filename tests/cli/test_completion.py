import subprocess

import pytest

from monitor.cli.command_table import command_table
from monitor.cli.completion_scripts import SCRIPTS
from monitor.cli.completion_words import filter_words
from monitor.cli.main import COMMANDS
from tests.cli.running import fourtuple


def completed(*words):
    """Ask bash what the script offers for the last word."""
    program = "\n".join(
        [
            *SCRIPTS["bash"](),
            f"COMP_WORDS=({' '.join(map(repr, words))})",
            f"COMP_CWORD={len(words) - 1}",
            "_fourtuple",
            r'printf "%s\n" "${COMPREPLY[@]}"',
        ]
    )
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("shell", SCRIPTS)
def test_a_script_offers_every_command_option_and_filter_word(shell):
    script = "\n".join(SCRIPTS[shell]())
    program, *commands = command_table()
    assert [command.name for command in commands] == list(COMMANDS)
    for command in (program, *commands):
        for name in (name for option in command.options for name in option.names):
            spelt = name if shell != "fish" else f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}"
            assert spelt in script
    assert all(word in script for word in filter_words())


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("fourtuple", "li"), {"list"}),
        (("fourtuple", "--th"), {"--theme"}),
        (("fourtuple", "--theme", "d"), {"dark"}),
        (("fourtuple", "list", "retr"), {"retrans"}),
        (("fourtuple", "list", "state", "synch"), {"synchronized"}),
        (("fourtuple", "list", "reach", ""), {"lo", "net", "all"}),
        (("fourtuple", "list", "--sort", "recei"), {"receive", "received"}),
        (("fourtuple", "route", "--dev", "lo"), {"lo"}),
        (("fourtuple", "list", "user", "root"), {"root"}),
        (("fourtuple", "completion", "z"), {"zsh"}),
    ],
)
def test_bash_completes(words, offered):
    assert completed(*words) == offered


def test_the_command_prints_the_script():
    done = fourtuple("completion", "fish")
    assert (done.returncode, done.stdout) == (0, "".join(f"{line}\n" for line in SCRIPTS["fish"]()))
