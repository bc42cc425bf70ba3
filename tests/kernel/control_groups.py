"""Control groups of the unified hierarchy, made for a test and removed after it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def control_group() -> Iterator[Path]:
    """Make a group; the processes that are left in it and in those below go to the one above at the end."""
    above = _hierarchy()
    group = above / f"fourtuple-{uuid.uuid4().hex}"
    try:
        group.mkdir()
    except OSError as error:
        pytest.skip(f"kernel lacks control groups that we may make: {error.strerror}")
    try:
        yield group
    finally:
        for inner in sorted([group, *(path for path in group.rglob("*") if path.is_dir())], reverse=True):
            for pid in (inner / "cgroup.threads").read_text().split():
                move(int(pid), above)
            inner.rmdir()


def move(pid: int, group: Path) -> None:
    """Put a process into a group."""
    (group / "cgroup.procs").write_text(str(pid))


def number_of(group: Path) -> int:
    """Give the number by which the kernel calls a group."""
    return group.stat().st_ino


def _hierarchy() -> Path:
    for mount in Path("/proc/self/mounts").read_text().splitlines():
        _, where, kind, *_ = mount.split()
        if kind == "cgroup2":
            return Path(where)
    pytest.skip("kernel lacks a mounted cgroup2")
