"""Rights that are missing for one file, or lost while the program runs."""

from __future__ import annotations

import errno
import os

import pytest

from monitor.kernel import processes
from monitor.kernel.processes import read_facts
from tests.kernel.scripts import AS_NOBODY, run_script

pytestmark = pytest.mark.kernel

LOSE_RIGHTS = f"""
{AS_NOBODY}
import json, sys
import numpy as np
from monitor.kernel.owners import AUDIT_AGE_S, OwnerReader
from monitor.sampling.live import LiveSource
now = 0.0
def clock():
    return now
source = LiveSource()
source._owners = OwnerReader(clock, lambda: None)
inode = int(sys.argv[1])
told = []
def look():
    sample = source.sample()
    owners = [row[1] for row in zip(sample.owners.inode.tolist(), sample.owners.pid.tolist()) if row[0] == inode]
    rights = [sample.uid, sample.capabilities != 0]
    told.append([owners, sample.owners.hidden_processes > 0, *rights, sample.network.is_read])
    source.audit()
look()
source.warm_up()
become_nobody()
now = AUDIT_AGE_S + 1
# A long time for the audit, so that it reads all again.
source.audit()
look()
source.close()
print(json.dumps(told))
"""


@pytest.mark.parametrize(
    ("file", "fact", "field"),
    [("limits", "fd_limit", "fd_limit"), ("cgroup", "unit", "unit")],
    ids=["limits", "cgroup"],
)
def test_fm_08_of_a_file_that_is_denied_that_datum_alone_is_missing(monkeypatch, file, fact, field):
    read = processes.read_file

    def denied(name: str, *rest: int) -> bytes:
        if name == file:
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
        return read(name, *rest)

    monkeypatch.setattr(processes, "read_file", denied)
    facts = read_facts(os.getpid())
    assert facts is not None
    assert facts.unread == (fact,)
    assert getattr(facts, field) is None
    assert (facts.threads or 0) > 0


def test_fm_09_rights_that_are_lost_are_said_and_no_owner_stays_as_if_he_were_read(as_root, service):
    before, after = run_script(LOSE_RIGHTS, service.listener.inode)
    assert before == [[service.listener.pid], before[1], 0, True, True]
    assert after == [[], True, 65534, False, True]
