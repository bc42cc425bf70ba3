"""ReceiverReader: asks this machine's kernel all that the choice of a segment's socket needs beside the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from monitor.errors import KernelError, WireError
from monitor.kernel.arrivals import ArrivalReader
from monitor.kernel.conntrack import Conntrack
from monitor.kernel.group_members import GroupDatagram, read_memberships
from monitor.kernel.proc_files import SHORTAGES
from monitor.kernel.receive_look_up import ReceiveLookUp
from monitor.model.bind_facts import SocketHolder
from monitor.model.receiver import LookUp, Membership, ReceiverFacts
from monitor.model.sample import Network
from monitor.model.segment import Arrival, Reach, Segment

_UNTRUSTED = "the kernel's look-up does not find our own sockets"


class ReceiverReader:
    """Asks in the network namespace in which it was opened; for one thread at a time."""

    def __init__(self) -> None:
        self._arrivals = ArrivalReader()
        self._look_up, self._refusal = _opened_look_up()
        self._conntrack = Conntrack()

    def read(self, segment: Segment, network: Network, holders: Sequence[SocketHolder] = ()) -> ReceiverFacts:
        """Ask how a segment comes in and who gets it; a refused look-up is told in the answer.

        Args:
            segment: what arrives; where the packet filter translates it, all else is asked about what it makes of it.
            network: links and addresses.
            holders: of a datagram to a multicast group, the sockets on its port, which are asked for what they take.

        Raises:
            KernelError: input routing could not be asked.
        """
        tracking, untranslated = None, None
        if segment.source is not None:
            tracking = self._conntrack.find(segment.protocol, segment.source, segment.destination)
            if tracking.is_translated and tracking.destination is not None:
                untranslated = segment
                segment = replace(segment, source=tracking.source, destination=tracking.destination)
        arrival = self._arrivals.read(segment, network)
        is_looked_up = arrival.reach.is_delivered and not arrival.reach.is_to_many
        look_up, silence = self._ask(segment, arrival) if is_looked_up else (None, "")
        memberships = self._memberships(segment, arrival, holders) if arrival.reach is Reach.MULTICAST else {}
        return ReceiverFacts(segment, arrival, look_up, silence, memberships, tracking, untranslated)

    def close(self) -> None:
        """Close the sockets; may be called twice."""
        self._arrivals.close()
        if self._look_up is not None:
            self._look_up.close()
        self._conntrack.close()

    def _memberships(
        self, segment: Segment, arrival: Arrival, holders: Sequence[SocketHolder]
    ) -> dict[int, Membership]:
        source = None if segment.source is None else segment.source.address
        try:
            return read_memberships(GroupDatagram(segment.destination.address, source, arrival.device), holders)
        except (KernelError, WireError):
            # What is not known is said by its absence.
            return {}

    def _ask(self, segment: Segment, arrival: Arrival) -> tuple[LookUp | None, str]:
        if self._look_up is None:
            return None, self._refusal
        try:
            if not self._look_up.is_trusted():
                return None, _UNTRUSTED
            return self._look_up.ask(segment, arrival.device), ""
        except (KernelError, WireError) as error:
            return None, str(error)


def _opened_look_up() -> tuple[ReceiveLookUp | None, str]:
    """Open it, or say why a kernel or a sandbox offers none; raises what is only a shortage."""
    try:
        return ReceiveLookUp(), ""
    except KernelError as error:
        if error.errno in SHORTAGES:
            raise
        return None, str(error)
