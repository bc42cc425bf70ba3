"""What all tests may ask for: real sockets, a namespace of their own, a terminal; and the reason where they may not."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings

from tests import servers
from tests.cli.running import PROGRAM
from tests.kernel.tracefs import detached_tracefs
from tests.namespaces import NetworkNamespace, network_namespace
from tests.terminal import Terminal

pytest_plugins = ["tests.required_kernel"]

# Examples are kept nowhere: the tests also run for a user who may not write into the clone.
settings.register_profile("fourtuple", database=None, deadline=None, max_examples=60)
settings.load_profile("fourtuple")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have the tests that touch the machine run one after another, and those of whole programs; all others anyhow."""
    here = Path(__file__).parent
    for item in items:
        if item.path.parent == here and "terminal" in item.path.stem:
            item.add_marker(pytest.mark.xdist_group("programs"))
        elif item.get_closest_marker("kernel") is not None:
            item.add_marker(pytest.mark.xdist_group("machine"))


@pytest.fixture(autouse=True, scope="session")
def nobodys_configuration(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Have every monitor start as one that nobody has configured."""
    for variable in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        os.environ[variable] = str(tmp_path_factory.mktemp(variable))


@pytest.fixture
def as_root() -> None:
    """Skip the test where it does not run as root."""
    if os.geteuid() != 0:
        pytest.skip("needs root")


@pytest.fixture
def program() -> Callable[[str], str]:
    """Give a function that finds a program such as ss, and skips the test where it is not installed."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            pytest.skip(f"needs {name}")
        return path

    return find


@pytest.fixture
def namespace(as_root: None) -> Iterator[NetworkNamespace]:
    """Run the test inside a network namespace that holds nothing but what it makes."""
    with network_namespace() as made, made.entered():
        yield made


@pytest.fixture
def ip(namespace: NetworkNamespace, program: Callable[[str], str]) -> Callable[..., str]:
    """Give a function that runs ip(8) once for each line inside the test's namespace, and gives the last output."""
    path = program("ip")

    def run(*texts: str) -> str:
        output = ""
        for line in filter(None, "\n".join(texts).splitlines()):
            output = subprocess.run([path, *line.split()], check=True, capture_output=True, text=True).stdout
        return output

    return run


@pytest.fixture
def tracefs(as_root: None) -> Iterator[Path]:
    """Give a place of tracefs that only the test and what it starts can see."""
    with ExitStack() as stack:
        try:
            place = stack.enter_context(detached_tracefs())
        except OSError as error:
            pytest.skip(f"kernel lacks tracefs or keeps it back: {error}")
        if not (place / "events/sock/inet_sock_set_state").is_dir():
            pytest.skip("kernel lacks the event of a TCP change of state")
        yield place


@pytest.fixture
def service() -> Iterator[servers.Service]:
    """A listener and two connections that it accepted; the clients are the test's."""
    with servers.service() as scene:
        yield scene


@pytest.fixture
def close_wait_leak() -> Iterator[servers.Service]:
    """Three sockets that their server forgot in CLOSE-WAIT."""
    with servers.close_wait_leak() as scene:
        yield scene


@pytest.fixture
def full_accept_queue() -> Iterator[servers.FullAcceptQueue]:
    """A listener with backlog 2 and a full queue, and one client that waits in vain."""
    with servers.full_accept_queue() as scene:
        yield scene


@pytest.fixture
def answers_example() -> Iterator[servers.FullAcceptQueue]:
    """Two SYN-SENT and one ESTAB of one process to a single remote endpoint."""
    with servers.answers_example() as scene:
        yield scene


@pytest.fixture
def udp_pair() -> Iterator[servers.UdpPair]:
    """A UDP server and a client connected to it."""
    with servers.udp_pair() as scene:
        yield scene


@pytest.fixture
def forked_listener() -> Iterator[tuple[servers.HeldSocket, ...]]:
    """One listener held by three processes."""
    with servers.forked_listener() as scene:
        yield scene


@pytest.fixture
def reuseport_group() -> Iterator[tuple[servers.HeldSocket, ...]]:
    """Three listeners on one endpoint."""
    with servers.reuseport_group() as scene:
        yield scene


@pytest.fixture
def scene() -> Iterator[ExitStack]:
    """Hold scenes of tests.servers with arguments of the test's own: `scene.enter_context(hostile_process(b"…"))`."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def start() -> Iterator[Callable[..., Terminal]]:
    """Give a function that starts the monitor and waits for its first sample; it ends with the test."""
    with ExitStack() as stack:

        def start(*arguments: str, size: tuple[int, int] = (120, 40), **env: str) -> Terminal:
            terminal = stack.enter_context(Terminal([PROGRAM, "--period", "0.2", *arguments], size, env))
            terminal.wait_for(lambda text: "live 0.2s" in text and "reading the kernel" not in text, timeout=30)
            return terminal

        yield start
