"""A run with CI_REQUIRE_KERNEL=1 lets no kernel test slip away."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent

MODULES = {
    "test_asks_kernel.py": """
import pytest
pytestmark = pytest.mark.kernel

def test_skips_itself(): pytest.skip("needs root")

@pytest.mark.skipif(True, reason="needs ss")
def test_is_marked_as_skipped(): pass

@pytest.fixture
def missing(): pytest.skip("needs ip")

def test_wants_what_is_missing(missing): pass

def test_is_excused(): pytest.skip("kernel lacks VRF")

@pytest.mark.xfail
def test_is_expected_to_fail(): assert False
""",
    "test_pure.py": """
import pytest

def test_asks_no_kernel(): pytest.skip("another time")
""",
    "test_hidden.py": """
import pytest

pytest.skip("not today", allow_module_level=True)
""",
}


def run_pytest(directory: Path, required: str) -> str:
    for name, source in MODULES.items():
        (directory / name).write_text(source)
    (directory / "pytest.ini").write_text("[pytest]\nmarkers = kernel: as in the project\n")
    options = ["-rA", "--continue-on-collection-errors", "-p", "tests.required_kernel", "-p", "no:cacheprovider"]
    answer = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(directory)],
        cwd=PROJECT,
        env={**os.environ, "CI_REQUIRE_KERNEL": required, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout


@pytest.fixture(scope="module")
def strict_run(tmp_path_factory) -> str:
    return run_pytest(tmp_path_factory.mktemp("strict"), "1")


@pytest.mark.parametrize("reason", ["needs root", "needs ss", "needs ip"])
def test_a_kernel_test_may_not_be_skipped_for_want_of_rights_or_programs(strict_run, reason):
    assert f'skipped where everything must run: "{reason}"' in strict_run


def test_a_module_may_not_hide_its_tests(strict_run):
    assert 'skipped where everything must run: "not today"' in strict_run


def test_excused_skips_pure_tests_and_expected_failures_stand(strict_run):
    assert "1 failed, 2 skipped, 1 xfailed, 3 errors" in strict_run


def test_without_the_variable_a_skip_is_a_skip(tmp_path):
    assert "= 6 skipped, 1 xfailed" in run_pytest(tmp_path, "")
