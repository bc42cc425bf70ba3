"""FindingDetail: the finding at the cursor in full, and at its foot what the host has lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from monitor.presentation.text_line import TextLine, plain, rule
from monitor.presentation.view import Role
from monitor.ui.widgets.text_lines import TextLines

if TYPE_CHECKING:
    from monitor.model.sample import Sample
    from monitor.presentation.findings_view import FindingsView


class FindingDetail(TextLines):
    """Stands below the Findings pane."""

    _first_at = 0.0
    _first_counters: Mapping[str, int] | None = None
    """Of the first sample of this machine that had any: by what they rose since is told."""
    _namespace: int | None = None

    def note_counters(self, sample: Sample) -> None:
        """Remember where the host's counters stood when watching began."""
        if self._first_counters and sample.table.namespace == self._namespace:
            return
        self._first_at, self._first_counters = sample.taken_at, sample.host_facts.counters
        self._namespace = sample.table.namespace

    def show_finding(self, view: FindingsView, position: int) -> None:
        """Draw what there is to say of a finding of a view; of none where it is empty."""
        from monitor.presentation.finding_lines import detail_lines, foot_lines  # noqa: PLC0415 - it brings numpy

        width, height = self.size.width, self.size.height
        facts = view.interval.sample.host_facts
        foot = foot_lines(facts, self._first_counters or {}, self._first_at, width)
        told = str(view.finding_at(position).kind) if view.count else ""
        detail = detail_lines(view.finding_at(position), view.text_at(position), width) if view.count else []
        self.show([rule(told, "", width), *_fitted(detail, foot, max(1, height - 1))])


def _fitted(detail: Sequence[TextLine], foot: Sequence[TextLine], height: int) -> list[TextLine]:
    """Put the foot at the bottom; where there is no room for both it goes, and then what the detail says last."""
    if len(detail) + len(foot) <= height:
        return [*detail, *[TextLine()] * (height - len(detail) - len(foot)), *foot]
    if len(detail) <= height:
        return list(detail)
    return [*detail[: height - 1], plain(f" ⋮ {len(detail) - height + 1} more lines", Role.DIM)]
