"""Rows of a SocketTable as records, one after another: how a few of them cross a wire inside a message."""

from __future__ import annotations

import numpy as np

from monitor.model.socket_table import COLUMN_TYPES, U64, SocketTable
from monitor.model.ways import records_in

ROW = np.dtype([(name, dtype.newbyteorder("<")) for name, dtype in COLUMN_TYPES.items()])
"""One row."""
_COOKIE = np.dtype([("cookie", "<u8")])


def to_records(table: SocketTable) -> bytes:
    """Write the rows."""
    records = np.zeros(len(table), ROW)
    for name in COLUMN_TYPES:
        records[name] = getattr(table, name)
    return records.tobytes()


def table_in(data: bytes, namespace: int) -> SocketTable:
    """Read the rows.

    Raises:
        WireError: the last one is cut.
    """
    records = records_in(data, ROW)
    return SocketTable(namespace, **{name: records[name].astype(dtype) for name, dtype in COLUMN_TYPES.items()})


def cookies_in(data: bytes) -> U64:
    """Read cookies; raises WireError likewise."""
    cookies: U64 = records_in(data, _COOKIE)["cookie"]
    return cookies
