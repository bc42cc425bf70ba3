"""What is kept under a token is kept no longer, and no more of it, than was promised."""

from __future__ import annotations

import pytest

from monitor.kernel.remembered import Remembered


class HandClock:
    def __init__(self) -> None:
        self.now = 5.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def gone() -> list[str]:
    return []


@pytest.fixture
def kept(clock, gone) -> Remembered[str]:
    return Remembered(3, 60.0, clock, gone.append)


def test_a_thing_is_given_as_often_as_asked_and_taken_once(kept, gone):
    token = kept.put("a")
    assert (kept.get(token), kept.get(token), kept.take(token)) == ("a", "a", "a")
    assert (kept.get(token), kept.take(token)) == (None, None)
    assert gone == []


def test_no_token_is_ever_like_another(clock):
    tokens = {Remembered[int](1, 1.0, clock).put(number) for number in range(1000)}
    assert len(tokens) == 1000
    assert all(0 <= token < 1 << 63 for token in tokens)


def test_the_oldest_of_too_many_is_let_go(kept, gone):
    first, second, third = (kept.put(name) for name in "abc")
    fourth = kept.put("d")
    assert gone == ["a"]
    assert [kept.get(token) for token in (first, second, third, fourth)] == [None, "b", "c", "d"]


def test_what_is_old_is_let_go_when_anybody_looks(kept, clock, gone):
    old = kept.put("a")
    clock.now += 59.9
    young = kept.put("b")
    assert kept.get(old) == "a"
    clock.now += 0.1
    assert kept.get(old) is None
    assert gone == ["a"]
    assert kept.get(young) == "b"
    kept.clear()
    assert gone == ["a", "b"]


def test_a_token_can_be_used_again_for_what_follows(kept):
    token = kept.put("a")
    kept.take(token)
    assert kept.put("b", token) == token
    assert kept.get(token) == "b"
