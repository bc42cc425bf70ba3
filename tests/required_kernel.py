"""The rule of a run that has everything: with CI_REQUIRE_KERNEL=1 no `kernel` test may be skipped.

A feature that the running kernel lacks is the one excuse; the skip's reason then starts with "kernel lacks ". A module
that skips itself as a whole hides what is in it, so it is held to the same rule.
"""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

EXCUSE = "kernel lacks "


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a kernel test that was skipped without an excuse."""
    report = yield
    if item.get_closest_marker("kernel") is not None and not hasattr(report, "wasxfail"):
        _forbid_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Fail a module that was skipped without an excuse."""
    report = yield
    _forbid_skip(report)
    return report


def _forbid_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if os.environ.get("CI_REQUIRE_KERNEL") != "1" or report.outcome != "skipped":
        return
    # pytest keeps (path, line, "Skipped: reason") for a skip.
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    reason = reason.removeprefix("Skipped: ")
    if not reason.startswith(EXCUSE):
        report.outcome = "failed"
        report.longrepr = f'skipped where everything must run: "{reason}"'
