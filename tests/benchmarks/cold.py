"""The first sample of a fresh process, with owners: milliseconds, timed once everything is imported."""

from __future__ import annotations

from time import perf_counter

from monitor.sampling.intervals import advance
from monitor.sampling.live import LiveSource


def main() -> None:
    """Time one sample and its interval."""
    started = perf_counter()
    source = LiveSource()
    interval = advance(None, source.sample())
    elapsed = perf_counter() - started
    source.close()
    if not interval.sample.owners.is_read:
        raise SystemExit("the first sample has no owners")
    print(elapsed * 1000)


if __name__ == "__main__":
    main()
