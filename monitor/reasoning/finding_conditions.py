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
DROPPING_SAMPLES: Final = 3
"""Samples of the last WINDOW_S in which a socket has dropped: a burst or two is an accident, this is a habit. Where
samples are further apart, of as many of them as that asks for."""
MOST_OF_A_KIND: Final = 32
"""The largest are told; a thousand findings of one kind tell nobody anything."""

SYN_TRIES: Final = 3
"""SYNs sent again without any answer: 7 seconds, or 3 where the kernel repeats the first ones every second."""
SYN_ATTEMPTS: Final = 2
"""Such attempts of one program at one remote endpoint make it trouble: a peer-to-peer program, or one that goes through
a list of addresses, tries each once."""
SYN_REMEMBERED_S: Final = 300.0
"""Attempts are counted over this time."""
SYN_UNTIL_S: Final = 15.0
"""A program that tries again pauses meanwhile: so long after the last attempt it is over."""

KEEPALIVE_TRIES: Final = 2
"""Keepalive probes in a row without an answer: one may be lost."""
RESEND_TRIES: Final = 6
"""Timeouts in a row: each doubles the wait, so that even the quickest path has been silent for 12 seconds."""
WINDOW_PROBE_TRIES: Final = 3
"""Probes of a shut window without an answer: a peer that merely does not read answers each."""
FEW_SHARE: Final = 0.05
"""Of a service's clients: fewer that no longer answer are people who left, that do not read are slow: a note."""

IDLE_S: Final = 7200.0
"""As long as the kernel would wait before its first keepalive probe (tcp_keepalive_time)."""

STALLED_S: Final = 30.0
"""A program that pauses on purpose, or collects garbage, reads again before."""
STALLED_FOR_S: Final = 3.0
UNREAD_BYTES: Final = 32 * 1024
"""Half of the window that a connection starts with: the peer is held up. Less may lie unread for hours on an idle
connection: a farewell of a server, a ticket of TLS."""

FEW_STALLED: Final = 3
"""Fewer connections of one program that stand still may do so on purpose, where they are downloads that it dialled, or
clients of it that have paused theirs: a note …"""
PAUSED_S: Final = 300.0
"""… and downloads only for so long: servers let go of a client that reads nothing for a minute or five."""

MOST_PEERS: Final = 3
"""A program with this trouble at more remote addresses than that has one finding, not one for each."""

RESENT_SHARE: Final = 0.05
"""Of the segments of the last seconds: TCP is slow from one in a hundred on, and lame at one in twenty …"""
RESENT_SEGMENTS: Final = 20
SENT_SEGMENTS: Final = 200
RESENT_CONNECTIONS: Final = 3
"""… where it is at least so many, of so many, on so many connections: a share of a few segments is an accident."""
RESENT_FOR_S: Final = 3.0
"""What is counted reaches back WINDOW_S anyhow; a doctor that watches for five seconds must be able to tell."""
RESENT_UNTIL: Final = 0.02
CLEAN_SHARE: Final = 0.01
"""Up to this share what others send counts as untroubled, which clears the way that they share."""
SPREAD_REMOTES: Final = 3
"""Remote addresses that lose from which on it is not one peer, nor the path to one."""

PORTS_NEAR: Final = 0.9
"""Share of the ports that connect() may choose from for one remote endpoint; without any left it gets EADDRNOTAVAIL."""
PORTS_FOR_S: Final = 2.0
PORTS_UNTIL: Final = 0.8
PORTS_LOOK_S: Final = 30.0
"""Where TIME-WAIT could fill the range, but is spread, it is read again after this time."""

DESCRIPTORS_NEAR: Final = 0.9
DESCRIPTORS_FOR_S: Final = 2.0
DESCRIPTORS_UNTIL: Final = 0.8

CONNTRACK_NEAR: Final = 0.9
CONNTRACK_FOR_S: Final = 2.0
CONNTRACK_UNTIL: Final = 0.8


ELSEWHERE_FOR_S: Final = 3.0
"""While interfaces and routes are set up, answers change from one moment to the next; the first come with the second
sample of a doctor that has five seconds."""
HEARD_S: Final = 2.0
"""Data that came within this time came to an address that is still there."""

SHARED_CONNECTIONS: Final = 30
"""Of an endpoint that several processes serve: with fewer, chance decides who has more."""
UNEVEN_FACTOR: Final = 3.0
"""So many times its fair share, or 90 of 100 where there are two …"""
UNEVEN_OF_TWO: Final = 0.9
UNEVEN_FOR_S: Final = 10.0

SHORT_PER_SECOND: Final = 10.0
"""Connections to one remote endpoint that end each second, from which on a pool would pay."""
REFUSED_TIMES: Final = 3
"""Attempts at one remote endpoint that are refused …"""
REFUSED_OVER_S: Final = 30.0
"""… in this time: somebody tries again. Once or twice is a program that asks whether a service is there."""
SHORT_LASTS_S: Final = 2.0
"""A connection that lasts no longer is short."""
TIME_WAIT_S: Final = 60.0
"""For so long the kernel keeps a TIME-WAIT entry (TCP_TIMEWAIT_LEN)."""
SHORT_FOR_S: Final = 3.0
