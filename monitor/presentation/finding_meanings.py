"""When each kind of finding is told, in one sentence, with the thresholds that are really applied."""

from __future__ import annotations

from monitor.model.finding import FindingKind
from monitor.presentation.formats import bytes_text, duration_text, share_text
from monitor.reasoning import finding_conditions as when

FINDING_MEANINGS: dict[FindingKind, str] = {
    FindingKind.ACCEPT_QUEUE: (
        f"Told when an accept queue holds more than its backlog for {duration_text(when.QUEUE_FULL_FOR_S)}, "
        f"has overflown in {when.DROPPING_SAMPLES} samples of {duration_text(when.WINDOW_S)}, or is "
        f"{share_text(when.QUEUE_NEAR)} % full for {duration_text(when.QUEUE_NEAR_FOR_S)} "
        f"(from a backlog of {when.QUEUE_NEAR_LEAST} on). Over at {share_text(when.QUEUE_UNTIL)} %."
    ),
    FindingKind.DESCRIPTORS: (
        f"Told when a process has {share_text(when.DESCRIPTORS_NEAR)} % of its soft RLIMIT_NOFILE open. "
        f"Over below {share_text(when.DESCRIPTORS_UNTIL)} %."
    ),
    FindingKind.EPHEMERAL_PORTS: (
        f"Told when {share_text(when.PORTS_NEAR)} % of the ports that connect() may choose are in use between one "
        f"local address and one remote endpoint. Over below {share_text(when.PORTS_UNTIL)} %."
    ),
    FindingKind.CONNTRACK: (
        f"Told when {share_text(when.CONNTRACK_NEAR)} % of the packet filter's entries are in use. "
        f"Over below {share_text(when.CONNTRACK_UNTIL)} %."
    ),
    FindingKind.CLOSE_WAIT: (
        f"Told when one program has {when.LEAK_SOCKETS} sockets in CLOSE-WAIT without traffic for "
        f"{duration_text(when.QUIET_S)}, or {when.LEAK_GROWTH_LEAST} that grew by {when.LEAK_GROWTH} in "
        f"{duration_text(when.LEAK_GROWTH_S)} and never fell. A note from {when.FORGOTTEN_SOCKETS} on after "
        f"{duration_text(when.FORGOTTEN_S)}."
    ),
    FindingKind.SYN_UNANSWERED: (
        f"Told when one program has {when.SYN_ATTEMPTS} attempts at one remote endpoint within "
        f"{duration_text(when.SYN_REMEMBERED_S)} that each sent {when.SYN_TRIES} SYNs again without any answer. A "
        "single one is a note. A refusal is an answer."
    ),
    FindingKind.UNACKNOWLEDGED: (
        f"Told after {when.RESEND_TRIES} timeouts in a row of data, {when.KEEPALIVE_TRIES} keepalive probes or "
        f"{when.WINDOW_PROBE_TRIES} probes of a shut window without an answer. Of a service's clients fewer than "
        f"{share_text(when.FEW_SHARE)} % are a note: people leave."
    ),
    FindingKind.RETRANSMITS: (
        f"Told when {share_text(when.RESENT_SHARE)} % of the segments of the last {duration_text(when.WINDOW_S)} were "
        f"sent again, at least {when.RESENT_SEGMENTS} of {when.SENT_SEGMENTS} on {when.RESENT_CONNECTIONS} connections,"
        f" for {duration_text(when.RESENT_FOR_S)}. Over below {share_text(when.RESENT_UNTIL)} %."
    ),
    FindingKind.UNREAD: (
        f"Told when {bytes_text(when.UNREAD_BYTES)} or more wait and the program has read nothing for "
        f"{duration_text(when.STALLED_S)}. Fewer than {when.FEW_STALLED} connections that it dialled are a note for "
        f"{duration_text(when.PAUSED_S)}: a paused download looks the same."
    ),
    FindingKind.SHUT_WINDOW: (
        f"Told when data waits, the peer's window is shut and nothing was acknowledged for "
        f"{duration_text(when.STALLED_S)}, while the peer answers each probe. Fewer than {when.FEW_STALLED} clients, "
        f"or than {share_text(when.FEW_SHARE)} % of a service's, are a note: some are slow, or have paused."
    ),
    FindingKind.UDP_DROPS: (
        f"Told when a UDP socket has dropped in {when.DROPPING_SAMPLES} samples of {duration_text(when.WINDOW_S)} and "
        "the host counts full receive buffers meanwhile."
    ),
    FindingKind.NO_WAY: (
        "Told when the kernel has no route for open connections, or no interface has their address, for "
        f"{duration_text(when.ELSEWHERE_FOR_S)}."
    ),
    FindingKind.ELSEWHERE: (
        "Told when open connections would leave by another interface or address, for "
        f"{duration_text(when.ELSEWHERE_FOR_S)}."
    ),
    FindingKind.NO_KEEPALIVE: (
        f"Told of connections to other hosts that are idle for {duration_text(when.IDLE_S)} and have no keepalive."
    ),
    FindingKind.UNEVEN_WORKERS: (
        f"Told when one process has {when.UNEVEN_FACTOR:g} times its fair share of {when.SHARED_CONNECTIONS} "
        f"connections or more, or {share_text(when.UNEVEN_OF_TWO)} % of those of two, for "
        f"{duration_text(when.UNEVEN_FOR_S)}."
    ),
    FindingKind.INHERITED_LISTENER: (
        "Told when a child whose program is another than its parent's holds the parent's listening socket."
    ),
    FindingKind.TWO_PROGRAMS: (
        "Told when two programs listen on one TCP port and at least one of them at every address."
    ),
    FindingKind.REFUSED: (
        f"Told when {when.REFUSED_TIMES} attempts to connect to one endpoint are refused in "
        f"{duration_text(when.REFUSED_OVER_S)}. They are seen as root with tracefs mounted."
    ),
    FindingKind.SHORT_CONNECTIONS: (
        f"Told when {when.SHORT_PER_SECOND:g} connections a second to one remote endpoint end that lasted less than "
        f"{duration_text(when.SHORT_LASTS_S)}. Where closes are not seen, TIME-WAIT tells, of the last "
        f"{duration_text(when.TIME_WAIT_S)}."
    ),
    FindingKind.LISTENS_EVERYWHERE: (
        "Told of TCP services at the wildcard address: one note for each port of a database or debugger, one for all "
        "others together. Packet filters are not visible."
    ),
}
"""By kind. The thresholds and their reasons stand in reasoning.finding_conditions."""
