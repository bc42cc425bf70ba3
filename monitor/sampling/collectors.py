"""Collectors: starts one after another, each with the rights that the user has asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.errors import SourceError
from monitor.sampling.collector_process import CollectorProcess

if TYPE_CHECKING:
    from monitor.sampling.source import Source

_EXPIRED = "sudo wants its password again: what only root sees is hidden until it is asked"
_EXPIRED_READ_ONLY = "with --read-only sudo is asked at the start alone: what only root sees is hidden until the next"
"""By then the monitor has no_new_privs, under which sudo gives nobody anything."""


class Collectors:
    """Opens sources for a sampler, on its thread; the user is asked on the main one.

    Args:
        is_read_only: Whether they give up their rights and refuse every action.
        netns: Name or pid of the network namespace that they enter; None for that of the monitor.
    """

    def __init__(self, *, is_read_only: bool = False, netns: str | None = None) -> None:
        self._is_read_only = is_read_only
        self._netns = netns
        self._is_privileged = False
        self._ahead: CollectorProcess | None = None

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
            SourceError: the machine cannot start one; or the rights have expired, and the next one is without.
        """
        from monitor.sampling.stream import StreamSource  # noqa: PLC0415 - it brings numpy, after the first paint

        process, self._ahead = self._ahead, None
        return StreamSource(process or self._start())

    def close(self) -> None:
        """End the first one, where nobody has connected to it."""
        process, self._ahead = self._ahead, None
        if process is not None:
            process.close()

    def _start(self, *, reads_ahead: bool = False) -> CollectorProcess:
        if self._is_privileged:
            from monitor.sampling.sudo import needs_password  # noqa: PLC0415 - as above

            if needs_password():
                self._is_privileged = False
                raise SourceError(_EXPIRED_READ_ONLY if self._is_read_only else _EXPIRED)
        return CollectorProcess(
            reads_ahead=reads_ahead,
            is_read_only=self._is_read_only,
            is_privileged=self._is_privileged,
            netns=self._netns,
        )
