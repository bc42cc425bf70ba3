"""What a sample and an interval say about themselves."""

from __future__ import annotations

import numpy as np

from monitor.model.sample import Network
from monitor.sampling.intervals import advance
from tests.scenes import row, sample_of

STAYS = row("tcp", "192.0.2.10:443", "198.51.100.7:51834", "ESTAB")
GOES = row("tcp", "192.0.2.10:443", "198.51.100.7:51836", "ESTAB")


def test_a_network_is_read_from_its_first_generation_on():
    assert not Network().is_read
    assert Network(1).is_read


def test_carried_rows_are_those_behind_the_samples_own():
    interval = advance(advance(None, sample_of([GOES, STAYS])), sample_of([STAYS], 1.0))
    assert interval.is_carried.tolist() == [False, True]
    assert interval.table.remote_port[interval.is_carried].tolist() == [51836]


def test_rates_need_a_sample_before():
    first = advance(None, sample_of([STAYS]))
    assert np.isnan(first.elapsed_s)
    assert not first.has_rates
    assert advance(first, sample_of([STAYS], 1.0)).has_rates
