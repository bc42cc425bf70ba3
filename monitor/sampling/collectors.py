"""Collectors: starts one after another, each with the rights that the user has asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.errors import ExpiredRightsError, SourceError
from monitor.sampling.collector_process import CollectorProcess

if TYPE_CHECKING:
    from monitor.sampling.source import Source
    from monitor.sampling.stream import StreamSource

_EXPIRED = "sudo wants its password again: what only root sees is hidden until it is asked"
_EXPIRED_READ_ONLY = "with --read-only sudo is asked at the start alone: what only root sees is hidden until the next"
"""By then the monitor has no_new_privs, under which sudo gives nobody anything."""
_EXPIRED_OUTSIDE = "sudo wants its password again: until it is asked no collector can enter the network namespace"
_EXPIRED_OUTSIDE_READ_ONLY = (
    "with --read-only sudo is asked at the start alone: no collector can enter the network namespace until the next"
)


class Collectors:
    """Opens sources for a sampler, on its thread; the user is asked on the main one.

    Args:
        is_read_only: Whether they give up their rights and refuse every action.
        netns: Name or pid of the network namespace that they look into; None for that of the monitor.
        namespace: The inode of that one where the monitor is in it, so that no collector needs a right to be there
            and none follows the word elsewhere. None where each has to enter: then that of the first holds for all.
    """

    def __init__(self, *, is_read_only: bool = False, netns: str | None = None, namespace: int | None = None) -> None:
        self._is_read_only = is_read_only
        self._netns = netns
        self._namespace = namespace
        self._has_to_enter = netns is not None and namespace is None
        self._is_privileged = False
        self._ahead: CollectorProcess | None = None
        self._last: StreamSource | None = None

    def ask_for_rights(self) -> None:
        """Have those that are started from now on see every process; the user may have to type a password.

        Raises:
            SourceError: there is no sudo, or it refuses.
        """
        from monitor.sampling.sudo import ask_for_rights  # noqa: PLC0415 - most never ask

        ask_for_rights()
        self._is_privileged = True

    def start_ahead(self) -> None:
        """Start the first one, which reads its first sample while its sampler is being made."""
        self._ahead = self._start(reads_ahead=True)

    def open_source(self) -> Source:
        """Connect to a collector.

        Raises:
            SourceError: the machine cannot start one; or the rights have expired, and the next one is without, unless
                it needs them to enter a network namespace.
        """
        from monitor.sampling.stream import StreamSource  # noqa: PLC0415 - it brings numpy, after the first paint

        process, self._ahead = self._ahead, None
        self._last = StreamSource.to(process or self._start())
        return self._last

    def close(self) -> None:
        """End the first one, where nobody has connected to it."""
        process, self._ahead = self._ahead, None
        if process is not None:
            process.close()

    def _start(self, *, reads_ahead: bool = False) -> CollectorProcess:
        if self._is_privileged:
            self._check_rights()
        if self._has_to_enter and self._namespace is None and self._last is not None:
            self._namespace = self._last.namespace
        return CollectorProcess(
            reads_ahead=reads_ahead,
            is_read_only=self._is_read_only,
            is_privileged=self._is_privileged,
            netns=self._netns,
            namespace=self._namespace,
        )

    def _check_rights(self) -> None:
        """See whether sudo still gives them without asking; raises SourceError where it does not."""
        from monitor.sampling.sudo import needs_password  # noqa: PLC0415 - as above

        if not needs_password():
            return
        if self._has_to_enter:
            raise (
                SourceError(_EXPIRED_OUTSIDE_READ_ONLY) if self._is_read_only else ExpiredRightsError(_EXPIRED_OUTSIDE)
            )
        self._is_privileged = False
        raise SourceError(_EXPIRED_READ_ONLY if self._is_read_only else _EXPIRED)
