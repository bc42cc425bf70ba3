"""What the program's source must not hold, as rules over its syntax tree; tests/test_architecture.py applies them.

Each rule carries examples that it must find and examples that it must let pass, so that none of them can go blind.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass

WRITING_MODE = re.compile(r"(?=.*[wax+])[rwxabt+]{1,4}")
MARKUP_WIDGETS = {"Static", "Label", "OptionList", "SelectionList"}
"""Widgets of Textual that read square brackets as markup unless they are told not to."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that must not be written."""

    name: str
    matches: Callable[[ast.AST], bool]
    guilty: tuple[str, ...]
    innocent: tuple[str, ...]
    files: str = "**/*.py"
    """Which files below monitor/ it holds for, as a glob."""
    except_in: tuple[str, ...] = ()
    """Those that may: the choke point itself, mostly one."""

    def lines(self, source: str) -> list[int]:
        """List the lines of a source that break the rule."""
        return [getattr(node, "lineno", 0) for node in ast.walk(ast.parse(source)) if self.matches(node)]


def _name(node: ast.AST) -> str:
    """Give "a.b.c" for such a chain; one that starts with another expression starts with the dot after it."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_name(node.value)}.{node.attr}"
    return ""


def _last_name(node: ast.AST) -> str:
    return _name(node).rpartition(".")[2]


def _imports(node: ast.AST) -> set[str]:
    """Give the full names that an import statement brings in, and the modules that it loads."""
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        return {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return set()


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def _is_constant(node: ast.AST | None, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def _signals_by_pid(node: ast.AST) -> bool:
    names = {"os.kill", "os.killpg"}
    return _name(node) in names or bool(_imports(node) & names)


def _sends_a_signal(node: ast.AST) -> bool:
    return _last_name(node) == "pidfd_send_signal" or "signal.pidfd_send_signal" in _imports(node)


def _destroys_a_socket(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "act":
        # NetlinkSocket.act() takes any order.
        return True
    names = {_last_name(node), *(name.rpartition(".")[2] for name in _imports(node))}
    return not names.isdisjoint({"SOCK_DESTROY", "exact_destruction"})


def _starts_a_shell(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    shell = _keyword(node, "shell")
    wants_shell = shell is not None and not _is_constant(shell, value=False)
    return wants_shell or _name(node.func) in {"os.system", "os.popen", "subprocess.getoutput"}


def _loads_foreign_objects(node: ast.AST) -> bool:
    return any(name.split(".")[0] in {"pickle", "marshal", "shelve", "dill"} for name in _imports(node))


def _runs_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and _name(node.func) in {"eval", "exec", "builtins.eval", "builtins.exec"}


def _writes_files(node: ast.AST) -> bool:
    if _last_name(node) in {"O_CREAT", "O_TRUNC"}:
        return True
    if not isinstance(node, ast.Call):
        return False
    if _last_name(node.func) in {"write_text", "write_bytes", "touch"}:
        return True
    if _last_name(node.func) != "open":
        return False
    modes = [argument for argument in (*node.args[:2], _keyword(node, "mode")) if isinstance(argument, ast.Constant)]
    return any(isinstance(mode.value, str) and WRITING_MODE.fullmatch(mode.value) for mode in modes)


def _escapes_markup(node: ast.AST) -> bool:
    if any(name.endswith("markup.escape") for name in _imports(node)):
        return True
    return isinstance(node, ast.Call) and _last_name(node.func) == "escape" and _name(node.func) != "re.escape"


def _notifies_with_markup(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and _last_name(node.func) == "notify"
        and not _is_constant(_keyword(node, "markup"), value=False)
    )


def _builds_with_markup(node: ast.AST) -> bool:
    """Find such a widget built, or a class derived from one whose own parts are built, with markup on."""
    if isinstance(node, ast.Call):
        return _last_name(node.func) in MARKUP_WIDGETS and not _is_constant(_keyword(node, "markup"), value=False)
    if isinstance(node, ast.ClassDef) and any(_last_name(base) in MARKUP_WIDGETS for base in node.bases):
        calls = [call for call in ast.walk(node) if isinstance(call, ast.Call) and _last_name(call.func) == "__init__"]
        return not any(_is_constant(_keyword(call, "markup"), value=False) for call in calls)
    return False


def _names_no_cookie(node: ast.AST) -> bool:
    if _name(node) == "Result.NO_COOKIE":
        # What is said where there is none.
        return False
    if any(re.search("no_?cookie", name, re.IGNORECASE) for name in (_last_name(node), *_imports(node))):
        return True
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Invert) or (
            isinstance(node.op, ast.USub) and _is_constant(node.operand, value=1)
        )
    if not isinstance(node, ast.Constant):
        return False
    if isinstance(node.value, bytes):
        return bool(node.value) and not node.value.strip(b"\xff")
    return isinstance(node.value, int) and node.value in {0xFFFF_FFFF, 0xFFFF_FFFF_FFFF_FFFF}


RULES = (
    Rule(
        "a process is signalled by its pidfd, never by a pid that may have been given to another",
        _signals_by_pid,
        guilty=("os.kill(pid, 9)", "os.killpg(1, 15)", "from os import kill", "end = os.kill"),
        innocent=("signal.pidfd_send_signal(fd, 9)", "process.kill()", "import os"),
    ),
    Rule(
        "signals are sent from one place",
        _sends_a_signal,
        guilty=("signal.pidfd_send_signal(fd, 9)", "from signal import pidfd_send_signal", "send = pidfd_send_signal"),
        innocent=("signal.signal(15, handler)", "os.pidfd_open(pid)"),
        # The other suspends the monitor itself.
        except_in=("kernel/process_signals.py", "ui/job_control.py"),
    ),
    Rule(
        "sockets are closed for others from one place",
        _destroys_a_socket,
        guilty=(
            "kernel.act(21, name)",
            "order = SOCK_DESTROY",
            "from monitor.kernel.socket_destroy import SOCK_DESTROY",
            "questions.exact_destruction(asked)",
        ),
        innocent=("sock.close()", "destroyed = 1"),
        except_in=("kernel/socket_destroy.py",),
    ),
    Rule(
        "no command line is read by a shell",
        _starts_a_shell,
        guilty=("subprocess.run(line, shell=True)", "Popen(line, shell=wanted)", "os.system(line)"),
        innocent=("subprocess.run(argv)", "subprocess.run(argv, shell=False)"),
    ),
    Rule(
        "no objects are made from foreign bytes",
        _loads_foreign_objects,
        guilty=("import pickle", "from pickle import loads", "import shelve as s"),
        innocent=("import msgspec", "from monitor.pickles import jar"),
    ),
    Rule(
        "no text is run as code",
        _runs_text,
        guilty=("eval(text)", "exec(text)"),
        innocent=("re.compile(text)", "cursor.exec(text)", "evaluate(text)"),
    ),
    Rule(
        "files are made by monitor.files alone",
        _writes_files,
        guilty=(
            'open(path, "w")',
            'open(path, mode="ab")',
            'path.open("x")',
            'path.open("r+b")',
            'path.write_text("")',
            "os.open(path, os.O_CREAT)",
        ),
        innocent=("open(path)", 'path.open("rb")', "os.open(path, os.O_RDONLY)", 'os.fdopen(pipe, "wb")'),
        except_in=("files.py",),
    ),
    Rule(
        "markup is switched off, never escaped",
        _escapes_markup,
        guilty=("from rich.markup import escape", "from textual.markup import escape as e", "markup.escape(text)"),
        innocent=("re.escape(text)", "self.action_escape()"),
    ),
    Rule(
        "a notification reads no markup",
        _notifies_with_markup,
        guilty=("self.notify(text)", "self.app.notify(text, markup=True)"),
        innocent=("self.notify(text, markup=False)",),
        files="ui/**/*.py",
    ),
    Rule(
        "a text widget reads no markup",
        _builds_with_markup,
        guilty=(
            "Static(text)",
            "widgets.Label(text, markup=True)",
            "class Bar(Static): pass",
            "class Bar(Static):\n def __init__(self): super().__init__(id='bar')",
        ),
        innocent=(
            "Static(text, markup=False)",
            "class Bar(Static):\n def __init__(self): super().__init__(markup=False)",
            "class Bar(Widget): pass",
        ),
        files="ui/**/*.py",
    ),
    Rule(
        "only an exact cookie is acted on",
        _names_no_cookie,
        guilty=("INET_DIAG_NOCOOKIE", "x = 0xFFFFFFFF", "x = b'\\xff' * 8", "x = ~0", "from m import NO_COOKIE", "-1"),
        innocent=("cookie = 7", "x = b''", "x = -2", "1", "Outcome(Result.NO_COOKIE)"),
        files="kernel/socket_destroy.py",
    ),
)
