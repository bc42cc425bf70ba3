"""Where no collector can be started before the user is asked for rights again, the monitor offers to ask."""

from __future__ import annotations

from unittest.mock import patch

from monitor.errors import ExpiredRightsError
from monitor.sampling.source import Source
from tests import machine_db1
from tests.ui.stage import monitor_of


async def test_what_wants_rights_again_is_offered_to_be_asked_until_samples_come():
    source, granted, asked = machine_db1.source(), [True], []

    def open_source() -> Source:
        if not granted:
            raise ExpiredRightsError("sudo wants its password again")
        return source

    def refusal(_: object, ask: object) -> None:
        asked.append(ask)
        granted.append(True)

    async with monitor_of(source, open_source=open_source) as stage:
        app = stage.app
        app._ask_for_rights = lambda: None
        assert not app.can_ask_for_rights, "root sees everything"
        granted.clear()
        app._sampler.open_another()
        await stage.until(lambda: app.can_ask_for_rights)
        await stage.sees("sudo wants its password again")
        with patch("monitor.ui.more_rights.refusal_on_terminal", refusal):
            app.ask_for_rights()
        await stage.until(lambda: not app.can_ask_for_rights)
        assert asked == [app._ask_for_rights]
