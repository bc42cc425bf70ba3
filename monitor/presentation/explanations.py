"""What each value, mark and sign means, and when it is bad: a few sentences by value id, the gist first.

The lines of a connection's screen, the columns of the tables, the lines of Routing and the help ask here.
"""

from __future__ import annotations

from monitor.presentation.bind_meanings import BIND_MEANINGS
from monitor.presentation.demux_meanings import DEMUX_MEANINGS
from monitor.presentation.event_meanings import EVENT_MEANINGS
from monitor.presentation.finding_meanings import FINDING_MEANINGS
from monitor.presentation.route_meanings import ROUTE_MEANINGS

_ENDS = {
    "owner": "The processes that hold a descriptor of this socket. Several can: fork() and descriptor passing share "
    "it. The connection ends only when the last of them has closed it.",
    "local": "This side's endpoint: address and port. Every connection that a listener accepted has the listener's "
    "port: they are told apart by the remote endpoint, not by a port of their own.",
    "remote": "The other side's endpoint. The four values of both endpoints name the connection; two connections from "
    "one client differ in the client's port only. A name in the address's place came from this machine's resolver, "
    "which R asks; whoever has the address says how it is called, and nothing checks that.",
    "other_end": "Where both ends are sockets of this host, the other one has the two endpoints swapped. "
    "Its unread bytes are what this end sees as unacknowledged or as a shut window.",
    "route": "Which way the kernel would send a packet of this connection now, asked with its user, mark and ports. "
    "A connection keeps its local address for life: ~ says that a new one would leave from elsewhere.",
    "via": "The interface that the socket belongs to. That is the device that it is bound to, else the interface that "
    "owns its local address; by which one packets leave is the route's choice.",
    "direction": "Who dialled: ← the other side, → this one. A listener on the local endpoint tells it, or TCP's own "
    "counters: what the peer acknowledged of the side that dialled holds one number more than its bytes, the SYN.",
    "user": "The user that made the socket. The kernel tells it of every socket to everybody, also where the process "
    "is hidden.",
    "unit": "The container, else the systemd unit, of the control group in which the socket was made; of an accepted "
    "connection its listener's. It stays known when the process has ended. Where systemd itself listens for a service "
    "(a .socket unit), it is systemd's: init.scope. What a user has named in a group that was given to him follows the "
    "name of that group.",
    "peer": "The process at the other end, where that is on this host too. Empty: the other end is elsewhere.",
}
"""Who and where."""

_TRAFFIC = {
    "rate": "Payload received and payload acknowledged, together, per second over the last five seconds.",
    "curve": "Both rates together over the last minute, a cell for five seconds, each row on a scale of its own. "
    "Blank: not known, as before the row was on screen for the first time.",
    "in": "Payload received per second over the last five seconds, and in all. Sequence numbers, not packets: what the "
    "peer sent twice counts once.",
    "out": "Payload that the peer acknowledged per second over the last five seconds, and in all. What was sent twice "
    "counts once; SYN and FIN do not count.",
    "received_total": "Payload received since the opening, to the byte: SYN and FIN do not count, and what the peer "
    "sent twice counts once.",
    "acknowledged_total": "Payload that the peer acknowledged since the opening, to the byte. What was written and not "
    "acknowledged is not in it.",
    "delivery": "How fast the peer acknowledged when the kernel measured it last. Where our program had no more to "
    "send, the path may carry more. Paced: segments are let go at this rate and not in bursts (cwnd over rtt, and some "
    "more).",
    "rtt": "Time from a segment to its acknowledgement, smoothed. Far above the least one means that packets wait in a "
    "queue on the path, or that the peer delays its acknowledgements.",
    "retransmits": "Segments sent again, of all that were sent since the opening. Above one per cent the path "
    "loses packets, or a queue on it overflows; DSACK counts those that the peer had got already.",
    "lost": "Segments that are now taken for lost and wait to be, or are, sent again. Not 0 for long: the path is bad. "
    "A path that changes the order makes segments look lost that are only late.",
    "udp": "UDP has no connection and no acknowledgements: the kernel counts datagrams of the whole host, not bytes of "
    "a socket.",
    "drops": "Datagrams that arrived for this socket and were thrown away, nearly always because its buffer was "
    "full: the program reads too slowly. The sender is not told.",
    "verdict": "What decides about this connection now: nobody answers, somebody does not read or close, or who has "
    "the largest share of the last two minutes (of its busy time as long as there are not two readings). The numbers "
    "are the kernel's own; the lines below have the others.",
    "limited": "Of the last seconds, and ever of the time in which there was something to send. Our program: it had "
    "nothing to send. Peer's window: the peer does not read fast enough. Send buffer: this host's buffer is too small. "
    "Network is the rest: the path and its congestion control.",
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
    "lifetime": "For how long the connection has been open. The kernel keeps no birth time: ≥ where its opening was "
    "not seen, by the times without data and with something to send, which TCP itself counts from the opening.",
    "idle": "Time since data last passed, either way. TCP itself keeps it, so it is right from the first sample; "
    "acknowledgements and keepalive probes do not count. Where no data has passed it counts from the opening.",
}
"""What passes, and what it meets."""

