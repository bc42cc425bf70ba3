"""What the processes of a load really hold, and where an interval says something else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from tests.benchmarks.held_sockets import Held, News

if TYPE_CHECKING:
    # The process that makes a load, and is forked thousands of times, does without numpy.
    from monitor.model.sample import Interval


class Mistakes(NamedTuple):
    """How many rows are not as the processes say."""

    absent: int
    """Sockets that were held all the time and are not in the table."""
    strange: int
    """Rows that no process of the load has ever made, or with another inode than it says."""
    wrong: int
    """Rows with an owner who does not hold the socket."""
    ownerless: int
    """Sockets that were held all the time, of which no owner is known."""


class Truth:
    """Follows the news of a load."""

    def __init__(self, news: Callable[[], News]) -> None:
        self._news = news
        self.made: dict[int, Held] = {}
        """Every socket that was ever made, by cookie."""
        self.held: frozenset[int] = frozenset()
        """Cookies of those that were open at the last update."""

    def update(self) -> frozenset[int]:
        """Ask the load, and give the cookies of the sockets that were open all the time since it was last asked."""
        before, news = self.held, self._news()
        self.made |= {held.cookie: held for held in news.opened}
        self.held = before.union(held.cookie for held in news.opened).difference(news.closed)
        return before & self.held

    def mistakes(self, interval: Interval, stable: frozenset[int]) -> Mistakes:
        """Judge an interval whose sample was taken between the last two updates; the last one gave the stable."""
        table = interval.table
        pids = interval.owners.pid.tolist()
        strange = wrong = ownerless = 0
        columns = (table.cookie, table.inode, interval.owner_first, interval.owner_end)
        for cookie, inode, first, end in zip(*(column.tolist() for column in columns), strict=True):
            held = self.made.get(cookie)
            if held is None or inode not in (held.inode, 0):
                strange += 1
                continue
            wrong += any(pid != held.pid for pid in pids[first:end])
            ownerless += first == end and cookie in stable
        return Mistakes(len(stable.difference(table.cookie.tolist())), strange, wrong, ownerless)
