"""The Operator that this process is: started by a shell, perhaps over ssh, neither of which an action should end."""

from __future__ import annotations

import os

from monitor.model.action import Operator


def this_operator() -> Operator:
    """Describe this process as the one who acts."""
    return Operator(os.getpid(), os.environ.get("SSH_CONNECTION"))
