from __future__ import annotations

import errno
import struct

import pytest
from pyroute2 import NetlinkError
from pyroute2.netlink.exceptions import NetlinkDumpInterrupted, NetlinkNLADecodeError

from monitor.errors import KernelError
from monitor.kernel.route_messages import link_of
from monitor.kernel.rtnetlink_socket import RtnetlinkSocket

LINK = {"header": {"flags": 0}, "index": 1, "flags": 1, "IFLA_IFNAME": "lo"}
CHANGED_MEANWHILE = {**LINK, "header": {"flags": 0x10}}


class Fake:
    """Stands for IPRoute: gives or raises what it was told to, one after another."""

    def __init__(self, *given: object) -> None:
        self.given = list(given)

    def get_links(self) -> object:
        answer = self.given.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def route(self, command: str, **_: object) -> object:
        assert command == "get"
        return self.get_links()


def asking(*given: object) -> RtnetlinkSocket:
    asked = RtnetlinkSocket.__new__(RtnetlinkSocket)
    asked._route = Fake(*given)
    return asked


FOREIGN = [
    NetlinkError(errno.EPERM),
    NetlinkDumpInterrupted(),
    NetlinkNLADecodeError(ValueError("broken")),
    struct.error("unpack requires a buffer of 4 bytes"),
    OSError(errno.ENOBUFS, "no buffer space"),
    KeyError("attrs"),
    IndexError("out of range"),
    TypeError("int is required"),
    ValueError("no address"),
    TimeoutError("no answer"),
]


@pytest.mark.parametrize("error", FOREIGN, ids=lambda error: type(error).__name__)
def test_foreign_error_becomes_ours(error):
    with pytest.raises(KernelError, match="could not list things"):
        asking(error).dump("list things", "get_links", link_of)
    with pytest.raises(KernelError, match="could not ask"):
        asking(error).get("ask", "route", link_of, dst="192.0.2.1")


@pytest.mark.parametrize("message", [{}, {"header": {"flags": 0}}, {**LINK, "index": None, "flags": None}])
def test_message_that_lacks_what_every_kernel_sends_is_our_error(message):
    with pytest.raises(KernelError, match="could not be read"):
        asking([message]).dump("list things", "get_links", link_of)
    with pytest.raises(KernelError, match="could not be read"):
        asking([]).get("ask", "route", link_of)


@pytest.mark.parametrize("number", [errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EACCES, errno.EINVAL, errno.ENOENT])
def test_error_that_is_an_answer_comes_as_its_number(number):
    assert asking(NetlinkError(number)).get("ask", "route", link_of) == number


def test_kernels_own_words_are_kept():
    with pytest.raises(KernelError, match=r"EPERM\); rule is permanent") as raised:
        asking(NetlinkError(errno.EPERM, "rule is permanent")).get("ask", "route", link_of)
    assert raised.value.errno == errno.EPERM


def test_dump_that_changed_meanwhile_is_asked_again():
    second = {**LINK, "IFLA_IFNAME": "eth0"}
    asked = asking([CHANGED_MEANWHILE], [second])
    assert [link.name for link in asked.dump("list things", "get_links", link_of)] == [b"eth0"]


def test_fk_02_dump_that_never_settles_is_taken_as_it_is_and_said_to_be_so():
    asked = asking(*[[CHANGED_MEANWHILE]] * 5, [LINK])
    assert [link.name for link in asked.dump("list things", "get_links", link_of)] == [b"lo"]
    assert (asked.was_interrupted, len(asked._route.given)) == (True, 1)
    asked.dump("list things", "get_links", link_of)
    assert not asked.was_interrupted
