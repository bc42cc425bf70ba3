"""When something counts as found: every threshold with its reason, in this one place. Help and words quote these.

A condition opens a finding when it has held for its time in every sample; the finding stays until a milder one
(`…_UNTIL`) no longer holds, so that a value at the threshold does not flicker.
"""

from __future__ import annotations

from typing import Final

QUEUE_FULL_FOR_S: Final = 2.0
"""A burst that a busy program takes within a moment costs a client one retry of a second; this is longer."""
QUEUE_NEAR: Final = 0.8
"""Share of the limit from which on an accept queue is nearly full …"""
QUEUE_NEAR_LEAST: Final = 16
"""… where the limit is at least this: four of five is no sign."""
QUEUE_NEAR_FOR_S: Final = 5.0
QUEUE_UNTIL: Final = 0.5
"""Share of the limit down to which it is not over."""

QUIET_S: Final = 60.0
"""A socket in CLOSE-WAIT without traffic for so long waits for nobody: a peer that closes only its own direction and
still reads gets its answer sooner."""
LEAK_SOCKETS: Final = 20
"""Quiet sockets in CLOSE-WAIT of one program: more than a small pool has left when its server has ended."""
LEAK_FOR_S: Final = 3.0
LEAK_GROWTH: Final = 5
"""Or so many more of them than LEAK_GROWTH_S ago, and no fewer at any time between …"""
LEAK_GROWTH_S: Final = 60.0
LEAK_GROWTH_LEAST: Final = 10
"""… where there are at least so many."""
LEAK_UNTIL: Final = 0.5
"""Share of LEAK_GROWTH_LEAST quiet sockets down to which it is not over."""
FORGOTTEN_SOCKETS: Final = 3
FORGOTTEN_S: Final = 3600.0
"""So few in CLOSE-WAIT are worth a note once they are quiet for so long."""

WINDOW_S: Final = 10.0
"""Counters are compared over this time: one sample alone shows a burst."""
MOST_OF_A_KIND: Final = 32
"""The largest are told; a thousand findings of one kind tell nobody anything."""
