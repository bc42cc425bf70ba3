"""The soak over pids and pairs that are used again, a few rounds of it: it hits what it should and nothing else."""

from __future__ import annotations

import pytest

from tests.identity_lab import in_pid_namespace
from tests.namespaces import NetworkNamespace
from tests.soak.identity import CONTROL_EVERY, reuse_pairs

pytestmark = pytest.mark.kernel

ROUNDS = 2 * CONTROL_EVERY
REUSE_PIDS = f"""
import json
from tests.soak.identity import reuse_pids
print(json.dumps(reuse_pids({ROUNDS})))
"""


def test_fa_02_pids_that_are_used_again_mislead_no_signal(as_root):
    counts = in_pid_namespace(REUSE_PIDS)
    assert (counts.get("wrong target"), counts["control hit"]) == (0, 2)
    assert counts["already-gone"] + counts["changed"] == ROUNDS


def test_fa_08_pairs_that_are_used_again_mislead_no_close(namespace: NetworkNamespace):
    counts = reuse_pairs(ROUNDS)
    assert (counts["wrong target"], counts["control hit"], counts["control missed"]) == (0, 2, 0)
    assert counts["already-gone"] == counts["same pair"] == ROUNDS
