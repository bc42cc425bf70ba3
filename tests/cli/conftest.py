"""What the commands are given in place of what the kernel would say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.sampling.live import LiveSource


@pytest.fixture
def half_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every sample say that half of it could not be read."""
    sample_of_source = LiveSource.sample
    monkeypatch.setattr(
        LiveSource,
        "sample",
        lambda source, **asked: replace(sample_of_source(source, **asked), notices=("half of it",)),
    )
