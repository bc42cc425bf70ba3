"""AllNamespaces: reads the sockets of every network namespace of this machine, one after another on one thread.

Who holds a socket, users and control groups are the machine's and not a namespace's: they are read once for all.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from typing import TypeVar

from monitor.errors import KernelError, WireError
from monitor.kernel.all_namespaces import find_namespaces
from monitor.kernel.proc_files import DENIED, GONE
from monitor.kernel.visits import visit
from monitor.model.dump_narrowing import DumpNarrowing
from monitor.model.namespace import FoundNamespaces, LeftOut, Namespace, WhyLeftOut
from monitor.model.sample import Sample
from monitor.sampling.belongings import Belongings
from monitor.sampling.live import LiveSource

T = TypeVar("T")
InEach = tuple[tuple[Namespace, T], ...]
"""What each namespace gave, in their order."""

BUDGET_S = 10.0
"""How long one round through all may take; the own one is read in any case."""


class AllNamespaces:
    """Used by one thread, which is back in its own namespace after every call.

    Args:
        narrowing: Which sockets are wanted, as of LiveSource.
        found: What to go through; None for all that there are now.
        budget_s: For each round.
    """

    def __init__(
        self,
        narrowing: DumpNarrowing | None = None,
        *,
        found: FoundNamespaces | None = None,
        budget_s: float = BUDGET_S,
    ) -> None:
        self.found = found or find_namespaces()
        """What there was in the beginning."""
        self._narrowing = narrowing
        self._budget_s = budget_s
        self._left_out: dict[int, LeftOut] = {}
        self._belongings = Belongings()

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """Those that a round could not read, in their order; they are not tried again."""
        return tuple(self._left_out.values())

    def samples(self, *, with_rules: bool = False) -> InEach[Sample]:
        """List the sockets of all, with TIME-WAIT and bound-only ones.

        Args:
            with_rules: Read the policy rules, too, by which routes are judged; they take a second sample of each.

        Raises:
            KernelError, WireError: the own namespace could not be read.
        """

        def sample(_: Namespace, source: LiveSource) -> Sample:
            first = source.sample(time_wait=True)
            return source.sample(time_wait=True) if with_rules else first

        read = self.each(sample)
        given = self._belongings.of([sample for _, sample in read])
        return tuple((namespace, given.given_to(sample)) for namespace, sample in read)

    def each(self, ask: Callable[[Namespace, LiveSource], T]) -> InEach[T]:
        """Ask a new source in each namespace that was never left out; raises as samples() does."""
        end = time.monotonic() + self._budget_s
        answers = []
        for namespace in self.found.namespaces:
            if namespace.number in self._left_out:
                continue
            is_late = not namespace.is_own and time.monotonic() >= end
            answer = LeftOut(namespace, WhyLeftOut.LATE) if is_late else self._visit(namespace, ask)
            if isinstance(answer, LeftOut):
                self._left_out[namespace.number] = answer
            else:
                answers.append((namespace, answer))
        return tuple(answers)

    def close(self) -> None:
        """Give back what owners are read by."""
        self._belongings.close()

    def _visit(self, namespace: Namespace, ask: Callable[[Namespace, LiveSource], T]) -> T | LeftOut:
        with ExitStack() as stack:
            try:
                stack.enter_context(visit(namespace))
            except KernelError as error:
                return kept_out(namespace, error)
            try:
                with closing(LiveSource(narrowing=self._narrowing, is_one_of_many=True)) as source:
                    return ask(namespace, source)
            except (KernelError, WireError) as error:
                if namespace.is_own:
                    raise
                return LeftOut(namespace, WhyLeftOut.FAILED, str(error))


def kept_out(namespace: Namespace, error: KernelError) -> LeftOut:
    """Say why a visit was refused."""
    if error.errno in DENIED:
        return LeftOut(namespace, WhyLeftOut.REFUSED)
    if error.errno in GONE:
        return LeftOut(namespace, WhyLeftOut.ENDED)
    return LeftOut(namespace, WhyLeftOut.FAILED, str(error))
