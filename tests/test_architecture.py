"""The walls of the house: who imports whom, what is imported when, and what must not be written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import monitor
from tests.choke_points import RULES, Rule
from tests.terminal import Terminal

PACKAGE = Path(monitor.__file__).parent
PROJECT = PACKAGE.parent

NOT_BEFORE_THE_FIRST_PAINT = {"numpy", "msgspec", "psutil", "pyroute2"}
LOOK_UPS = {
    "monitor.sampling.look_up_messages",
    "monitor.model.routing",
    "monitor.model.receiver",
    "monitor.model.tcp_info",
}
"""What only other screens than the first ask for."""


def run_python(source: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-I", "-c", source], capture_output=True, text=True, check=False)


def loaded_by(source: str) -> set[str]:
    """Name the modules that a fresh interpreter holds after running a source."""
    answer = run_python(f"import sys\n{source}\nprint(*sys.modules, file=sys.stderr)")
    assert answer.returncode == 0, answer.stderr
    return set(answer.stderr.split())


def test_each_room_imports_only_what_it_may():
    source = (
        "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command; lint_imports_command()"
    )
    answer = subprocess.run(
        [sys.executable, "-c", source, "--no-cache", "--no-logo"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_the_package_itself_imports_none_of_its_rooms():
    assert not {name for name in loaded_by("import monitor") if name.startswith("monitor.")}


@pytest.mark.kernel
def test_list_imports_neither_the_screen_nor_pyroute2():
    loaded = loaded_by("from monitor.cli.main import run\nassert run(['list', '--json']) == 0")
    assert "monitor.sampling.live" in loaded
    assert not loaded & {"textual", "rich", "pyroute2", "monitor.ui"}


def test_numpy_starts_no_threads():
    source = """
from pathlib import Path
from monitor.__main__ import main
sys.argv = ["fourtuple", "route", "?"]
main()
import numpy
assert len(list(Path("/proc/self/task").iterdir())) == 1
"""
    assert "numpy" in loaded_by(source)


@pytest.mark.kernel
def test_demux_imports_neither_the_screen_nor_pyroute2():
    loaded = loaded_by("from monitor.cli.main import run\nassert run(['demux', '127.0.0.1:5', '127.0.0.1:80']) == 0")
    assert "monitor.reasoning.demux" in loaded
    assert not loaded & {"textual", "rich", "pyroute2", "monitor.ui"}


def test_the_app_is_imported_without_numpy_and_msgspec():
    loaded = loaded_by("import monitor.ui.app")
    assert "textual.app" in loaded
    assert not loaded & NOT_BEFORE_THE_FIRST_PAINT


def test_the_first_paint_waits_for_neither_numpy_nor_msgspec(tmp_path):
    # The monitor starts its sampler once the screen has been painted; here it tells what is loaded and stops.
    source = """
import os, sys
from pathlib import Path
from monitor.cli.main import run
from monitor.sampling.sampler import Sampler

def tell(sampler):
    Path(sys.argv[1]).write_text(" ".join(sys.modules))
    os._exit(0)

Sampler.start = tell
run([])
"""
    told = tmp_path / "modules"
    with Terminal([sys.executable, "-I", "-c", source, str(told)]) as terminal:
        terminal.exit_code(timeout=30)
        painted = bytes(terminal.raw)
        # Beneath the tabs no pane has a title, not even for a frame.
        assert b"[2 Connections]" in painted
        assert "─".encode() not in painted
    loaded = set(told.read_text().split())
    assert "monitor.ui.screens.main" in loaded
    assert not loaded & NOT_BEFORE_THE_FIRST_PAINT


def test_the_collector_knows_no_screen_and_reaches_its_first_sample_without_the_slow_imports():
    loaded = loaded_by("import monitor.sampling.collector")
    assert "numpy" in loaded
    assert not loaded & {"textual", "rich", "pyroute2", "psutil"}
    assert not loaded & LOOK_UPS


def test_the_stream_brings_its_first_rows_without_the_words_of_other_screens():
    loaded = loaded_by("import monitor.sampling.stream, monitor.sampling.intervals")
    assert "monitor.sampling.messages" in loaded
    assert not loaded & LOOK_UPS


def test_the_first_rows_are_shown_without_filters_and_demultiplexing():
    loaded = loaded_by(
        "import monitor.presentation.listeners_view, monitor.presentation.connections_view\n"
        "import monitor.presentation.routing_text, monitor.presentation.selection, monitor.presentation.status_text"
    )
    assert "numpy" in loaded
    assert not loaded & {
        "monitor.presentation.filter_tree",
        "monitor.presentation.linked_line",
        "monitor.presentation.reach_lines",
        "monitor.reasoning.demux",
    }


@pytest.mark.kernel
def test_the_first_interval_is_judged_without_masked_arrays():
    # numpy imports them where unique() is first called for anything but positions, which takes as long as a sample.
    loaded = loaded_by(
        "from monitor.sampling.agreement import RouteAgreement\nfrom monitor.sampling.history import History\n"
        "from monitor.sampling.intervals import advance\nfrom monitor.sampling.live import LiveSource\n"
        "History().add(RouteAgreement().take(advance(None, LiveSource().sample())))"
    )
    assert "monitor.reasoning.egress" in loaded
    assert "numpy.ma" not in loaded


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_source_keeps_the_rule(rule: Rule):
    broken = [
        f"{path.relative_to(PROJECT)}:{line}"
        for path in sorted(PACKAGE.glob(rule.files))
        if str(path.relative_to(PACKAGE)) not in rule.except_in
        for line in rule.lines(path.read_text())
    ]
    assert not broken


@pytest.mark.parametrize(("rule", "source"), [(rule, source) for rule in RULES for source in rule.guilty])
def test_a_rule_sees_what_breaks_it(rule: Rule, source: str):
    assert rule.lines(source)


@pytest.mark.parametrize(("rule", "source"), [(rule, source) for rule in RULES for source in rule.innocent])
def test_a_rule_lets_the_innocent_pass(rule: Rule, source: str):
    assert not rule.lines(source)
