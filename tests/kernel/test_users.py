"""UserNames: names by user id."""

from __future__ import annotations

import os
import pwd
from threading import Event

import pytest

from monitor.kernel import users
from monitor.kernel.users import RETRY_AFTER_S, UserNames
from tests.kernel.owner_tables import Clock

PATIENT_S = 30.0
"""Longer than any answer of these tests takes."""


class Directory:
    """A directory service that answers when it is told to; stands for getpwuid."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.names = {0: "root", 33: "www-data"}
        self.may_answer = Event()
        self.may_answer.set()

    def __call__(self, uid: int) -> pwd.struct_passwd:
        self.asked.append(uid)
        assert self.may_answer.wait(PATIENT_S)
        if uid not in self.names:
            raise KeyError(uid)
        return pwd.struct_passwd((self.names[uid], "x", uid, 0, "", "/", "/bin/sh"))


@pytest.fixture
def directory(monkeypatch):
    service = Directory()
    monkeypatch.setattr(users.pwd, "getpwuid", service)
    yield service
    service.may_answer.set()


def test_root_has_its_name():
    assert UserNames(PATIENT_S).names_of([0]) == {0: "root"}


def test_fp_18_an_id_without_a_name_is_left_out():
    used = {entry.pw_uid for entry in pwd.getpwall()}
    nameless = next(uid for uid in range(60_000, 65_000) if uid not in used)
    assert UserNames(PATIENT_S).names_of([0, nameless, nameless, 0]) == {0: "root"}


@pytest.mark.parametrize("uid", [2**32 - 1, 2**32, 2**64])
def test_an_id_beyond_all_users_is_left_out(uid):
    assert UserNames(PATIENT_S).names_of([uid]) == {}


def test_each_id_is_looked_up_once(directory):
    names = UserNames(PATIENT_S, Clock())
    for _ in range(3):
        assert names.names_of([0, 7, 33]) == {0: "root", 33: "www-data"}
    assert directory.asked == [0, 7, 33]


def test_a_service_that_is_slow_holds_up_nobody_and_names_come_when_it_answers(directory):
    directory.may_answer.clear()
    names = UserNames(0.0)
    assert names.names_of([0]) == {}
    assert names.names_of([0, 33]) == {}
    directory.may_answer.set()
    with names._answered:
        assert names._answered.wait_for(lambda: len(names._names) == 2, PATIENT_S)
    assert names.names_of([0, 33]) == {0: "root", 33: "www-data"}
    assert directory.asked == [0, 33]


def test_fp_18_a_service_that_hangs_is_waited_for_with_new_questions_only(directory, monkeypatch):
    directory.may_answer.clear()
    names, waits = UserNames(), []

    def wait_for(predicate, timeout):
        waits.append(timeout)
        return predicate()

    monkeypatch.setattr(names._answered, "wait_for", wait_for)
    for uids in ([0], [0], [0, 33], [0, 33]):
        assert names.names_of(uids) == {}
    assert waits == [users.PATIENCE_S] * 2


def test_an_id_without_a_name_is_looked_up_again_after_a_while(directory):
    clock = Clock()
    names = UserNames(PATIENT_S, clock)
    assert names.names_of([7]) == {}
    directory.names[7] = "new"
    clock.now += RETRY_AFTER_S - 1
    assert names.names_of([7]) == {}
    clock.now += 1
    assert names.names_of([7]) == {7: "new"}


def test_a_directory_service_that_fails_leaves_the_name_out(monkeypatch):
    def getpwuid(uid):
        raise OSError(os.strerror(5))

    monkeypatch.setattr(users.pwd, "getpwuid", getpwuid)
    assert UserNames(PATIENT_S).names_of([0]) == {}
