"""What this process may do is found in its capabilities and the owner of its namespace, never in its user id."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from monitor.kernel.capabilities import effective_capabilities, may_administer_network
from tests.kernel.scripts import AS_NOBODY, run_script
from tests.namespaces import NetworkNamespace

pytestmark = pytest.mark.kernel

MAY = f"""
{AS_NOBODY}
import json
from monitor.kernel.capabilities import effective_capabilities, may_administer_network
%s
print(json.dumps([os.geteuid(), effective_capabilities().bit_count() > 30, may_administer_network()]))
"""
IN_A_USER_NAMESPACE = """
CLONE_NEWUSER, CLONE_NEWNET = 0x1000_0000, 0x4000_0000
assert ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER | (CLONE_NEWNET if {has_own_network} else 0)) == 0
with open("/proc/self/uid_map", "w") as own:
    own.write("0 65534 1")
"""


def test_the_effective_set_is_read():
    found = re.search(r"^CapEff:\s*(\w+)$", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found is not None
    assert effective_capabilities() == int(found[1], 16)


def test_root_may_in_a_namespace_that_it_made(namespace: NetworkNamespace):
    assert may_administer_network()


def test_a_plain_user_may_not(as_root):
    assert run_script(MAY % "become_nobody()") == [65534, False, False]


@pytest.mark.parametrize("has_own_network", [False, True])
def test_fm_02_root_of_a_user_namespace_may_in_its_own_network_alone(as_root, has_own_network):
    steps = "become_nobody()" + IN_A_USER_NAMESPACE.format(has_own_network=has_own_network)
    if not Path("/proc/sys/user/max_user_namespaces").exists():
        pytest.skip("kernel lacks user namespaces")
    assert run_script(MAY % steps) == [0, True, has_own_network]
