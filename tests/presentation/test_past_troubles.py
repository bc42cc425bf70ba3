"""Trouble that has gone: what it was, and until when."""

from dataclasses import replace
from itertools import pairwise

from monitor.model.finding import Grade
from monitor.presentation.past_troubles import PastTroubles
from tests.presentation.finding_examples import EXAMPLES, INTERVAL

FULL = EXAMPLES[0][0]
NOTE = EXAMPLES[-1][0]


def seen(*samples):
    past = PastTroubles()
    for before, now in pairwise(samples):
        past.see((INTERVAL, before), now)
    return past.all


def test_a_trouble_that_has_gone_is_told_with_when_it_was():
    (over,) = seen([FULL], [])
    assert over.title == "[::]:443 drops new clients"
    assert over.line.endswith(" Certain. Since before the first sample until 03:12:41Z.")
    assert (over.document["kind"], over.document["until"]) == ("accept-queue", "2026-11-23T03:12:41Z")


def test_one_that_stays_or_comes_again_is_not_over():
    assert seen([FULL], [FULL]) == ()
    assert seen([FULL], [], [FULL]) == ()
    assert len(seen([FULL], [], [FULL], [])) == 1


def test_a_note_or_what_has_become_one_is_not_told():
    assert seen([NOTE], []) == ()
    assert seen([FULL], [replace(FULL, grade=Grade.NOTE)]) == ()
