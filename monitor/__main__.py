"""python -m monitor, and the command fourtuple."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line and give its exit code."""
    from monitor.cli.environment import spare_threads, start_anew_where_steered  # noqa: PLC0415 - as below

    start_anew_where_steered()
    spare_threads()
    from monitor.cli.main import run  # noqa: PLC0415 - an import error is reported by Python, not by a half-made CLI

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
