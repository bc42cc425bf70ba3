"""Draw the captured trace page anew: `python -m tests.kernel.capture_trace` as root, on a little-endian machine.

It is what the kernel wrote about two connections, the second one 200 ms after the first, with the kernel's own words
about its layout; on Linux 6.18.
"""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

from monitor.kernel.trace_instance import TraceInstance
from tests.kernel.tracefs import detached_tracefs
from tests.namespaces import leave_for_new_namespace

CAPTURED = Path(__file__).parent / "captured"
EVENT = "events/sock/inet_sock_set_state"
SERVER_PORT, CLIENT_PORT = 4000, 40000


def connect_once(family: socket.AddressFamily, address: str) -> None:
    """Open a connection between two ports that are known, and close it at the client's side first."""
    with socket.create_server((address, SERVER_PORT), family=family) as server:
        with socket.socket(family) as client:
            client.bind((address, CLIENT_PORT))
            client.connect((address, SERVER_PORT))
            accepted, _ = server.accept()
        accepted.close()


def main() -> None:
    """Write the page and the two descriptions."""
    leave_for_new_namespace()
    # All events then lie on one page.
    os.sched_setaffinity(0, {0})
    with detached_tracefs() as tracefs:
        instance = TraceInstance.make(tracefs)
        try:
            (CAPTURED / "trace_event_format").write_bytes(instance.read(f"{EVENT}/format"))
            (CAPTURED / "trace_header_page").write_bytes(instance.read("events/header_page"))
            instance.write(f"{EVENT}/filter", f"common_pid == {os.getpid()} && newstate < 3")
            instance.write(f"{EVENT}/enable", "1")
            connect_once(socket.AF_INET, "127.0.0.1")
            time.sleep(0.2)
            connect_once(socket.AF_INET6, "::1")
            instance.write(f"{EVENT}/enable", "0")
            pipe = instance.open("per_cpu/cpu0/trace_pipe_raw")
            # The rest of a page is zeros.
            (CAPTURED / "trace_page.bin").write_bytes(os.read(pipe, 1 << 16).rstrip(b"\0"))
            os.close(pipe)
        finally:
            instance.remove()


if __name__ == "__main__":
    main()
