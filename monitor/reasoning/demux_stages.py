"""The stages of a decision with all their candidates, and what became of each."""

from __future__ import annotations

import socket
from dataclasses import dataclass

from monitor.model.demux import Candidate, Fate, Stage, StageKind
from monitor.model.receiver import Membership
from monitor.model.segment import Reach
from monitor.reasoning.demux_walk import Choice, Walk

_ORDER = (StageKind.EXACT, StageKind.STEERING, StageKind.ADDRESS, StageKind.WILDCARD)


@dataclass(frozen=True, slots=True)
class Course:
    """A walk and how it ended."""

    walk: Walk
    chosen: Choice

    def stages(self) -> tuple[Stage, ...]:
        """Tell the stages in the kernel's order."""
        # UDP keeps its pairs in the bucket of their address; somebody without a connection has none.
        has_pairs = self.walk.is_tcp and self.walk.facts.segment.source is not None
        return tuple(self._stage(kind) for kind in _ORDER if has_pairs or kind is not StageKind.EXACT)

    def _stage(self, kind: StageKind) -> Stage:
        if kind is StageKind.STEERING:
            steered = self.chosen.members if self.chosen.stage is kind else ()
            return Stage(kind, tuple(Candidate(row, self._chosen_fate()) for row in steered))
        bucket = self.walk.by_stage[kind]
        candidates = [
            Candidate(row, self._fate(kind, row, score), score)
            for row, score in zip(bucket.fitting, bucket.scores, strict=True)
        ]
        candidates.sort(key=lambda candidate: not candidate.fate.is_chosen)
        stage = Stage(kind, (*candidates, *bucket.refused), bucket.left_out)
        return _with_other_addresses(stage, self.walk) if kind is StageKind.ADDRESS else stage

    def _chosen_fate(self) -> Fate:
        return Fate.WINS if len(self.chosen.members) == 1 else Fate.MEMBER

    def _fate(self, kind: StageKind, row: int, score: int) -> Fate:
        """Say what became of a candidate that fits."""
        chosen, ruled = self.chosen, self.walk.ruled
        if chosen.stage is kind and row in chosen.members:
            return self._chosen_fate()
        if row in ruled.members and chosen.row not in ruled.members:
            return Fate.OVERRULED
        if chosen.stage is not None and _ORDER.index(chosen.stage) < _ORDER.index(kind):
            return Fate.NOT_ASKED
        if chosen.row is None:
            return Fate.BEHIND
        best = self.walk.by_stage[kind].score_of(chosen.row)
        if best is not None and score < best:
            return Fate.LOWER_SCORE
        is_alike = not self.walk.is_tcp and row in self.walk.buckets.group_of(chosen.row)
        return Fate.OLDER if is_alike else Fate.BEHIND


def stage_for_many(walk: Walk) -> Stage:
    """Tell who gets a copy of a datagram to a group or to everybody: no order and no score, only who fits."""
    bucket = walk.buckets.every()
    candidates = [Candidate(row, Fate.MEMBER if _takes(walk, row) else Fate.NOT_JOINED) for row in bucket.fitting]
    candidates.sort(key=lambda candidate: not candidate.fate.is_chosen)
    return _with_other_addresses(Stage(StageKind.EVERY, (*candidates, *bucket.refused), bucket.left_out), walk)


def _takes(walk: Walk, row: int) -> bool:
    if walk.facts.arrival.reach is not Reach.MULTICAST:
        return True
    membership = walk.facts.memberships.get(int(walk.table.cookie[row]))
    if membership is None:
        # Only what joins gets an IPv4 group on an IPv6 socket: inet6_create() leaves IP_MULTICAST_ALL off.
        return not (walk.facts.segment.is_ipv4 and int(walk.table.family[row]) == socket.AF_INET6)
    return membership is Membership.TAKES


def _with_other_addresses(stage: Stage, walk: Walk) -> Stage:
    others = walk.buckets.elsewhere()
    return Stage(stage.kind, (*stage.candidates, *others.refused), stage.left_out + others.left_out)
