"""TcpInfo: what TCP keeps of one connection, in struct tcp_info's order; SocketDetails: all that asking for it gives.

A field is None where the kernel's structure ends before it, or where its value means "not measured" or "not set".
"""

from __future__ import annotations

from dataclasses import dataclass

from monitor.model.tracking import Tracking

OPTION_TIMESTAMPS = 1 << 0
OPTION_SACK = 1 << 1
OPTION_WINDOW_SCALE = 1 << 2
OPTION_ECN = 1 << 3
"""Bits of tcpi_options (TCPI_OPT_*, include/uapi/linux/tcp.h)."""

TIMER_NONE, TIMER_RETRANSMIT, TIMER_KEEPALIVE, TIMER_TIME_WAIT, TIMER_PROBE = range(5)
"""idiag_timer: which timer runs; the kernel names one at most, a retransmission before a keepalive."""

SHUTDOWN_RECEIVE, SHUTDOWN_SEND = 1, 2
"""Bits of sk_shutdown: no more will be read; no more will be sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpInfo:
    """What the kernel's TCP knows of a connection. Counters run from the opening on and may wrap where 32 bits wide."""

    length_bytes: int
    """Size of the kernel's structure; an older kernel's is shorter."""
    congestion_state: int | None = None
    """0 open, 1 disorder, 2 CWR (slowed by ECN or the own queue), 3 recovery, 4 loss (a timeout)."""
    timeouts_in_a_row: int | None = None
    """Retransmission timeouts since anything was acknowledged (tcpi_retransmits)."""
    probes: int | None = None
    """Zero-window or keepalive probes that were not answered yet."""
    backoff: int | None = None
    """The timeout is doubled this often."""
    options: int | None = None
    """What both sides agreed on in the handshake, and ECN seen since: OPTION_ bits."""
    send_window_scale: int | None = None
    """The peer's windows count in units of 2 to this power; None where not agreed on."""
    receive_window_scale: int | None = None
    """Ours likewise."""
    is_app_limited: bool | None = None
    """Whether the program had nothing to send while the delivery rate was measured: the path may carry more."""
    rto_us: int | None = None
    """Wait before a segment that was not acknowledged is sent again."""
    ato_us: int | None = None
    """Wait before a delayed acknowledgement is sent."""
    send_mss_bytes: int | None = None
    """Largest payload of a segment that is sent."""
    receive_mss_bytes: int | None = None
    """Estimate of the payload that the peer sends in a segment."""
    unacked_segments: int | None = None
    """Sent and not acknowledged."""
    sacked_segments: int | None = None
    """Of those, acknowledged out of order (SACK)."""
    lost_segments: int | None = None
    """Of those, taken for lost."""
    retransmitted_segments: int | None = None
    """Of those, sent again and still on their way."""
    last_data_sent_ms: int | None = None
    """Time since data was sent last, or since the opening."""
    last_data_recv_ms: int | None = None
    """Time since data came last, or since the opening."""
    last_ack_recv_ms: int | None = None
    """Time since anything with an acknowledgement came."""
    path_mtu_bytes: int | None = None
    receive_ssthresh_bytes: int | None = None
    """How far the own window may grow for now."""
    rtt_us: int | None = None
    """Smoothed round trip time; None also before the first measurement."""
    rtt_variation_us: int | None = None
    """Mean deviation of it."""
    ssthresh_segments: int | None = None
    """Where slow start ends; None where unset: there was no loss yet."""
    cwnd_segments: int | None = None
    """How many segments may be on their way at once."""
    advertised_mss_bytes: int | None = None
    """Largest payload that we told the peer to send."""
    reordering_segments: int | None = None
    """By how many places segments may be late before they are taken for lost; 3 at first."""
    receive_rtt_us: int | None = None
    """The receiving side's own estimate; None also where it has none."""
    receive_space_bytes: int | None = None
    """What the program reads in a round trip; the receive buffer is sized by it."""
    total_retransmits: int | None = None
    """Segments that were sent again since the opening."""
    pacing_rate: int | None = None
    """Bytes per second at which segments are let go; None also where unlimited."""
    max_pacing_rate: int | None = None
    """SO_MAX_PACING_RATE in bytes per second; None also where unlimited."""
    bytes_acked: int | None = None
    """Acknowledged by the peer, with the own SYN where this side dialled, and the own FIN."""
    bytes_received: int | None = None
    """In order, with the peer's FIN."""
    segments_out: int | None = None
    segments_in: int | None = None
    unsent_bytes: int | None = None
    """Written by the program and not sent even once."""
    min_rtt_us: int | None = None
    """Least round trip time of the last minutes; None also before the first measurement."""
    data_segments_in: int | None = None
    data_segments_out: int | None = None
    delivery_rate: int | None = None
    """Bytes per second that the peer acknowledged when it was measured last."""
    busy_us: int | None = None
    """Time since the opening in which there was something to send, or unacknowledged."""
    receive_window_limited_us: int | None = None
    """Part of busy_us in which the peer's window was full."""
    send_buffer_limited_us: int | None = None
    """Part of busy_us in which the own send buffer was too small."""
    delivered_segments: int | None = None
    delivered_ce_segments: int | None = None
    """Of those, marked by a router as passing a congested queue (ECN)."""
    bytes_sent: int | None = None
    """Payload that left, retransmissions included."""
    bytes_retransmitted: int | None = None
    """Of those, sent again."""
    duplicates_reported: int | None = None
    """Segments that the peer got twice, as it says (DSACK): retransmissions that were not needed."""
    reorderings_seen: int | None = None
    """How often an acknowledgement showed that the path changed the order."""
    out_of_order_segments: int | None = None
    """Received before their turn."""
    peer_window_bytes: int | None = None
    """What the peer lets us send beyond what it acknowledged; 0 is a shut window."""
    own_window_bytes: int | None = None
    """What we let the peer send."""
    rehashes: int | None = None
    """How often another path was tried, by another flow hash, after timeouts."""
    timeouts: int | None = None
    """Retransmission timeouts since the opening."""
    timeout_recoveries: int | None = None
    """Spells of timeouts that ended with an acknowledgement."""
    timeout_ms: int | None = None
    """Time spent in such spells."""

    def has_option(self, option: int) -> bool | None:
        """Whether an OPTION_ bit is set; None where the structure is too short to tell."""
        return None if self.options is None else bool(self.options & option)


