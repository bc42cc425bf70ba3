"""CollectorOfAll: answers the questions of one stream about every network namespace, each asked inside of it.

What is open in a namespace stays open from one round to the next, and keeps it alive until a round no longer finds it.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from errno import ESRCH
from typing import TYPE_CHECKING

from monitor.errors import KernelError, MonitorError, SourceError, WireError
from monitor.kernel.all_namespaces import find_namespaces
from monitor.kernel.visits import visit
from monitor.model.namespace import FoundNamespaces, LeftOut, Namespace, WhyLeftOut
from monitor.model.sample import Sample
from monitor.sampling import messages
from monitor.sampling.all_namespaces import kept_out
from monitor.sampling.belongings import Belongings
from monitor.sampling.collector import Collector
from monitor.sampling.frames import write_frame
from monitor.sampling.live import LiveSource

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.sampling.collector import AnyQuestion

BUDGET_S = 5.0
"""How long one round through all may take; the own one is read in any case."""
_SEARCH_SPACING_S = 2.0
"""Which namespaces there are is not looked up more often: it takes a look at every process."""


class CollectorOfAll:
    """Used by one thread, which is back in its own namespace after every call.

    Args:
        output: Where answers go.
        search: Finds the namespaces.
        budget_s: For each round.
    """

    def __init__(
        self,
        output: int,
        *,
        search: Callable[[], FoundNamespaces] = find_namespaces,
        budget_s: float = BUDGET_S,
    ) -> None:
        self._output = output
        self._search = search
        self._budget_s = budget_s
        self._found: FoundNamespaces | None = None
        self._found_at = 0.0
        self._inside: dict[int, _Inside] = {}
        self._belongings = Belongings(names_groups_later=True)
        self._is_read = False

    def answer(self, question: AnyQuestion) -> None:
        """Answer one question; an error of the kernel is an answer too.

        Raises:
            SourceError: nobody reads the answers any more, or the thread could not come back.
        """
        try:
            if isinstance(question, messages.AskNamespaces):
                write_frame(self._output, messages.encode(self._read_all(question)))
                self._is_read = True
            else:
                self._answer_inside(question)
        except SourceError:
            raise
        except MonitorError as error:
            write_frame(self._output, messages.encode(messages.Failed.of(question.id, error)))
        except OSError as error:
            failed = KernelError("read the machine's state", error.errno or 0)
            write_frame(self._output, messages.encode(messages.Failed.of(question.id, failed)))

    def warm_up(self) -> None:
        """Import and open what the first round could do without."""
        self._belongings.prepare()
        for inside in [*self._inside.values()][:1]:
            # What happens to sockets is heard in the own namespace alone.
            inside.source.warm_up()

    def audit(self) -> None:
        """Look after what needs no sample; called when an answer has been sent."""
        if self._is_read:
            self._is_read = False
            self._belongings.audit()

    def close(self) -> None:
        """Give back what is open in every namespace."""
        self._keep_only(FoundNamespaces(()))
        self._belongings.close()

    def _answer_inside(self, question: AnyQuestion) -> None:
        number = question.namespace or next(iter(self._inside), 0)
        if (inside := self._inside.get(number)) is None:
            raise KernelError("look into a network namespace", ESRCH, "it has gone, or was not read yet")
        with visit(inside.namespace):
            inside.collector.answer(question)

    def _read_all(self, question: messages.AskNamespaces) -> messages.NamespacesRead:
        started, end = time.thread_time(), time.monotonic() + self._budget_s
        found = self._look()
        self._keep_only(found)
        samples: dict[int, Sample] = {}
        left_out: list[LeftOut] = []
        for namespace in found.namespaces:
            is_late = not namespace.is_own and time.monotonic() >= end
            answer = LeftOut(namespace, WhyLeftOut.LATE) if is_late else self._sampled(namespace, question.time_wait)
            if isinstance(answer, LeftOut):
                left_out.append(answer)
            else:
                samples[namespace.number] = answer
        belonging = self._belongings.of([*samples.values()])
        own, *others = samples
        beside_s = time.thread_time() - started - sum(sample.cost_s for sample in samples.values())
        samples[own] = belonging.given_to(replace(samples[own], cost_s=samples[own].cost_s + beside_s))
        for number in (own, *others):
            inside = self._inside[number]
            inside.source.note_owners(belonging.owners)
            inside.collector.hold(samples[number])
        return messages.NamespacesRead(id=question.id, found=found, left_out=tuple(left_out))

    def _look(self) -> FoundNamespaces:
        now = time.monotonic()
        if self._found is None or now - self._found_at >= _SEARCH_SPACING_S:
            self._found, self._found_at = self._search(), now
        return self._found

    def _sampled(self, namespace: Namespace, time_wait: bool) -> Sample | LeftOut:  # noqa: FBT001 - as it was asked
        with ExitStack() as stack:
            try:
                stack.enter_context(visit(namespace))
            except KernelError as error:
                return kept_out(namespace, error)
            try:
                return self._source_in(namespace).sample(time_wait=time_wait)
            except (KernelError, WireError) as error:
                if namespace.is_own:
                    raise
                return LeftOut(namespace, WhyLeftOut.FAILED, str(error))

    def _source_in(self, namespace: Namespace) -> LiveSource:
        """Give the source of the namespace in which this thread is."""
        inside = self._inside.get(namespace.number)
        if inside is None:
            source = LiveSource(names_groups_later=True, is_one_of_many=True)
            inside = _Inside(namespace, source, Collector(source, self._output))
            self._inside[namespace.number] = inside
        return inside.source

    def _keep_only(self, found: FoundNamespaces) -> None:
        """Let go of those that have gone, and visit the others by what leads there now."""
        ways = {namespace.number: namespace for namespace in found.namespaces}
        for number, inside in [*self._inside.items()]:
            if number in ways:
                inside.namespace = ways[number]
            else:
                del self._inside[number]
                inside.source.close()


@dataclass(slots=True)
class _Inside:
    """What is kept of one namespace."""

    namespace: Namespace
    source: LiveSource
    collector: Collector
