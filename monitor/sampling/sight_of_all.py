"""SightOfAll: what follows from the samples of every network namespace, thought of one by one, shown together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import numpy as np

from monitor.errors import MonitorError, SourceError
from monitor.model.belonging import Belonging
from monitor.model.finding import in_order
from monitor.model.namespace import FoundNamespaces, LeftOut, Namespace, WhyLeftOut
from monitor.model.places import find_places
from monitor.model.sample import Interval, Sample
from monitor.sampling.joined_interval import JoinedInterval, join
from monitor.sampling.link_numbers import KnownNumbers
from monitor.sampling.sight import Sight

if TYPE_CHECKING:
    from monitor.model.event_list import EventList
    from monitor.sampling.source import Source, SourceOfAll

Notices = Callable[[FoundNamespaces, Sequence[LeftOut], Mapping[int, Iterable[str]]], Iterable[str]]
"""Says in sentences what is missing: of what was found, what was left out, and by number what each one says itself."""


class SightOfAll:
    """Of the sampling thread. It has the methods of Sight, for a SourceOfAll.

    Args:
        notices: Says what is missing.
    """

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self._sights: dict[int, Sight] = {}
        self._numbers: KnownNumbers = {}
        self._joined: JoinedInterval | None = None
        self._thought: Interval | None = None
        self._left_out: list[LeftOut] = []

    def read(self, source: Source, *, time_wait: bool) -> Interval:
        """Read a sample of each in the light of those before it, and join them.

        Raises:
            SourceError: the source has gone.
            MonitorError: the own namespace could not be read, or all of them.
        """
        everywhere = cast("SourceOfAll", source)
        wants_all = time_wait or any(sight.wants_time_wait for sight in self._sights.values())
        read = everywhere.namespaces(time_wait=wants_all)
        self._left_out = list(read.left_out)
        kept_out = {left_out.namespace.number for left_out in read.left_out}
        samples = [
            (namespace, sample)
            for namespace in read.found.namespaces
            if namespace.number not in kept_out
            and (sample := self._sample(everywhere, namespace, time_wait=wants_all)) is not None
        ]
        belonging = Belonging.told_by(samples[0][1])
        former, self._sights = self._sights, {}
        parts = []
        for namespace, sample in samples:
            sight = self._sights[namespace.number] = former.get(namespace.number) or Sight()
            parts.append((namespace, sight.advanced(belonging.given_to(sample))))
        said = {namespace.number: sample.notices for namespace, sample in samples}
        self._joined = join(parts, self._numbers)
        interval = self._joined.interval
        notices = tuple(self._notices(read.found, self._left_out, said))
        return replace(interval, sample=replace(interval.sample, notices=notices))

    def think(self, interval: Interval, events: EventList | None) -> Interval:
        """Give each its verdicts and findings; events are the own one's alone."""
        judged = [
            sight.think(part, events if number == 0 else None)
            for number, (sight, part) in enumerate(zip(self._sights.values(), interval.parts, strict=True))
        ]
        found = (
            replace(finding, namespace=number)
            for number, part in zip(self._sights, judged, strict=True)
            for finding in part.findings
        )
        return self._with_verdicts(replace(interval, findings=in_order(found)), judged)

    def learn_ways(self, source: Source, is_time_up: Callable[[], bool]) -> Interval | None:
        """Ask inside each which way its rows would go."""
        everywhere, has_learnt = cast("SourceOfAll", source), False
        for number, sight in self._sights.items():
            has_learnt |= sight.learn_ways(everywhere.within(number), is_time_up) is not None
        if not has_learnt or self._thought is None:
            return None
        return self._with_verdicts(self._thought, [_thought_of(sight) for sight in self._sights.values()])

    def freshened(self, source: Source, shown: Interval, cookies: Sequence[int]) -> Interval | None:
        """Read some of the rows that are shown again, each inside its namespace; None where none can be asked for."""
        everywhere = cast("SourceOfAll", source)
        if shown.namespaces is None:
            return None
        rows = find_places(shown.table.cookie, np.array(cookies, np.uint64))
        rows = rows[rows >= 0]
        parts, is_fresh = [*shown.parts], False
        for place in sorted({int(place) for place in shown.namespaces.place[rows]}):
            number, part = shown.namespaces.namespaces[place].number, parts[place]
            inside = shown.namespaces.inside[rows[shown.namespaces.place[rows] == place]]
            theirs = part.table.cookie[inside].tolist()
            fresh = Sight().freshened(everywhere.within(number), part, theirs)
            if fresh is not None:
                parts[place], is_fresh = fresh, True
        if not is_fresh:
            return None
        joined = join([*zip(shown.namespaces.namespaces, parts, strict=True)], self._numbers).interval
        return replace(joined, sample=shown.sample, egress=shown.egress, findings=shown.findings, names=shown.names)

    def _sample(self, source: SourceOfAll, namespace: Namespace, *, time_wait: bool) -> Sample | None:
        try:
            return source.within(namespace.number).sample(time_wait=time_wait)
        except SourceError:
            raise
        except MonitorError as error:
            if namespace.is_own:
                raise
            self._left_out.append(LeftOut(namespace, WhyLeftOut.FAILED, str(error)))
            return None

    def _with_verdicts(self, interval: Interval, judged: Sequence[Interval]) -> Interval:
        """Put the parts into the whole, with how their rows stand to the routes of each."""
        joined = self._joined
        egress = None if joined is None else joined.egress(judged)
        self._thought = replace(interval, parts=tuple(judged), egress=egress)
        return self._thought


def _thought_of(sight: Sight) -> Interval:
    if sight.interval is None:
        raise ValueError("nothing was thought of yet")
    return sight.interval
