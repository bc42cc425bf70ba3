"""What each line of the demux screen means: a few sentences by value id, the gist first."""

from __future__ import annotations

DEMUX_MEANINGS = {
    "demux_answer": "Who gets the segment, and how sure that is. Certain: the rules over the sockets that are listed "
    "and the kernel's own look-up name the same one. Predicted: something that is not visible may change it.",
    "demux_for_this_host": "First the kernel decides whether a packet is for this host at all: by its destination, the "
    "interface it comes in by, and the way back to its source. What is refused here never meets a socket.",
    "demux_exact_pair": "The socket that has this very pair of endpoints goes before everybody who waits. This is how "
    "thousands of connections share one local port.",
    "demux_sk_lookup": "A BPF program of the namespace may hand new clients to any socket, past address and port. Its "
    "table can't be read; it shows where the kernel names a socket that the rules do not.",
    "demux_exact_address": "Who waits on the packet's own address goes before who waits on every address.",
    "demux_wildcard": "Who waits on every address: 0.0.0.0, and [::] for IPv6 and, unless IPV6_V6ONLY is set, for IPv4 "
    "too. It gets only what nobody waits for on the exact address.",
    "demux_every_match": "What is sent to a group or to everybody is copied to each UDP socket that fits. A socket "
    "bound to another address or interface does not, nor one that has not joined and takes no groups of others.",
    "demux_group": "Sockets of one user that set SO_REUSEPORT and share an endpoint. The kernel picks one for each "
    "client by a hash of both endpoints, unless a BPF program of the group picks. Each has an accept queue of its own.",
    "demux_rules": "Whom the kernel's rules name when they are applied to the sockets that are listed.",
    "demux_kernel": "Whom the running kernel names when it is asked for the same pair (inet_diag's exact look-up). It "
    "decides where the two differ; a difference has a cause that no list shows, or time has passed.",
    "demux_then": "What becomes of the segment at its receiver. The receiver of a segment is no proof of delivery: "
    "a full queue drops it, and some states answer without the program.",
    "demux_beware": "IPv4 and IPv6 clients of one port may meet two programs, since 0.0.0.0 and an IPv6-only [::] can "
    "both have it.",
    "demux_nat": "What the packet filter's table of connections (conntrack) has of this pair. One that it translates "
    "comes to sockets as another pair. Rules for pairs that are not in the table yet are not looked at.",
    "demux_assumed": "What was not said and counts here. Sockets that are bound to an interface get only what comes "
    "in by it, so another interface may mean another socket: type dev=NAME to name it.",
    "demux_unseen": "What may still take, change or drop the packet and can't be seen from the tables of sockets.",
    "demux_place": "A local address with this port, the interface that has it, and who gets a client there that has no "
    "connection yet. Enter shows why.",
}
