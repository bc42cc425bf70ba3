"""What the sampling thread does when the kernel has thrown events away."""

from __future__ import annotations

from dataclasses import replace

from monitor.model.socket_events import SocketEvents
from monitor.sampling import event_watch, sampling_loop
from monitor.sampling.sampler_events import IntervalMade
from tests.sampling.test_sampler import Gate, running


def test_fk_03_after_a_loss_everything_is_listed_anew_without_waiting_for_the_period(monkeypatch):
    for module in (sampling_loop, event_watch):
        monkeypatch.setattr(module, "SPACING_S", 0.01)
    source = Gate()
    with running(source) as loop:
        first = loop.next(IntervalMade).interval
        source.happened = replace(SocketEvents.none(first.sample.boot_time, first.table.namespace), lost_closes=3)
        second = loop.next(IntervalMade).interval
        assert second.sample is not first.sample
        assert loop.sampler.events is not None
        assert loop.sampler.events.lost_closes == 3
