"""Collectors look into one network namespace after another has ended: without rights, or when its word has moved."""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest

from monitor.errors import SourceError
from monitor.kernel.namespaces import NamedPlace, settle
from monitor.kernel.read_only import give_up_rights
from monitor.kernel.this_namespace import namespace_number
from monitor.model.sample import Sample
from monitor.sampling import collectors as module
from monitor.sampling.collector_process import CollectorProcess
from monitor.sampling.collectors import Collectors
from tests.namespaces import network_namespace


def sample_of_the_next(collectors: Collectors) -> Sample:
    with closing(collectors.open_source()) as source:
        return source.sample()


@pytest.mark.kernel
def test_another_one_is_there_after_the_rights_were_given_up_and_the_process_has_ended(as_root, monkeypatch):
    monkeypatch.setattr(NamedPlace, "here", None)
    with network_namespace() as made, made.entered():
        inside = subprocess.Popen(["cat"], stdin=subprocess.PIPE)

    def samples() -> list[Sample]:
        word = str(inside.pid)
        collectors = Collectors(is_read_only=True, netns=word, namespace=settle(word))
        give_up_rights()
        first = sample_of_the_next(collectors)
        with inside:
            inside.stdin.close()
        return [first, sample_of_the_next(collectors)]

    with ThreadPoolExecutor(1) as thread:
        read = thread.submit(samples).result()
    assert [sample.table.namespace for sample in read] == [made.inode] * 2
    assert [sample.named.is_gone for sample in read] == [False, True]


@pytest.mark.kernel
def test_one_that_has_to_enter_does_so_only_where_the_first_one_was(monkeypatch):
    collectors = Collectors(netns=str(os.getpid()))
    assert sample_of_the_next(collectors).table.namespace == namespace_number()
    started: list[Any] = []

    def starting(**options: object) -> CollectorProcess:
        started.append(options["namespace"])
        return CollectorProcess(netns=str(os.getpid()), namespace=1)

    monkeypatch.setattr(module, "CollectorProcess", starting)
    with pytest.raises(SourceError, match="leads to another network namespace by now"):
        sample_of_the_next(collectors)
    assert started == [namespace_number()]
