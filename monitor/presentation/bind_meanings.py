"""What each line of the bind screen means: a few sentences by value id, the gist first."""

from __future__ import annotations

BIND_MEANINGS = {
    "bind_answer": "What bind(), and for TCP listen() after it, would say. It follows from the kernel's rules over its "
    "own tables, read a moment ago; nothing is bound. A program that starts now may come before you.",
    "bind_same": "This socket has the very address and port. Two may share it only where both have SO_REUSEPORT and "
    "one user, or both have SO_REUSEADDR and neither listens.",
    "bind_ours_is_wildcard": "You ask for every address, and this socket has one of them on the same port. An exact "
    "address beside it may be free: see the last line.",
    "bind_theirs_is_wildcard": "This socket has every address on the port, yours too. Its owner would have to name an "
    "address of its own.",
    "bind_ours_is_dual": "A socket on [::] takes IPv4 as well unless it sets IPV6_V6ONLY, and this IPv4 socket is in "
    "its way there.",
    "bind_theirs_is_dual": "This socket on [::] takes IPv4 as well, and so has your IPv4 endpoint. With IPV6_V6ONLY on "
    "its side both could be.",
    "bind_ipv6_connection": "This is one side of an IPv6 connection, and its socket did not set IPV6_V6ONLY. Linux "
    "then counts it as in the way of 0.0.0.0, though none of its packets is IPv4.",
    "bind_to_get_it": "What would make the same attempt succeed: an option of yours, or somebody who lets go. A socket "
    "that several processes hold is free only when the last of them has closed it.",
    "bind_to_know": "How to learn what could not be read. Options of another process's socket take the right to look "
    "into that process; the kernel's own lists take root.",
    "bind_no_use": "What often is tried and would not help here, and against which of the sockets above.",
    "bind_free_now": "Endpoints with the same port at which the same attempt would succeed now.",
    "bind_shares": "A socket that has the port too and lets yours pass. Who then gets the clients is another question.",
    "bind_predicted": "The rules refuse, but the kernel may skip them. It remembers of each TCP port who shared it "
    "last by SO_REUSEPORT, and no list shows that.",
    "bind_range": "What port 0 has to choose from: net.ipv4.ip_local_port_range without the ports that are reserved. "
    "An explicit port may lie outside and be reserved.",
    "bind_unread": "What could not be read, and so is not in the answer.",
}
