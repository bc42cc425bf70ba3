"""python -m monitor, and the command fourtuple."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.model.service_names import Service


def main() -> int:
    """Run the command line and give its exit code."""
    from monitor.cli.environment import spare_threads, start_anew_where_steered  # noqa: PLC0415 - as below

    start_anew_where_steered()
    spare_threads()
    from monitor.cli.main import run  # noqa: PLC0415 - an import error is reported by Python, not by a half-made CLI
    from monitor.model.service_names import SERVICES  # noqa: PLC0415 - as above

    SERVICES.prefer(_services)

    return run(sys.argv[1:])


def _services() -> list[Service]:
    from monitor.kernel.services_file import read_services  # noqa: PLC0415 - when a name is first wanted

    return read_services()


if __name__ == "__main__":
    sys.exit(main())
