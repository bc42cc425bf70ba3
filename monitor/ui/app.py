"""MonitorApp: owns the sampler and the newest interval, and hands both to the screen on top."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from monitor.config.loading import Loaded
from monitor.config.settings import Configuration
from monitor.presentation.view import Role
from monitor.sampling.period import next_longer, next_shorter
from monitor.ui.commands import ActionCommands, ProcessCommands, WordsCommand
from monitor.ui.configured_app import ConfiguredApp
from monitor.ui.contracts import LiveScreen, ShowsEvents, ShowsSockets, StopScreen
from monitor.ui.glyphs import ASCII_GLYPHS
from monitor.ui.histories import Histories
from monitor.ui.keys import By, Where, bindings
from monitor.ui.messages import SamplerReported
from monitor.ui.naming import Naming
from monitor.ui.plots_command import PlotsCommand
from monitor.ui.screens.main import MainScreen
from monitor.ui.themed_app import Look
from monitor.ui.widgets.list_pane import ListPane

if TYPE_CHECKING:
    from monitor.model.event_list import EventList
    from monitor.model.finding import Finding
    from monitor.model.sample import Interval
    from monitor.presentation.acknowledged import Acknowledged
    from monitor.sampling.sampler import Sampler
    from monitor.sampling.sampler_events import SamplerEvent
    from monitor.sampling.source import Source
    from monitor.ui.actions import Actions
    from monitor.ui.drill_down import DrillDown
    from monitor.ui.questions import Questions

_CLOCK_S = 1.0
_STARTED_S = 3.0
"""When the first samples have been shown, and what only they took can go back."""
_TITLE_WIDTH = 48
"""Cells of a process in the palette: a name may have thousands."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the command line asks for."""

    period_s: float | None = None
    """Seconds from one sample to the next; None for as long as samples need."""
    filter_text: str = ""
    pid: int | None = None
    look: Look = field(default_factory=Look)
    is_read_only: bool = False
    """Whether nothing is offered that acts outside the program."""
    resolves: bool = False
    """Whether names of addresses are asked for from the start."""
    is_outside: bool = False
    """Whether this process is not in the network namespace that is shown: with sudo only the collector enters it."""
    configuration: Configuration = field(default_factory=Configuration)
    """What else is settled; what the fields above say wins over it."""
    written: Configuration = field(default_factory=Configuration)
    """What of it the user's own file says."""
    complaints: tuple[str, ...] = ()
    """What in the files of the configuration does not count."""


