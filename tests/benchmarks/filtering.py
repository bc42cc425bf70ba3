"""What a filter costs over a hundred thousand rows: python -m tests.benchmarks.filtering."""

from __future__ import annotations

import statistics
import time
from dataclasses import replace
from ipaddress import ip_address

import numpy as np

from monitor.model.endpoint import address_words
from monitor.model.owner_table import OwnerTable
from monitor.model.process import Process
from monitor.model.sample import Interval
from monitor.presentation.filter_fields import FIELDS
from monitor.presentation.filter_parser import parse
from monitor.presentation.filter_words import WORDS
from monitor.presentation.filters import mask_in
from monitor.presentation.row_search import RowSearch
from monitor.sampling.intervals import advance
from tests.scenes import FULL_TCP_INFO, link, row, sample_of

ROWS = 100_000
GOAL_MS = 15.0
ROUNDS = 9
PROCESSES = 200
LINES = (
    *(field.example for field in FIELDS.values()),
    *WORDS,
    "state established dport = :443 and not src 10/8",
    "( sport = :22 or dport = :22 )",
    ":443",
    "10.0.0.0/8",
    "192.0.2.10:443",
    "listen",
    "nginx",
    "51834",
)
"""Every field's own example, every word, and what the help shows; the last two are searches."""


def interval_of_many() -> Interval:
    """Make one interval of so many connections, of some hundred processes."""
    one = row("tcp", "192.0.2.10:443", "198.51.100.7:51834", "ESTAB", cookie=1)
    sample = sample_of([one], network=replace(sample_of([one]).network, links=(link(1, "lo"), link(2, "eth0"))))
    table = sample.table.take(np.zeros(ROWS, np.intp))
    numbers = np.random.default_rng(1)
    table.cookie[:], table.inode[:] = np.arange(1, ROWS + 1), np.arange(1, ROWS + 1)
    table.remote_port[:], table.local_port[:] = numbers.integers(1, 65_536, ROWS), numbers.integers(1, 1_024, ROWS)
    table.remote_high[:] = 0
    table.remote_low[:] = address_words(ip_address("10.0.0.0"))[1] + numbers.integers(0, 1 << 24, ROWS)
    table.rtt_us[:], table.info_length[:] = numbers.integers(0, 90_000, ROWS), FULL_TCP_INFO
    pids = np.sort(numbers.integers(1, PROCESSES + 1, ROWS)).astype(np.uint32)
    processes = {pid: Process(pid, pid, b"worker-%d" % pid, 33) for pid in range(1, PROCESSES + 1)}
    owners = OwnerTable(table.inode, pids, np.full(ROWS, 3, np.uint32), processes)
    return advance(None, replace(sample, table=table, owners=owners))


def main() -> None:
    """Print the cost of every line, dearest first: of the first time on an interval, and of the next."""
    interval = interval_of_many()
    costs = []
    for line in LINES:
        tree = parse(line)
        first, again = [], []
        for _ in range(ROUNDS):
            rows = RowSearch(interval)
            began = time.perf_counter()
            mask_in(tree, rows)
            between = time.perf_counter()
            mask_in(tree, rows)
            first.append(between - began)
            again.append(time.perf_counter() - between)
        costs.append((statistics.median(first) * 1e3, statistics.median(again) * 1e3, line))
    for first, again, line in sorted(costs, reverse=True):
        print(f"{first:8.2f} ms first {again:8.2f} ms again  {'short  ' if first > GOAL_MS else ''}{line}")


if __name__ == "__main__":
    main()
