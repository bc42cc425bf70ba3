"""What each line of a connection's screen means, and when it is bad: one or two sentences by value id."""

from __future__ import annotations

_WORDS = {
    "owner": "The processes that hold a descriptor of this socket. Several can: fork() and descriptor passing share "
    "it. The connection ends only when the last of them has closed it.",
    "local": "This side's endpoint: address and port. Every connection that a listener accepted has the listener's "
    "port: they are told apart by the remote endpoint, not by a port of their own.",
    "remote": "The other side's endpoint. The four values of both endpoints name the connection; two connections from "
    "one client differ in the client's port only.",
    "other_end": "Where both ends are sockets of this host, the other one has the two endpoints swapped. "
    "Its unread bytes are what this end sees as unacknowledged or as a shut window.",
    "route": "Which way the kernel would send a packet of this connection now, asked with its user, mark and ports. "
    "A connection keeps its local address for life: ~ says that a new one would leave from elsewhere.",
    "in": "Payload received per second over the last five seconds, and in all. Sequence numbers, not packets: what the "
    "peer sent twice counts once.",
    "out": "Payload that the peer acknowledged per second. The delivery rate is the kernel's own measurement of the "
    "path; limited by our program means that the path may carry more than it shows.",
    "rtt": "Time from a segment to its acknowledgement, smoothed. Far above the least one means that packets wait in a "
    "queue on the path, or that the peer delays its acknowledgements.",
    "retransmits": "Segments sent again, of all that were sent since the opening. Above one per cent the path "
    "loses packets, or a queue on it overflows; DSACK counts those that the peer had got already.",
    "lost": "Segments that are now taken for lost and wait to be, or are, sent again. Not 0 for long: the path is bad.",
    "udp": "UDP has no connection and no acknowledgements: the kernel counts datagrams of the whole host, not bytes of "
    "a socket.",
    "drops": "Datagrams that arrived for this socket and were thrown away, nearly always because its buffer was "
    "full: the program reads too slowly. The sender is not told.",
    "limited": "Of the time in which there was something to send: peer's window means that the peer does not read fast "
    "enough; send buffer, that this host's buffer is too small; network is the rest: the path and its congestion "
    "control. Time in which our program had nothing to send does not count.",
    "unread": "Bytes that arrived and our program has not read (recv_q). Above 0 for long, the program is too slow; a "
    "full buffer shuts the window, and then the peer waits.",
    "unsent": "Bytes that our program wrote and that have not left, and behind them those that left and were not "
    "acknowledged; send_q is both together. Large and growing: the peer, the path or a window holds them back.",
    "peer_window": "How much the peer takes beyond what it acknowledged. 0 is a shut window: the peer's program does "
    "not read. This host asks again and again, without limit as long as the peer answers.",
    "cwnd": "How many segments congestion control lets be on the way at once. Below ssthresh it doubles with every "
    "round trip, above it grows slowly; a loss lowers both. A large rtt with a small cwnd is slow.",
    "mss": "Largest payload of one segment, from the path's MTU and what the peer allows. Much below 1,400 on the "
    "Internet: a tunnel, or a wrong MTU on the way.",
    "keepalive": "Whether this host probes a peer that has been silent (SO_KEEPALIVE). Off: a peer that died without a "
    "word is noticed only when something is sent to it. Balancers drop idle connections without a word, too.",
    "timer": "How long this host waits for an acknowledgement before it sends again, and the timer that runs now. The "
    "wait doubles with every timeout in a row.",
    "control": "The algorithm that sets cwnd, and what both sides agreed on in the handshake. Without window scale at "
    "most 64K are on the way; without SACK one loss in a window costs a round trip each.",
    "buffers": "Kernel memory that this socket holds, and its limits; the kernel moves both limits unless the program "
    "set them. Each packet costs more than its payload.",
    "ids": "The inode is what a process's descriptor shows and is 0 where no process has the socket. The cookie is the "
    "kernel's own number of the socket and is never given twice.",
    "maker": "The user that made the socket, its mark (SO_MARK) and the device it is bound to: all three take part "
    "in the choice of a route.",
    "syn_tries": "The SYN was sent and each time the wait before the next doubles. The host's limit is "
    "net.ipv4.tcp_syn_retries; a program may set its own (TCP_SYNCNT), which cannot be seen.",
    "syn_answer": "A closed port answers RST and a router may answer unreachable: both end this state at once. Silence "
    "means that the SYN or its answer is dropped: a packet filter, a dead host, a full accept queue, a wrong way back.",
    "syn_received": "A client's SYN was answered and its ACK is missing. Many of these: a SYN flood, or answers that "
    "leave by a wrong way.",
    "kernel_held": "Before the handshake is complete, and after the last process closed it, the kernel keeps an entry "
    "that belongs to no process.",
    "time_wait": "The side that closes first keeps the pair for a minute, so that late segments do not reach a new "
    "connection with the same pair. Harmless, unless the ports to one remote endpoint run out.",
    "close_wait": "The peer has sent its FIN; this side's program must close as well. The kernel never does it for it: "
    "CLOSE-WAIT that stays is a missing close() in the program. When the FIN came is known from the last data and the "
    "last acknowledgement.",
    "fin_wait_1": "This side closed; the peer has not acknowledged that. Staying here: the peer or path is dead, or "
    "bytes written before wait for the peer's window.",
    "fin_wait_2": "This side closed, the peer knows and goes on. Once no process holds the socket it is dropped after "
    "net.ipv4.tcp_fin_timeout; a program that only shut down its writing side may read as long as it likes.",
    "closing": "Both sides closed at the same time; the acknowledgement of this side's FIN is missing.",
    "last_ack": "The peer closed first, then this side; the acknowledgement of this side's FIN is missing.",
}


def explain(value_id: str) -> str:
    """Say what a value means and when it is bad.

    Raises:
        KeyError: no line has such a value.
    """
    return _WORDS[value_id]


def explained() -> frozenset[str]:
    """List the ids that explain() knows."""
    return frozenset(_WORDS)
