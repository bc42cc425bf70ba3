"""The set-up of the demux pictures: one port, five sockets, three programs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests import servers

_PORT = 8080


@contextmanager
def shared_port() -> Iterator[None]:
    """A REUSEPORT group of three on every IPv4 address, another program on one of them, and a third one on IPv6."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for _ in range(3):
            stack.enter_context(servers.called(b"nginx", directory, address="0.0.0.0", port=_PORT, reuse_port=True))
        place = {"address": "203.0.113.10", "port": _PORT, "reuse_port": True}
        stack.enter_context(servers.called(b"envoy", directory, **place))
        stack.enter_context(servers.called(b"node", directory, address="::", port=_PORT, v6only=True))
        yield
