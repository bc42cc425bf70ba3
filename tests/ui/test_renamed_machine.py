"""Some of the places of tests/soak/strings: on an emulated terminal no hostile name acts or moves a cell."""

from __future__ import annotations

import random

import pytest

from tests.soak.screens import visit


@pytest.mark.parametrize("place", ["an environment", "signal"])
async def test_a_machine_that_renames_everything_moves_no_cell(place: str):
    assert await visit(place, 1, random.Random(3)) > 5
