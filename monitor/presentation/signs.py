"""The signs of the screens, for a legend: each with what explain() is asked for about it."""

from __future__ import annotations

SIGNS = (
    ("▸", "cursor"),
    ("*", "mark_chosen"),
    ("+", "mark_new"),
    ("×", "mark_closed"),
    ("!", "mark_trouble"),
    ("~", "mark_elsewhere"),
    ("← →", "direction"),
    ("·", "no_direction"),
    ("–", "unknown"),
    ("≥14h", "age"),
    ("(www-data)", "hidden_owner"),
    ("nginx ×4", "shared"),
    ("8 sockets", "reuseport"),
    ("reach", "reach"),
    ("queue", "accept_queue"),
    ("ret%", "retransmits"),
    ("2.3+", "retransmits_rose"),
    ("×3", "syn_tries"),
    ("idle", "idle"),
)
"""As a screen shows it, and the id of its explanation."""
