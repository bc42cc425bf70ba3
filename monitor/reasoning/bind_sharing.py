"""Whether two sockets that meet may share: by SO_REUSEADDR or by SO_REUSEPORT, each set on both (inet_bind_conflict).

The third value of every answer here is None: it depends on an option of theirs that is not visible.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitor.model.bind import BindAttempt, Sharing
from monitor.model.bind_facts import BindFacts, SocketOptions
from monitor.model.socket_table import SocketTable
from monitor.model.tcp import PROTOCOL_TCP, TcpState


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A socket that an attempt meets, and what sharing with it takes."""

    row: int
    is_tcp: bool
    is_listener: bool
    is_bucket: bool
    """TIME-WAIT."""
    is_same_user: bool
    options: SocketOptions | None
    """None where they are not visible."""
    is_automatic: bool
    """Whether the kernel chooses the newcomer's TCP port, where it shares with nobody."""
    reuses_automatically: bool
    """Whether it does so with SO_REUSEADDR when nothing else is left (ip_autobind_reuse)."""

    @classmethod
    def of(cls, table: SocketTable, row: int, attempt: BindAttempt, facts: BindFacts) -> Neighbour:
        """Look at a row from an attempt's side."""
        is_tcp = attempt.protocol == PROTOCOL_TCP
        state = int(table.state[row])
        return cls(
            row=row,
            is_tcp=is_tcp,
            is_listener=is_tcp and state == TcpState.LISTEN,
            is_bucket=is_tcp and state == TcpState.TIME_WAIT,
            is_same_user=int(table.uid[row]) == attempt.uid,
            options=facts.options.get(int(table.cookie[row])),
            is_automatic=is_tcp and attempt.endpoint.port == 0,
            reuses_automatically=facts.autobind_reuse,
        )

    @property
    def by_reuseaddr(self) -> Sharing:
        """What SO_REUSEADDR on the newcomer does about this socket."""
        if self.is_listener:
            return Sharing.LISTENS
        if self.is_automatic and not self.reuses_automatically:
            return Sharing.AUTOMATIC_PORT
        return _set_by_both(None if self.options is None else self.options.reuseaddr)

    @property
    def by_reuseport(self) -> Sharing:
        """What SO_REUSEPORT on the newcomer does about this socket."""
        if self.is_automatic:
            return Sharing.AUTOMATIC_PORT
        if not (self.is_same_user or self.is_bucket):
            return Sharing.OTHER_USER
        return _set_by_both(None if self.options is None else self.options.reuseport)

    def lets_pass(self, attempt: BindAttempt) -> bool | None:
        """Whether the attempt's own options pass it by."""
        answers = (
            _and(attempt.reuseaddr, _helps(self.by_reuseaddr)),
            _and(attempt.reuseport, _helps(self.by_reuseport)),
        )
        if self.is_automatic and attempt.reuseport:
            return _and_not(answers[0], self._is_group_member())
        return _or(*answers)

    def _is_group_member(self) -> bool | None:
        """Whether both would be in one SO_REUSEPORT group, which an automatic port never joins."""
        if not (self.is_same_user or self.is_bucket):
            return False
        return None if self.options is None else self.options.reuseport


def _set_by_both(theirs: bool | None) -> Sharing:  # noqa: FBT001 - an option that is on, off or not visible
    if theirs is None:
        return Sharing.NOT_VISIBLE
    return Sharing.LIFTS if theirs else Sharing.NOT_SET


def _helps(sharing: Sharing) -> bool | None:
    return None if sharing is Sharing.NOT_VISIBLE else sharing is Sharing.LIFTS


def _and(ours: bool, theirs: bool | None) -> bool | None:  # noqa: FBT001 - two sides of one option
    return theirs if ours else False


def _and_not(first: bool | None, second: bool | None) -> bool | None:  # noqa: FBT001 - three-valued logic
    if first is False or second is True:
        return False
    return None if first is None or second is None else True


def _or(*answers: bool | None) -> bool | None:
    if any(answers):
        return True
    return None if None in answers else False