_STATES = {
    "established": "Both sides may send. It stays so until one of them closes, also where nobody says a word and where "
    "a peer died without one.",
    "listen": "Waits for clients and has no remote endpoint. Each client that it accepts becomes a socket of its own "
    "with the same local address and port.",
    "bound": "Has its port, and neither listens nor connects. It gets nothing and keeps the port from others; most "
    "tools do not show it.",
    "udp_waiting": "A UDP socket that takes datagrams from anybody. UDP has no listening and no connections.",
    "udp_connected": "A UDP socket with a peer, set by connect(). The kernel gives it that peer's datagrams only; "
    "nothing was sent for it, and the peer need not know.",
    "state_unknown": "A state that this program has no name for, by the kernel's number. The kernel is newer.",
    "ids": "The inode is what a process's descriptor shows and is 0 where no process has the socket. The cookie is the "
    "kernel's own number of the socket and is never given twice.",
    "maker": "The user that made the socket, its mark (SO_MARK) and the device it is bound to: all three take part "
    "in the choice of a route.",
    "nat": "Where the packet filter tracks connections (conntrack), it may translate one: then the other side has "
    "another pair than this socket. Its table is asked for this pair alone; reading it takes CAP_NET_ADMIN.",
    "syn_tries": "The SYN was sent again so often. The first times come a second apart "
    "(net.ipv4.tcp_syn_linear_timeouts), the others after waits that double (net.ipv4.tcp_syn_retries); the host's "
    "limit is the sum of both. A program may set its own (TCP_SYNCNT), which cannot be seen.",
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
"""What a socket waits for, and what the kernel keeps of it."""

_LISTENERS = {
    "protocol": "tcp or udp, and which packets: 4 IPv4, 6 IPv6, 46 both. A socket on [::] takes both unless its "
    "program set IPV6_V6ONLY; its IPv4 clients then have addresses such as ::ffff:192.0.2.1.",
    "service": "Where clients find it. 0.0.0.0 and [::] stand for every address of this host; a socket on one exact "
    "address goes before them.",
    "reach": "How far its address reaches: lo this host, net one address, all every address. What a packet filter "
    "lets pass is not looked at.",
    "conns": "Connections that demultiplexing gives to this endpoint. All have its port; the remote endpoints tell "
    "them apart. Those that wait in the accept queue are among them.",
    "conns_curve": "Its connections over the last two minutes, each row on a scale of its own. Blank: not known, as "
    "for UDP, which has none.",
    "accept_queue": "Finished handshakes that accept() has not taken, and their limit. The limit is what the program "
    "told listen(), or net.core.somaxconn where that is less. Above it the kernel drops new clients: they hang and "
    "are not refused.",
    "arrivals": "Connections that came per second over the last five seconds, those that have ended since among them. "
    "Clients that were dropped or refused are not.",
    "service_drops": "Packets for this endpoint that the kernel threw away in the last minute. A listener drops "
    "handshakes, above all when its accept queue is full, and a UDP socket what its buffer has no room for.",
    "udp_queue": "Bytes that wait to be read, and the receive buffer, the packets' overhead counted. What does not fit "
    "is thrown away, and the sender is not told.",
    "worker_share": "How many per cent of the connections that were accepted here this process has. Where one has far "
    "more than the others, it is the one that is busy.",
    "shared": "One socket, held by so many processes, as fork() leaves it. They take clients from one queue.",
    "reuseport": "Several sockets at one endpoint, each with a queue of its own. TCP allows it with SO_REUSEPORT, and "
    "a hash of both endpoints picks the socket of a client; UDP also with SO_REUSEADDR, and then the one that was "
    "bound last gets all. The queue shown is the fullest.",
}
"""What waits for clients."""

_GROUPS = {
    "group": "What the sockets of this group share. Enter opens the group in its place; t groups by something else.",
    "group_count": "How many sockets the group has. Those closed a moment ago are among them.",
    "group_states": "How many of them are in which state; × are those closed a moment ago.",
    "role": "What the process does with these sockets. It listens, accepted what the other side dialled, dialled by "
    "itself, or nothing tells: UDP, bound only, or who dialled is not known.",
}
"""Lines that stand for several sockets."""

_ROUTING = {
    "asker": "For whom the kernel was asked. Rules may choose by protocol, user and mark: the answer holds for these.",
    "leaves": "Interface, source address and gateway that the kernel would choose now. An open connection keeps its "
    "source address whatever the routes become.",
    "no_way": "What connect() would fail with now, and which route or rule says so.",
    "matched": "The route that matched: the longest prefix of the table, then the lowest metric.",
    "rule": "The rule that led to the table. Derived: the kernel does not name it, so the first one that fits the "
    "question and leads to the answer's table is shown.",
    "source": "Why this source address: the socket is bound to it, the route names it, or the kernel chose among the "
    "interface's addresses.",
    "address_owner": "The interface that has the remote address: it is this host's own, and packets stay on the host.",
    "mtu": "Largest packet of this way. Less than the link's: set on the route, or learned from a router on the path.",
    "next_hop": "The neighbour that packets are handed to, and what ARP or neighbour discovery last found. failed "
    "means that it does not answer.",
    "else": "Other next hops that the table has for this destination: other metrics, or the other ways of a multipath "
    "route.",
    "verdict": "Whether the open connection has the source and interface that a new one would get. ✓ it has; ~ a new "
    "one would leave elsewhere; ! there is no way now; – not known.",
    "reachable": "Addresses of this host at which clients reach the listener, by the interface that has them.",
}
"""Lines of the Routing pane."""

_SIGNS = {
    "cursor": "The row that keys act on; it keeps its line.",
    "mark_trouble": "Trouble: a finding is about it, something fails now or soon. 5 shows what, since when, "
    "and what to do.",
    "mark_elsewhere": "A new connection would leave elsewhere today, or has no way at all.",
    "mark_new": "Opened in the last 3 s.",
    "mark_closed": "Closed. Its last numbers stay for 3 s among those that are open, and longer among the closed ones "
    "that a adds.",
    "mark_chosen": "Marked with m: X closes all that are marked, once that was confirmed; M unmarks them.",
    "unknown": "Not known, or there is none; 0 is zero. i says why.",
    "hidden_owner": "The process is not known to this user, its user is. Root sees all.",
    "no_direction": "Not known who dialled.",
    "age": "At least so long: it was open before the monitor started. The kernel keeps no birth time.",
    "retransmits_rose": "Segments were sent again within the last 10 s.",
}
"""Marks, and signs that stand for a missing or a special value."""

_FINDINGS = {
    **{f"finding {kind}": meaning for kind, meaning in FINDING_MEANINGS.items()},
    "since": "The first sample in which it was so, without a break until now. before: it was so in the very first "
    "one, and nothing tells for how long.",
    "side": "Whose it is to mend: a program of this host, the peer, the path between, a setting of this host. "
    "peer/path: nothing that can be seen from here tells which of the two.",
    "sure": "certain: the kernel's own numbers say it. likely: they fit it best, and something else could look alike.",
}
"""Lines of the Findings pane."""

_WORDS = {
    **_ENDS,
    **_TRAFFIC,
    **_STATES,
    **_LISTENERS,
    **_GROUPS,
    **_ROUTING,
    **ROUTE_MEANINGS,
    **BIND_MEANINGS,
    **DEMUX_MEANINGS,
    **EVENT_MEANINGS,
    **_SIGNS,
    **_FINDINGS,
}


def explain(value_id: str) -> str:
    """Say what a value means and when it is bad.

    Raises:
        KeyError: nothing has such a value.
    """
    return _WORDS[value_id]


def gist(value_id: str) -> str:
    """Say what a value is in one sentence: the first of its explanation.

    Raises:
        KeyError: as explain().
    """
    return f"{explain(value_id).partition('. ')[0].removesuffix('.')}."


def explained() -> frozenset[str]:
    """List the ids that explain() knows."""
    return frozenset(_WORDS)
