"""Where a right or a call is missing that is said, and nothing is done another way."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator

import pytest

from monitor.model.action import Result
from tests.faults import refused_calls
from tests.identity_lab import Child
from tests.kernel.scripts import run_script

pytestmark = pytest.mark.kernel

PIDFD_SEND_SIGNAL, PIDFD_OPEN = 424, 434
"""Numbers of the calls, on all machines alike (include/uapi/asm-generic/unistd.h)."""

REFUSED = """
import json, sys
from monitor.kernel.actions import Actions
from monitor.kernel.processes import read_process
from tests.faults.refused_calls import refuse_call
from tests.identity_lab import NOBODY_ELSE, signal_asked
pid, number, errno = map(int, sys.argv[1:])
seen = read_process(pid)
refuse_call(number, errno)
outcome = Actions().prepare(signal_asked(seen), NOBODY_ELSE)
print(json.dumps([outcome.result, outcome.errno, read_process(pid).pidfd_inode is None]))
"""

WITHOUT_NETLINK = """
import json, socket
from monitor.kernel.actions import Actions
from tests.faults.refused_calls import refuse_sockets
from tests.identity_lab import NOBODY_ELSE, close_asked
with socket.socket(type=socket.SOCK_DGRAM) as sock:
    sock.connect(("127.0.0.1", 9))
    asked = close_asked(sock)
    refuse_sockets(socket.AF_NETLINK, None, 97)
    outcome = Actions().prepare(asked, NOBODY_ELSE)
print(json.dumps([outcome.result, outcome.errno]))
"""

WITHOUT_PTRACE = """
import json, socket, sys
from monitor.kernel.actions import Actions
from monitor.kernel.processes import read_process
from monitor.presentation.status_text import rights
from monitor.sampling.live import LiveSource
from tests.identity_lab import NOBODY_ELSE, signal_asked
source, actions = LiveSource(), Actions()
with socket.create_server(("127.0.0.1", 0)):
    sample = source.sample()
answer = actions.prepare(signal_asked(read_process(int(sys.argv[1]))), NOBODY_ELSE)
process = answer.target.process
sent = actions.confirm(answer.token)
hidden = sample.owners.hidden_processes
seen = [sample.uid, hidden > 0, rights(sample.uid, sample.capabilities, hidden)]
print(json.dumps([seen, [process.exe, process.name.decode(), sent.result]]))
source.close()
actions.close()
"""


@pytest.fixture
def child() -> Iterator[Child]:
    made = Child.start(is_deaf=True)
    yield made
    made.end()


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.EPERM])
@pytest.mark.parametrize("call", [PIDFD_OPEN, PIDFD_SEND_SIGNAL])
def test_fm_04_where_the_kernel_or_a_sandbox_refuses_pidfds_nothing_is_signalled(child, call, number):
    if not refused_calls.is_offered():
        pytest.skip("needs a machine whose calls are known here")
    result, refused_with, has_no_inode = run_script(REFUSED, child.pid, call, number)
    assert (result, refused_with) == (Result.CANNOT, number)
    assert has_no_inode or call == PIDFD_SEND_SIGNAL
    assert not child.was_sent_term()


def test_fk_12_without_netlink_no_socket_can_be_closed():
    if not refused_calls.is_offered():
        pytest.skip("needs a machine whose calls are known here")
    assert run_script(WITHOUT_NETLINK) == [Result.CANNOT, errno.EAFNOSUPPORT]


def test_fm_05_root_without_the_right_to_trace_acts_on_what_it_may_not_read(as_root, child):
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("needs setpriv")
    seen, done = run_script(WITHOUT_PTRACE, child.pid, under=[setpriv, "--bounding-set=-sys_ptrace"])
    assert seen == [0, True, "root without CAP_SYS_PTRACE"]
    assert done == [None, "sleep", Result.SENT]
    assert child.was_sent_term()
