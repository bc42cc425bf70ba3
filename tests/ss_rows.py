"""What ss says of every socket, and the same rows of a SocketTable, so that one can be held against the other."""

from __future__ import annotations

import re
import socket
import subprocess

from monitor.model.socket_table import V6ONLY_UNKNOWN, SocketTable
from monitor.model.tcp import state_name

Rows = dict[int, tuple[object, ...]]
"""By cookie: state, local and remote endpoint, device, inode, user, queues, mark, v6only."""


def ss_rows(ss: str, *options: str) -> Rows:
    """Run ss, with such options as "-tae"."""
    output = subprocess.run([ss, "-Hn", *options], capture_output=True, check=True, text=True).stdout
    rows = {}
    for line in output.splitlines():
        state, recv_q, send_q, local, remote = line.split()[:5]
        more = dict(re.findall(r"\b(ino|sk|uid|fwmark|v6only):(\w+)", line))
        address, device, port = endpoint(local)
        rows[int(more["sk"], 16)] = (
            state,
            (address, port),
            (endpoint(remote)[0], endpoint(remote)[2]),
            device,
            int(more["ino"]),
            int(more.get("uid", 0)),
            (int(recv_q), int(send_q)),
            int(more.get("fwmark", "0"), 16),
            int(more.get("v6only", V6ONLY_UNKNOWN)),
        )
    return rows


def our_rows(table: SocketTable) -> Rows:
    """Say the same of a table."""
    return {
        int(table.cookie[number]): (
            state_name(int(table.protocol[number]), int(table.state[number])),
            (table.local(number).address_text, table.local(number).port),
            (table.remote(number).address_text, table.remote(number).port),
            *(int(getattr(table, name)[number]) for name in ("device", "inode", "uid")),
            (int(table.recv_q[number]), int(table.send_q[number])),
            int(table.mark[number]),
            int(table.v6only[number]),
        )
        for number in range(len(table))
    }


def endpoint(text: str) -> tuple[str, int, int]:
    """Read "address%device:port" as ss writes it, as (address, device, port); "*" is any family's wildcard."""
    host, port = text.replace("[", "").replace("]", "").rsplit(":", 1)
    address, _, device = host.partition("%")
    return (
        "::" if address == "*" else address,
        socket.if_nametoindex(device) if device else 0,
        0 if port == "*" else int(port),
    )
