"""The cells of service endpoints under the columns of the Listeners pane: of all entries of a page at once."""

from __future__ import annotations

from monitor.model.socket_table import BACKLOG_UNKNOWN, Rows
from monitor.model.tcp import PROTOCOL_TCP
from monitor.presentation.connection_cells import process_name_cells, user_cells
from monitor.presentation.connection_cells import unit_cells as socket_unit_cells
from monitor.presentation.formats import UNKNOWN, bar, bytes_text, fill_text
from monitor.presentation.known_cells import known_cell, number_cells
from monitor.presentation.row_text import RowTexts
from monitor.presentation.service_activity import service_activity
from monitor.presentation.service_endpoints import ServiceEndpoints
from monitor.presentation.view import Cell, Role

REACH_WORDS = ("lo", "net", "all")


def protocol_words(endpoints: ServiceEndpoints, texts: RowTexts, entries: Rows) -> list[str]:
    """Give "tcp4", "tcp6", "tcp46" for dual stack, and the same for UDP."""
    rows, serves = endpoints.first[entries].tolist(), endpoints.serves(entries)
    return [texts.protocol(row) + served for row, served in zip(rows, serves, strict=True)]


def endpoint_text(endpoints: ServiceEndpoints, texts: RowTexts, entry: int) -> str:
    """Give the local endpoint, with the device it is bound to."""
    row = int(endpoints.first[entry])
    device = int(endpoints.interval.table.device[row])
    text = str(texts.local(row))
    return f"{text} {texts.interface_name(device)}" if device and "%" not in text else text


def protocol_cells(endpoints: ServiceEndpoints, texts: RowTexts, entries: Rows) -> list[Cell]:
    """Name protocol and stacks."""
    return [Cell(word) for word in protocol_words(endpoints, texts, entries)]


def local_cells(endpoints: ServiceEndpoints, texts: RowTexts, entries: Rows) -> list[Cell]:
    """Write the endpoints, as they were bound."""
    written = [endpoint_text(endpoints, texts, entry) for entry in entries.tolist()]
    return [Cell(text, Role.LOCAL, keeps_end=True) for text in written]


def reach_cells(endpoints: ServiceEndpoints, _: RowTexts, entries: Rows) -> list[Cell]:
    """Say from where they can be reached."""
    words = [REACH_WORDS[reach] for reach in endpoints.reach[entries].tolist()]
    return [Cell(word, Role.DIM if word == "lo" else Role.PLAIN) for word in words]


def connections_cells(endpoints: ServiceEndpoints, _: RowTexts, entries: Rows) -> list[Cell]:
    """Count the connections of each."""
    return [known_cell(UNKNOWN if count < 0 else str(count)) for count in endpoints.connections[entries].tolist()]


def queue_cells(endpoints: ServiceEndpoints, _: RowTexts, entries: Rows) -> list[Cell]:
    """Say how full the fullest queues are."""
    table, rows = endpoints.interval.table, endpoints.fullest[entries]
    columns = (table.protocol, table.recv_q, table.send_q, table.receive_buffer)
    return list(map(_queue_cell, *(column[rows].tolist() for column in columns)))


def _queue_cell(protocol: int, used: int, limit: int, buffer: int) -> Cell:
    role = Role.NOTE if used else Role.DIM
    if protocol == PROTOCOL_TCP:
        known = None if limit == BACKLOG_UNKNOWN else limit
        return Cell(f"{fill_text(used, known)}{bar(used, known)}", Role.TROUBLE if used > limit else role)
    return Cell(f"{bytes_text(used)}/{bytes_text(buffer or None)}{bar(used, buffer or None)}", role)


def arrival_cells(endpoints: ServiceEndpoints, _: RowTexts, entries: Rows) -> list[Cell]:
    """Write how many connections came per second."""
    return number_cells(service_activity(endpoints).arrivals_per_second[entries], bytes_text, Role.RATE)


def drop_cells(endpoints: ServiceEndpoints, _: RowTexts, entries: Rows) -> list[Cell]:
    """Write how many packets were thrown away in the last minute."""
    return number_cells(service_activity(endpoints).dropped[entries], bytes_text, Role.NOTE)


def process_cells(endpoints: ServiceEndpoints, texts: RowTexts, entries: Rows) -> list[Cell]:
    """Name who has the first socket of each, and count the sockets where there are several."""
    named = process_name_cells(texts, endpoints.first[entries])
    return [
        cell._replace(text=f"{cell.text} {sockets} sockets" if sockets > 1 else cell.text, keeps_end=True)
        for cell, sockets in zip(named, endpoints.sockets[entries].tolist(), strict=True)
    ]


def unit_cells(endpoints: ServiceEndpoints, texts: RowTexts, entries: Rows) -> list[Cell]:
    """Name the containers or systemd units that the first socket of each was made in."""
    return socket_unit_cells(texts, endpoints.first[entries])


def made_by_cells(endpoints: ServiceEndpoints, texts: RowTexts, entries: Rows) -> list[Cell]:
    """Name the users that made the sockets."""
    return user_cells(texts, endpoints.first[entries])
