"""ReceiverReader: asks this machine's kernel all that the choice of a segment's socket needs beside the table."""

from __future__ import annotations

from monitor.errors import KernelError, WireError
from monitor.kernel.arrivals import ArrivalReader
from monitor.kernel.receive_look_up import ReceiveLookUp
from monitor.model.receiver import LookUp, ReceiverFacts
from monitor.model.sample import Network
from monitor.model.segment import Arrival, Segment

_UNTRUSTED = "the kernel's look-up does not find our own sockets"


class ReceiverReader:
    """Asks in the network namespace in which it was opened; for one thread at a time."""

    def __init__(self) -> None:
        self._arrivals = ArrivalReader()
        self._look_up = ReceiveLookUp()

    def read(self, segment: Segment, network: Network) -> ReceiverFacts:
        """Ask how a segment comes in and who gets it; a refused look-up is told in the answer.

        Raises:
            KernelError: input routing could not be asked.
        """
        arrival = self._arrivals.read(segment, network)
        is_looked_up = arrival.reach.is_delivered and not arrival.reach.is_to_many
        look_up, silence = self._ask(segment, arrival) if is_looked_up else (None, "")
        return ReceiverFacts(segment, arrival, look_up, silence)

    def close(self) -> None:
        """Close the sockets; may be called twice."""
        self._arrivals.close()
        self._look_up.close()

    def _ask(self, segment: Segment, arrival: Arrival) -> tuple[LookUp | None, str]:
        try:
            if not self._look_up.is_trusted():
                return None, _UNTRUSTED
            return self._look_up.ask(segment, arrival.device), ""
        except (KernelError, WireError) as error:
            return None, str(error)
