"""ControlGroup: what the place of a socket among the control groups says: systemd unit, slice, container.

A group's path tells which, since systemd and the container runtimes name the directories that they make:

    /system.slice/nginx.service                                         a unit of a slice
    /system.slice/docker-ID.scope          /docker/ID                   Docker, by systemd or by itself
    /machine.slice/libpod-ID.scope         /libpod_parent/libpod-ID     Podman
    /kubepods.slice/…-podUID.slice/cri-containerd-ID.scope, crio-ID.scope, or /kubepods/…/podUID/ID
    /lxc.payload.NAME                      /lxc/NAME                    LXC, LXD, Incus
    /machine.slice/systemd-nspawn@NAME.service, machine-NAME.scope      systemd-nspawn
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

_UNIT_SUFFIXES = (b".service", b".scope")
_SLICE = b".slice"
_CACHED = 4096
_SHORT_ID = 12
"""Digits that docker ps, podman ps and crictl ps show."""


class Runtime(StrEnum):
    """What made a container, as far as the path tells."""

    DOCKER = "docker"
    PODMAN = "podman"
    CONTAINERD = "containerd"
    NERDCTL = "nerdctl"
    CRI_O = "cri-o"
    KUBERNETES = "kubernetes"
    """A pod's container of which the path does not tell the runtime."""
    LXC = "lxc"
    NSPAWN = "systemd-nspawn"


_BY_PREFIX = {
    b"docker": Runtime.DOCKER,
    b"libpod": Runtime.PODMAN,
    b"cri-containerd": Runtime.CONTAINERD,
    b"nerdctl": Runtime.NERDCTL,
    b"crio": Runtime.CRI_O,
}
_NUMBERED = re.compile(rb"(docker|libpod|cri-containerd|nerdctl|crio)-([0-9a-f]{64})(?:\.scope)?")
_NUMBER = re.compile(rb"[0-9a-f]{64}")
_POD = re.compile(rb"pod[0-9a-f_-]{32,36}")
_LXC = re.compile(rb"lxc\.payload\.(.+)", re.DOTALL)
_LXC_PARENTS = frozenset({b"lxc", b"lxc.payload"})
# Of libvirt's virtual machines the scope is called machine-qemu\x2d…
_MACHINE = re.compile(rb"systemd-nspawn@(.+)\.service|machine-((?!qemu\\x2d).+)\.scope", re.DOTALL)
_ESCAPE = re.compile(rb"\\x([0-9a-f]{2})")


@dataclass(frozen=True, slots=True)
class Container:
    """A container by what its control group is called."""

    runtime: Runtime
    id: bytes
    """64 hexadecimal digits; of LXC and systemd-nspawn the name, which is untrusted."""

    @property
    def short_id(self) -> bytes:
        """The id as runtimes list it; a name whole."""
        return self.id if self.runtime in (Runtime.LXC, Runtime.NSPAWN) else self.id[:_SHORT_ID]


@dataclass(frozen=True, slots=True)
class ControlGroup:
    """A directory of cgroup v2. All texts are untrusted bytes."""

    path: bytes
    """From the root of the hierarchy, or of what this cgroup namespace sees of it: b"/" is the root itself."""
    container_name: bytes | None = None
    """As the runtime's files have it, in Kubernetes with its pod: b"web-7d9/nginx"; None where none tells."""
    image: bytes | None = None
    """Likewise, as it was asked for: b"postgres:16"."""
    delegated: bytes | None = None
    """The directory on its path that root has given to another user, who has named all below it; None for none.

    What such a user calls like a unit or a container need not be one.
    """

    @property
    def unit(self) -> bytes | None:
        """The innermost systemd unit that is a service or a scope.

        One that a user has named comes with the directory that was given to him: b"user@1000.service/app.service".
        """
        inner = None if self.delegated is None else unit_of(self.path.removeprefix(self.delegated))
        if self.delegated is None or inner is None:
            return unit_of(self._vouched)
        return self.delegated.rpartition(b"/")[2] + b"/" + inner

    @property
    def slices(self) -> tuple[bytes, ...]:
        """The systemd slices that it lies in, the outermost first, without those that a user has named."""
        return tuple(part for part in self._vouched.split(b"/") if part.endswith(_SLICE))

    @property
    def container(self) -> Container | None:
        """The outermost container that it lies in, the one that this machine's runtime knows; none of a user's own."""
        return container_of(self._vouched)

    @property
    def _vouched(self) -> bytes:
        """The path as far as root has named it."""
        return self.path if self.delegated is None else self.delegated


@lru_cache(_CACHED)
def unit_of(path: bytes) -> bytes | None:
    """Name the innermost systemd unit of a control group's path; None where it lies in none."""
    return next((part for part in reversed(path.split(b"/")) if part.endswith(_UNIT_SUFFIXES)), None)


@lru_cache(_CACHED)
def container_of(path: bytes) -> Container | None:
    """Find the outermost container in a control group's path."""
    parts = path.split(b"/")
    found = (_container(above, part) for above, part in pairwise(parts))
    return next((container for container in found if container is not None), None)


def _container(above: bytes, part: bytes) -> Container | None:
    if numbered := _NUMBERED.fullmatch(part):
        return Container(_BY_PREFIX[numbered[1]], numbered[2])
    if _NUMBER.fullmatch(part):
        is_pod = _POD.fullmatch(above) is not None
        return (
            Container(Runtime.KUBERNETES if is_pod else Runtime.DOCKER, part) if is_pod or above == b"docker" else None
        )
    return _named_container(above, part)


def _named_container(above: bytes, part: bytes) -> Container | None:
    if payload := _LXC.fullmatch(part):
        return Container(Runtime.LXC, payload[1])
    if above in _LXC_PARENTS and part:
        return Container(Runtime.LXC, part)
    machine = _MACHINE.fullmatch(part)
    return machine and Container(Runtime.NSPAWN, _ESCAPE.sub(_unescaped, machine[1] or machine[2]))


def _unescaped(escape: re.Match[bytes]) -> bytes:
    """Read what systemd-escape(1) writes for a byte that a unit's name may not have."""
    return bytes([int(escape[1], 16)])
