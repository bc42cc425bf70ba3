"""The first sample of a fresh process, with owners: milliseconds, timed once everything is imported."""

from __future__ import annotations

import sys
from time import perf_counter

from monitor.kernel.owners import OwnerReader
from monitor.sampling.intervals import advance
from monitor.sampling.live import LiveSource


def main() -> None:
    """Time one sample and its interval; with --proc-only without BPF."""
    started = perf_counter()
    source = LiveSource()
    if "--proc-only" in sys.argv:
        source._owners = OwnerReader(open_files=lambda: None)
    interval = advance(None, source.sample())
    elapsed = perf_counter() - started
    source.close()
    if not interval.sample.owners.is_read:
        raise SystemExit("the first sample has no owners")
    print(elapsed * 1000)


if __name__ == "__main__":
    main()
