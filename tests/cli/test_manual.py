"""The manual page in the wheel is the one that the tables give."""

import shutil
import subprocess
from pathlib import Path

import pytest

import monitor
from monitor.cli.manual import manual

PAGE = Path(monitor.__file__).with_name("fourtuple.1")


def test_the_page_is_what_python_m_monitor_cli_manual_prints():
    assert PAGE.read_text() == "".join(f"{line}\n" for line in manual())


def test_man_shows_it_without_a_warning():
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed")
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-wall", "-K", "utf8", "-P-cbou", str(PAGE)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    assert "rtt > 50ms" in done.stdout