@dataclass(frozen=True, slots=True)
class SocketMemory:
    """What a socket holds of the kernel's memory (INET_DIAG_SKMEMINFO). All but drops in bytes."""

    received: int
    """Taken by what came and was not read, with the overhead of the packets."""
    receive_buffer: int
    """Limit of it."""
    sent: int
    """Taken by what was handed to the network and not yet freed."""
    send_buffer: int
    """Limit of what waits to be sent."""
    queued: int
    """Taken by what waits to be sent or acknowledged."""
    drops: int | None = None
    """Packets that were thrown away since the socket was made: a full buffer, a bad checksum. None on old kernels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketDetails:
    """One socket at the moment when the kernel was asked for it alone."""

    state: int
    """The kernel's number, see TcpState; it may have changed since the sample."""
    timer: int
    """TIMER_NONE to TIMER_PROBE; another number where a newer kernel knows more."""
    timer_tries: int
    """How often it has fired in a row: SYNs sent again, probes, retransmissions."""
    timer_ms: int
    """Time until it fires next."""
    recv_q: int
    """Bytes that the program has not read; of a listener the accept queue's length."""
    send_q: int
    """Bytes that the peer has not acknowledged; of a listener the backlog."""
    inode: int
    """0 where no process has the socket."""
    uid: int
    shutdown: int | None = None
    """SHUTDOWN_ bits; None where the kernel does not tell, as in TIME-WAIT."""
    info: TcpInfo | None = None
    congestion_control: bytes | None = None
    """Name of the algorithm that sets the congestion window; untrusted."""
    upper_layer: bytes | None = None
    """Protocol that the kernel runs on top, such as tls or mptcp; told only with CAP_NET_ADMIN. Untrusted."""
    memory: SocketMemory | None = None
    cgroup: int | None = None
    """Id of the control group that the socket was made in: the inode of its directory in cgroup2."""
    traffic_class: int | None = None
    """The DSCP and ECN byte that packets leave with: IP_TOS or IPV6_TCLASS."""
    syn_retries: int | None = None
    """How often this host sends a SYN again: net.ipv4.tcp_syn_retries and tcp_syn_linear_timeouts together.

    A program may have set its own in place of the first (TCP_SYNCNT), which the kernel does not tell.
    """
    read_at: float | None = None
    """CLOCK_MONOTONIC in seconds: it rests while the machine sleeps, as the kernel's own times do."""
    tracking: Tracking | None = None
    """What becomes of its packets in the packet filter; None where nobody asked, as without a remote endpoint."""

    @property
    def has_keepalive(self) -> bool | None:
        """Whether SO_KEEPALIVE probes an idle peer; None where another timer runs and hides that one."""
        if self.timer in (TIMER_NONE, TIMER_KEEPALIVE):
            return self.timer == TIMER_KEEPALIVE
        return None
