"""The walk through the buckets of one segment: whom the rules name, and whom the kernel's look-up names beside them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from monitor.model.demux import Agreement, StageKind
from monitor.model.receiver import FoundSocket, ReceiverFacts
from monitor.model.socket_table import SocketTable
from monitor.model.tcp import PROTOCOL_TCP, WAITING
from monitor.reasoning.demux_buckets import Bucket, Buckets


@dataclass(frozen=True, slots=True)
class Choice:
    """Whom a look-up names."""

    stage: StageKind | None
    """None for nobody."""
    row: int | None
    """None also for a socket that the table lacks."""
    members: tuple[int, ...]
    """Those among which the kernel may pick, the row among them."""


NOBODY = Choice(None, None, ())


class Walk:
    """The sockets that may take one segment, in the order in which the kernel asks them."""

    def __init__(self, table: SocketTable, facts: ReceiverFacts) -> None:
        self.table, self.facts = table, facts
        self.is_tcp = facts.segment.protocol == PROTOCOL_TCP
        self.buckets = Buckets(table, facts.segment, facts.arrival)
        self.by_stage = {
            StageKind.EXACT: self.buckets.exact(),
            StageKind.ADDRESS: self.buckets.address(),
            StageKind.WILDCARD: self.buckets.wildcard(),
        }

    @cached_property
    def ruled(self) -> Choice:
        """Whom the table alone names."""
        exact = self.by_stage[StageKind.EXACT].fitting
        # Two entries of one pair differ in their device; the kernel's chain has the newer one first.
        return Choice(StageKind.EXACT, exact[0], exact[:1]) if exact else self.for_new_client()

    def for_new_client(self) -> Choice:
        """Choose by the table alone, as for somebody who has no connection yet."""
        for stage in (StageKind.ADDRESS, StageKind.WILDCARD):
            bucket = self.by_stage[stage]
            if bucket.fitting:
                row = self._first(bucket)
                return Choice(stage, row, self._sharing(bucket, row))
        return NOBODY

    def decided(self) -> tuple[Choice, Agreement]:
        """Let the kernel's look-up decide where it was asked."""
        look_up = self.facts.look_up
        if look_up is None:
            return self.ruled, Agreement.RULES_ONLY
        if look_up.found is None:
            return NOBODY, Agreement.AGREE if self.ruled.stage is None else Agreement.CHANGED
        row = self.table.row_of_cookie(look_up.found.cookie)
        stage = None if row is None else self.stage_of(row)
        if row is None or stage is None:
            return self._beyond_the_rules(look_up.found, row)
        # Sharing by SO_REUSEADDR looks like a group; but there the socket that was bound last gets everything.
        is_alone = not self.is_tcp and look_up.is_steady
        members = (row,) if is_alone else self._sharing(self.by_stage[stage], row)
        return Choice(stage, row, members), Agreement.AGREE if row in self.ruled.members else Agreement.REORDERED

    def stage_of(self, row: int) -> StageKind | None:
        """Find the stage at which a row fits; None where it does at none."""
        return next((stage for stage, bucket in self.by_stage.items() if row in bucket.fitting), None)

    def _beyond_the_rules(self, found: FoundSocket, row: int | None) -> tuple[Choice, Agreement]:
        """Take what the kernel names although no rule does."""
        if row is None:
            return Choice(StageKind.EXACT, None, ()), Agreement.CHANGED
        if found.state not in WAITING:
            return Choice(StageKind.EXACT, row, (row,)), Agreement.CHANGED
        is_alone = self.facts.look_up is None or self.facts.look_up.is_steady
        members = (row,) if is_alone else self.buckets.group_of(row)
        return Choice(StageKind.STEERING, row, members), Agreement.STEERED

    def _first(self, bucket: Bucket) -> int:
        """Choose inside a bucket."""
        if self.is_tcp:
            # Several can only wait here with SO_REUSEPORT, and then the first ends the search, whatever the scores.
            return bucket.fitting[0]
        # Only a strictly greater score takes over, so the first of the best stays.
        return bucket.fitting[bucket.scores.index(max(bucket.scores))]

    def _sharing(self, bucket: Bucket, row: int) -> tuple[int, ...]:
        """List those of a bucket among which the kernel may pick instead of one of them."""
        if int(self.table.state[row]) not in WAITING:
            return (row,)
        group = set(self.buckets.group_of(row))
        return tuple(other for other in bucket.fitting if other in group)
