import subprocess

import pytest

from monitor.cli.command_table import command_table
from monitor.cli.completion_scripts import SCRIPTS
from monitor.cli.completion_words import filter_words
from monitor.cli.main import COMMANDS
from tests.cli.running import fourtuple
from tests.terminal import Terminal

CASES = [
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
]
"""What is typed, and what the last word may become."""


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


@pytest.mark.parametrize(("words", "offered"), CASES)
def test_bash_completes(words, offered):
    assert completed(*words) == offered


def test_fish_completes(program, tmp_path):
    script = tmp_path / "fourtuple.fish"
    script.write_text("\n".join(SCRIPTS["fish"]()))
    lines = [" ".join(words) for words, _ in CASES]
    asked = "".join(f"; complete -C '{line}'; echo ==" for line in lines)
    done = subprocess.run(
        [program("fish"), "--no-config", "-c", f"source {script}{asked}"],
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    answers = [{line.split("\t")[0] for line in part.splitlines()} - {""} for part in done.stdout.split("==\n")[:-1]]
    assert done.stderr == ""
    for (words, offered), answer in zip(CASES, answers, strict=True):
        assert answer == offered, words


def test_zsh_completes(program, tmp_path):
    (tmp_path / "_fourtuple").write_text("".join(f"{line}\n" for line in SCRIPTS["zsh"]()))
    prepare = f"PS1='ready%% '; fpath=({tmp_path} $fpath); autoload -U compinit; compinit -u -D; clear"
    with Terminal([program("zsh"), "-f", "-i"], size=(120, 30), env={"HOME": str(tmp_path)}) as terminal:
        terminal.write(f"{prepare}\r".encode())
        terminal.wait_for(lambda text: text.strip() == "ready%")
        for words, offered in CASES:
            terminal.write(f"\x15{' '.join(words)}\t".encode())
            if len(offered) == 1:
                wanted = f"ready% {' '.join(words[:-1])} {min(offered)} "
                # What stands behind it is an empty line once more: the word is complete.
                terminal.write(b".")
                terminal.wait_for(f"{wanted}.")
            else:
                terminal.write(b"\x04")
                terminal.wait_for(lambda text, offered=offered: offered <= set(text.split()))


def test_the_command_prints_the_script():
    done = fourtuple("completion", "fish")
    assert (done.returncode, done.stdout) == (0, "".join(f"{line}\n" for line in SCRIPTS["fish"]()))
