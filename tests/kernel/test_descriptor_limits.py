"""Open descriptors and their limit, of the processes that have many."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import numpy as np
import pytest

from monitor.kernel.descriptor_limits import MANY_OPEN, READ_AGAIN_S, READS_AT_ONCE, DescriptorLimits
from monitor.kernel.owners import OwnerReader
from monitor.model.host_facts import DescriptorUse
from monitor.model.process import Process

SELF = Process(os.getpid(), 1, b"python", 0)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def limit():
    """Lower this process's own limit for a while."""
    former = resource.getrlimit(resource.RLIMIT_NOFILE)

    def lower(soft):
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, former[1]))

    yield lower
    resource.setrlimit(resource.RLIMIT_NOFILE, former)


def test_the_soft_limit_stands_beside_what_is_open(limit):
    limit(777)
    use = DescriptorLimits().use({SELF.pid: MANY_OPEN}, {SELF.pid: SELF})
    assert use == {SELF.pid: DescriptorUse(MANY_OPEN, 777)}


def test_a_process_with_few_is_left_out():
    assert DescriptorLimits().use({SELF.pid: MANY_OPEN - 1}, {SELF.pid: SELF}) == {}


def test_a_limit_is_read_again_after_a_while(limit):
    clock = Clock()
    limits = DescriptorLimits(clock)
    limit(777)
    asked = {SELF.pid: MANY_OPEN}, {SELF.pid: SELF}
    limits.use(*asked)
    limit(888)
    assert limits.use(*asked)[SELF.pid].limit == 777
    clock.now = READ_AGAIN_S
    assert limits.use(*asked)[SELF.pid].limit == 888


def test_another_process_of_the_same_pid_has_a_limit_of_its_own(limit):
    limits = DescriptorLimits(Clock())
    limit(777)
    limits.use({SELF.pid: MANY_OPEN}, {SELF.pid: SELF})
    limit(888)
    other = Process(SELF.pid, 2, b"other", 0)
    assert limits.use({SELF.pid: MANY_OPEN}, {SELF.pid: other})[SELF.pid].limit == 888


def test_a_process_that_has_ended_has_no_known_limit():
    gone = Process(2**22 + 1, 1, b"gone", 0)
    assert DescriptorLimits().use({gone.pid: 500}, {gone.pid: gone}) == {gone.pid: DescriptorUse(500, None)}


def test_all_have_their_turn_where_calls_are_far_apart():
    processes = {2**22 + n: Process(2**22 + n, 1, b"gone", 0) for n in range(3 * READS_AT_ONCE)}
    clock = Clock()
    limits = DescriptorLimits(clock)
    for _ in range(3):
        use = limits.use(dict.fromkeys(processes, 500), processes)
        clock.now += 2 * READ_AGAIN_S
    assert use.keys() == processes.keys()


def test_many_processes_are_read_over_several_calls():
    processes = {2**22 + n: Process(2**22 + n, 1, b"gone", 0) for n in range(READS_AT_ONCE + 5)}
    limits = DescriptorLimits(Clock())
    counts = dict.fromkeys(processes, 500)
    assert len(limits.use(counts, processes)) == READS_AT_ONCE
    assert len(limits.use(counts, processes)) == READS_AT_ONCE + 5


@pytest.mark.kernel
def test_the_reader_of_owners_counts_what_each_owner_has_open(namespace, service):
    reader = OwnerReader()
    reader.read(np.array([service.listener.inode], np.uint32))
    counted = reader.open_descriptors()
    reader.close()
    assert counted == {service.listener.pid: len(list(Path(f"/proc/{service.listener.pid}/fd").iterdir()))}
