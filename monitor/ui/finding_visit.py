"""Where Enter and p lead from a finding: to its rows in the list that has them, or to its process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.presentation.finding_rows import FindingRows, has_time_wait, is_about_listeners, pid_of

if TYPE_CHECKING:
    from monitor.model.finding import Finding
    from monitor.ui.app import MonitorApp
    from monitor.ui.screens.main import MainScreen


def go_to_rows(main: MainScreen) -> None:
    """Narrow the list that has the rows of the finding at the cursor, and go there; without rows go to its process."""
    finding, view = main.findings.finding_at_cursor, main.findings.findings_view
    if finding is None or view is None:
        return
    title, choose = view.text_at(main.findings.cursor_position).title, FindingRows.of(finding).connections
    if not len(main.findings.rows_at_cursor()):
        if not show_process_of(finding, main.app):
            main.say(f"{title}: there is no row to show")
    elif is_about_listeners(finding, view.interval):
        main.show_only_listeners(title, choose)
    else:
        if has_time_wait(finding, view.interval) and not main.connections.has_time_wait:
            main.action_more_rows()
        main.show_only(title, choose)


def show_process_of(finding: Finding, app: MonitorApp) -> bool:
    """Open the process that a finding is about; False where it is about something else."""
    pid = pid_of(finding)
    if pid is not None:
        app.drill_down.show_process(pid)
    return pid is not None
