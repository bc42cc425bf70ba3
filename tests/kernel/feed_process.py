"""A process that opens a feed as the collector does, and the instance that it makes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.kernel.scripts import PROJECT

_SOURCE = """
import sys
from pathlib import Path
from monitor.kernel.transition_feed import TransitionFeed
from monitor.sampling.ending import end_in_order
end_in_order()
feed = TransitionFeed.open(Path(sys.argv[1]))
print(feed, flush=True)
sys.stdin.read()
"""


@contextmanager
def feed_process(tracefs: Path) -> Iterator[subprocess.Popen[str]]:
    """Run it until its input ends; it has made its instance."""
    process = subprocess.Popen(
        [sys.executable, "-c", _SOURCE, str(tracefs)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=[int(tracefs.name)],
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert "TransitionFeed" in process.stdout.readline()
        yield process


def instances_of(tracefs: Path, pid: int) -> list[Path]:
    """List the instances that a process of that number made."""
    return list((tracefs / "instances").glob(f"fourtuple-{pid}-*"))