class MonitorApp(ConfiguredApp):
    """The monitor. The sampling thread posts messages to it; nothing else crosses."""

    TITLE = "fourtuple"
    CSS_PATH = "styles.tcss"
    COMMANDS: ClassVar = {ActionCommands, PlotsCommand, ProcessCommands, WordsCommand}
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(By.APP, Where.EVERYWHERE)]
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"

    def __init__(
        self,
        open_source: Callable[[], Source],
        settings: Settings | None = None,
        boot_clock: Callable[[], float] = lambda: time.clock_gettime(time.CLOCK_BOOTTIME),
        ask_for_rights: Callable[[], None] | None = None,
    ) -> None:
        """Make the monitor.

        Args:
            open_source: Makes a source of samples; called on the sampling thread, again when a source has gone.
            settings: What the command line asks for.
            boot_clock: CLOCK_BOOTTIME in seconds, by which the age of a sample is told.
            ask_for_rights: Asks on the terminal for the rights to see all owners, which sources then have that are
                opened after it; raises MonitorError where they are refused. None where they cannot be had.
        """
        self.settings = settings or Settings()
        files = Loaded(self.settings.configuration, self.settings.complaints, self.settings.written)
        super().__init__(files, self.settings.look, boot_clock)
        self.is_read_only = self.settings.is_read_only
        self.glyphs: Mapping[int, str] | None = ASCII_GLYPHS if self.settings.look.is_ascii else None
        self.interval: Interval | None = None
        self.events: EventList | None = None
        """What is shown; while paused not the newest."""
        self.is_paused = False
        self._newest: Interval | None = None
        self._newest_events: EventList | None = None
        self._open_source = open_source
        self._ask_for_rights = ask_for_rights
        self._wants_rights = False
        self._naming = Naming(is_outside=self.settings.is_outside)
        self.histories = Histories(lambda: self._sampler.history, lambda: self.interval)

    # Made when they are needed: importing them would delay the first paint.

    @cached_property
    def _sampler(self) -> Sampler:
        from monitor.sampling.sampler import Sampler  # noqa: PLC0415 - as above

        return Sampler(self._open_source, self._report, self.settings.period_s, draws_first=True)

    @cached_property
    def _acknowledged(self) -> Acknowledged:
        from monitor.presentation.acknowledged import Acknowledged  # noqa: PLC0415 - as above

        return Acknowledged()

    @cached_property
    def questions(self) -> Questions:
        """What screens may ask of the sampling thread."""
        from monitor.ui.questions import Questions  # noqa: PLC0415 - as above

        return Questions(self._sampler)

    @cached_property
    def actions(self) -> Actions:
        """What is done outside the program, and what became of it."""
        from monitor.sampling.operator import this_operator  # noqa: PLC0415 - as above
        from monitor.ui.actions import Actions  # noqa: PLC0415 - as above

        return Actions(self._sampler, this_operator(), self.tell_action, self.set_timer)

    @cached_property
    def drill_down(self) -> DrillDown:
        """The way from row to row, screen by screen."""
        from monitor.ui.drill_down import DrillDown  # noqa: PLC0415 - as above

        return DrillDown(self, self.tell)

    def on_mount(self) -> None:
        """Mount the main screen, and start sampling once it is painted."""
        # Not as Textual's default screen: one that is resized before it is mounted arranges itself without an end.
        self.push_screen(MainScreen(self.glyphs, self.settings.filter_text, self.configuration))
        if self.settings.pid is not None:
            self.drill_down.show_process(self.settings.pid)
        self.call_after_refresh(self._start_sampling)
        self.set_interval(_CLOCK_S, self._tick)

    def _start_sampling(self) -> None:
        from monitor.sampling.freed_memory import return_freed_memory, share_freed_memory  # noqa: PLC0415 - as above

        share_freed_memory()
        self._sampler.start()
        if self.settings.resolves:
            self.action_resolve()
        self.set_timer(_STARTED_S, return_freed_memory)

    def on_unmount(self) -> None:
        """End the sampling thread and the collector."""
        self._sampler.stop()

    # What the sampling thread reports.

    def _report(self, event: SamplerEvent) -> None:
        self.post_message(SamplerReported(event))

    def on_sampler_reported(self, message: SamplerReported) -> None:
        """Hand on what the sampling thread read."""
        if not self.is_running:
            # At the end the screens go before the messages do.
            return
        from monitor.sampling.sampler_events import (  # noqa: PLC0415 - as below
            ActionAnswered,
            ActionPrepared,
            EventsListed,
            IntervalMade,
            SampleFailed,
        )
        from monitor.ui.answers import hand_on  # noqa: PLC0415 - not before the first paint

        match message.event:
            case IntervalMade(interval):
                self._take_interval(interval)
            case EventsListed(events):
                self._take_events(events)
            case SampleFailed(text, is_source_gone, wants_rights):
                self._wants_rights = wants_rights
                self._take_failure(f"{text}; starting another collector" if is_source_gone else text)
            case ActionPrepared() | ActionAnswered() as answer:
                self.actions.take(answer)
            case answer:
                hand_on(answer, self.screen_stack)
                self.questions.take(answer)

    def _take_failure(self, sentence: str) -> None:
        self.tell(sentence)
        self.journal.add_failure(sentence)
        self.show_log()

    def _take_interval(self, interval: Interval) -> None:
        if self._newest is None:
            self.call_after_refresh(self._sampler.note_drawn)
        self._newest = interval
        self._wants_rights = False
        self.take_notices(interval.sample)
        if not self.is_paused or self.interval is None:
            self._show(interval)
        self.tell_status()
        self.journal.take_sample(interval.sample)
        self.show_log()

    def _take_events(self, events: EventList) -> None:
        self._newest_events = events
        self.journal.take_events(events)
        if not self.is_paused or self.events is None:
            self._show_events(events)

    def _show_events(self, events: EventList) -> None:
        self.events = events
        for screen in self.screen_stack:
            if isinstance(screen, ShowsEvents):
                screen.show_events(events)

    def _show(self, interval: Interval) -> None:
        self.interval = self._naming.lend(self._acknowledged.mark(interval))
        screen = self._live_screen
        if screen is not None:
            screen.show_interval(self.interval)

    def acknowledge(self, finding: Finding) -> None:
        """Take a finding for known, so that it calls no more; one that is, as not."""
        self._acknowledged.toggle(finding)
        if self.interval is not None:
            self._show(self.interval)
            self.tell_status()

    @property
    def _live_screen(self) -> LiveScreen | None:
        """The topmost screen that shows samples; the palette above it lets it be seen."""
        return next((screen for screen in reversed(self.screen_stack) if isinstance(screen, LiveScreen)), None)

    def tell_status(self) -> None:
        """Give the screen on top the status line as it is now; the picture ages even when no sample comes."""
        screen = self._live_screen
        if self.interval is None or screen is None:
            return
        from monitor.presentation.status_text import Freshness, status_line  # noqa: PLC0415 - it brings numpy

        age = max(0.0, self._boot_clock() - self.interval.sample.boot_time)
        freshness = Freshness(age, self._sampler.pace, is_paused=self.is_paused)
        # The main screen alone has no path, and shows its first rows without what makes one.
        path = self.drill_down.path if any(isinstance(place, StopScreen) for place in self.screen_stack) else ()
        line = status_line(self.interval, freshness, self.size.width, path, is_read_only=self.is_read_only)
        screen.show_status(line)

    def _tick(self) -> None:
        """Let the picture age, and what is on screen be read again where the next sample is far."""
        self.tell_status()
        if self._naming.has_news and self.interval is not None:
            self._show(self.interval)
        screen = self._live_screen
        if isinstance(screen, ShowsSockets) and not self.is_paused:
            self._sampler.ask_fresh_rows(screen.visible_cookies())

    def on_list_pane_refused(self, message: ListPane.Refused) -> None:
        """Say why a list cannot do what was asked for."""
        self.tell(message.reason)

    # What screens ask for.

    def set_period(self, seconds: float | None) -> None:
        """Take a period; None for as long as samples need."""
        self._sampler.set_period(seconds)
        self.tell_status()

    @property
    def can_ask_for_rights(self) -> bool:
        """Whether there are owners that are not seen, or no samples any more, and rights by which they would be."""
        has_hidden = self._newest is not None and self._newest.owners.hidden_processes > 0
        is_wanted = has_hidden or self._wants_rights
        return is_wanted and self._ask_for_rights is not None and not self.is_read_only

    def ask_for_rights(self) -> None:
        """Go on with a source that sees all owners, where the user gets the rights for it; what is known stays."""
        if self._ask_for_rights is None:
            return
        from monitor.ui.more_rights import refusal_on_terminal  # noqa: PLC0415 - on demand

        refusal = refusal_on_terminal(self, self._ask_for_rights)
        if refusal is None:
            self._sampler.open_another()
        else:
            self._take_failure(refusal)

    def process_titles(self) -> Iterable[tuple[int, str]]:
        """List the processes that own a socket, as pid and safe text that fits into one line of the palette."""
        if self.interval is None:
            return []
        from monitor.presentation.process_words import process_title  # noqa: PLC0415 - on demand
        from monitor.presentation.safe_text import middle_cut_endpoint  # noqa: PLC0415 - as above

        processes = self.interval.owners.processes
        return [(pid, middle_cut_endpoint(process_title(made), _TITLE_WIDTH)) for pid, made in processes.items()]

    # Actions.

    def action_pause(self) -> None:
        """Stop showing, not reading; go on with the newest."""
        self.is_paused = not self.is_paused
        if not self.is_paused and self._newest_events is not None:
            self._show_events(self._newest_events)
        if not self.is_paused and self._newest is not None:
            self._show(self._newest)
        self.tell_status()

    def action_faster(self) -> None:
        """Take the next shorter period; below the shortest one that samples decide."""
        self.set_period(next_shorter(self._sampler.pace.period_s))

    def action_slower(self) -> None:
        """Take the next longer period; above the longest one that samples decide."""
        self.set_period(next_longer(self._sampler.pace.period_s))

    def action_sample_now(self) -> None:
        """Read a sample at once."""
        self._sampler.sample_now()

    def action_resolve(self) -> None:
        """Ask for the names of the remote addresses on screen, or no longer."""
        self.tell(self._naming.toggle(), Role.NOTE)
        if self.interval is not None:
            self._show(self.interval)
        self.tell_status()

    def action_explain(self) -> None:
        """Say why what is at the cursor is as it is."""
        from monitor.ui.screens.explain import explain_line  # noqa: PLC0415 - on demand

        explain_line(self, self.acting)

    def action_save(self) -> None:
        """Save what is on the screen to a file."""
        from monitor.ui.saving import ask_save  # noqa: PLC0415 - on demand

        ask_save(self)

    def action_help(self, part: str = "") -> None:
        """Open the help for the screen on top, at its beginning or at one of its parts."""
        from monitor.ui.screens.help import HelpScreen  # noqa: PLC0415 - on demand

        if self.acting is not None:
            self.push_screen(
                HelpScreen(
                    self.acting.place,
                    self.interval,
                    self.glyphs,
                    part,
                    is_read_only=self.is_read_only,
                    table=self.key_map.table,
                )
            )

    def action_redraw(self) -> None:
        """Draw everything anew."""
        self.refresh(repaint=True, layout=True)
        self.screen.refresh(repaint=True)

    def action_leave_program(self) -> None:
        """Quit from anywhere."""
        self.exit()
