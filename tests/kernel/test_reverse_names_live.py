"""The system's resolver, asked for real: a server of the test answers inside a network namespace of its own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.kernel

SCRIPT = r"""
import pathlib, socket, subprocess, sys, threading
from ipaddress import ip_address
from monitor.reverse_names import ReverseNames

for path, text in (("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n"),
                   ("/etc/nsswitch.conf", "hosts: dns\n")):
    ours = pathlib.Path(sys.argv[1], pathlib.Path(path).name)
    ours.write_text(text)
    subprocess.run(["mount", "--bind", ours, path], check=True)
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 53))

def answer():
    while True:
        query, client = server.recvfrom(512)
        # RFC 1035 section 4.1: the question again, and a PTR record that points to its name; or NXDOMAIN.
        name = b"\x03web\x07example\x03org\x00" if query[12:].startswith(b"\x017\x03100") else b""
        flags = b"\x81\x80" if name else b"\x81\x83"
        head = query[:2] + flags + b"\0\1" + (b"\0\1" if name else b"\0\0") + b"\0\0\0\0"
        end = query.index(b"\0", 12) + 5
        record = b"\xc0\x0c\0\x0c\0\1\0\0\0\x3c" + len(name).to_bytes(2, "big") + name if name else b""
        server.sendto(head + query[12:end] + record, client)

threading.Thread(target=answer, daemon=True).start()
names = ReverseNames()
asked = [ip_address("198.51.100.7"), ip_address("198.51.100.8"), ip_address("127.0.0.1")]
for address in asked:
    names.name_of(address)
assert names.wait(20)
print([names.name_of(address) for address in asked])
"""


def test_a_name_comes_from_the_server_that_the_system_is_told_of(tmp_path, program):
    if os.geteuid():
        pytest.skip("only root may make namespaces and mount")
    argv = [program("unshare"), "--net", "--mount", sys.executable, "-c", SCRIPT, str(tmp_path)]
    answer = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)
    assert answer.stdout == "[b'web.example.org', None, None]\n", answer.stderr
