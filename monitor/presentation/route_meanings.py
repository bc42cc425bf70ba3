"""What the lines about routes mean that explanations.py does not know from a row; explain() gives them out."""

from __future__ import annotations

ROUTE_MEANINGS = {
    "rule_decided": "The rule whose table, or whose refusal, is the answer. Derived: the kernel does not name it, so "
    "the first one that fits the question and leads to the answer's table is shown.",
    "rule_no_match": "One of its selectors does not fit the question: addresses, interface, mark, user, protocol, "
    "ports or TOS. A socket that is not bound to an address fits no rule that asks for one (from).",
    "rule_no_route": "It fits, but its table has no route to there, or only one that is thrown back (throw) or too "
    "short for it (suppress_prefixlength). The kernel went on with the next rule.",
    "rule_skipped": "The kernel passed over it: a goto leads past it, or it leads nowhere by itself (goto, nop).",
    "rule_not_reached": "The answer was found by a rule before it.",
    "rule_uncertain": "It looks at what is not known of the packet, or the deciding rule could not be derived.",
    "route": "A route of this table. Of those that hold the destination the longest prefix counts, then the lowest "
    "metric; the order of the list means nothing.",
    "route_matched": "The route from which the answer came: the longest prefix, then the lowest metric.",
    "selectors": "What else can be typed: what the policy rules may look at. Where it is left out, the kernel takes "
    "the user who asks, no mark and no interface, and picks address and port itself.",
    "differs": "Open connections to this remote endpoint that use another local address or interface than a new one "
    "would get: they were opened before the routes changed, or by another user or mark, or bound on purpose.",
    "instead": "Who gets new clients at this address although the wildcard listener holds it as well: a socket on one "
    "exact address goes before it.",
    "gone_dying": "Open connections whose local address, or whose interface, would be gone: nothing of theirs arrives "
    "or leaves any more. No peer is told; each side finds out by its own timers. When an interface only goes down, its "
    "IPv6 addresses go with it and its IPv4 ones stay this host's own.",
    "gone_rerouted": "Open connections that keep their local address and lose their way. The interfaces are those that "
    "have a route to there today beside the one that goes; whether the peer's network takes packets from this address "
    "there cannot be seen.",
    "gone_staying": "Open connections to which this does nothing.",
    "gone_unreachable": "Sockets that wait for clients at an address, or on an interface, that would be gone.",
    "gone_unknown": "Open connections of which nobody knows by which interface they leave.",
    "dial_sends": "Dialling opens a connection as any program would: SYN, SYN-ACK, ACK, and then FIN. Nothing else of "
    "this program sends anything.",
    "dial_as": "The monitor itself connects, with your rights, also where what it shows is read by root.",
    "dial_waits": "After that time it gives up; a SYN that nobody answers was dropped on the way, or the host is dead.",
    "dial_without": "What the question in Routing names and this connection does not have. Rules may choose by it.",
    "dial_not_sent": "The kernel has no way to there, or could not be asked.",
    "dial_failed": "What connect() said. The prediction is then neither right nor wrong.",
    "dial_connected": "How long the handshake took: one round trip and what both hosts needed.",
    "dial_predicted": "The local address that the route promised before anything was sent.",
    "dial_actual": "The local endpoint that the kernel gave. The port is its own choice and cannot be predicted.",
}
