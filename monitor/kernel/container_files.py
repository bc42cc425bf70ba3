"""What container runtimes keep on disk about their containers: names and images, without asking a daemon.

Most of these files are root's. They are read as any stranger's: regular files only, of a bounded length, checked for
the few fields that are wanted; what cannot be read or understood leaves the container without a name.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from monitor.model.control_group import Container, Runtime
from monitor.regular_files import open_regular

LONGEST_ID = 253

MOST_BYTES = 8 << 20
"""Of a file; the list of a machine's containers has a kilobyte or two of each."""
MOST_NAME_BYTES = 512

_DOCKER_ROOTS = ("var/lib/docker", "var/snap/docker/common/var-lib-docker")
_STORAGE = "containers/storage"
_STORAGE_LISTS = tuple(
    f"{driver}-containers/{name}.json"
    for driver in ("overlay", "vfs")
    for name in ("containers", "volatile-containers")
)
_TASKS = "containerd/io.containerd.runtime.v2.task"
_CONTAINERD_ROOTS = (f"run/{_TASKS}/k8s.io", f"run/{_TASKS}/default", f"run/k3s/{_TASKS}/k8s.io")
_CRI, _NERDCTL = "io.kubernetes.cri.", "nerdctl/"

_T = TypeVar("_T")


class Label(NamedTuple):
    """What a container is called and made of; untrusted bytes, None where nothing tells."""

    name: bytes | None = None
    image: bytes | None = None


class _DockerSettings(msgspec.Struct):
    image: str = msgspec.field(default="", name="Image")


class _DockerContainer(msgspec.Struct):
    """config.v2.json of a container's directory."""

    name: str = msgspec.field(default="", name="Name")
    settings: _DockerSettings = msgspec.field(default_factory=_DockerSettings, name="Config")


class _DockerDaemon(msgspec.Struct):
    """daemon.json."""

    data_root: str = msgspec.field(default="", name="data-root")


class _StoredContainer(msgspec.Struct):
    """An entry of containers.json, the list of containers/storage that Podman and CRI-O share."""

    id: str
    names: list[str] = []
    metadata: str = ""


class _StoredMetadata(msgspec.Struct):
    """What they note beside it, as JSON in a text."""

    image: str = msgspec.field(default="", name="image-name")
    pod: str = msgspec.field(default="", name="pod-name")
    name_in_pod: str = msgspec.field(default="", name="metadata-name")


class _Bundle(msgspec.Struct):
    """config.json of the OCI runtime specification."""

    annotations: dict[str, str] = {}


class ContainerFiles:
    """Looks containers up by their ids."""

    def __init__(self, root: Path = Path("/"), home: Path | None = None) -> None:
        """Know where to look.

        Args:
            root: Where the machine's files begin.
            home: Of a plain user, whose own containers lie there; None for root: another's files are not followed.
        """
        self._root = root
        self._storages = [root / "var/lib" / _STORAGE, *([home / ".local/share" / _STORAGE] if home else [])]
        self._docker_homes = [home / ".local/share/docker"] if home else []
        self._lists: dict[Path, tuple[tuple[int, ...], dict[bytes, Label]]] = {}

    def label(self, container: Container) -> Label:
        """Read a container's name and image."""
        readers = {
            Runtime.DOCKER: (self._docker,),
            Runtime.PODMAN: (self._stored,),
            Runtime.CRI_O: (self._stored,),
            Runtime.CONTAINERD: (self._bundled,),
            Runtime.NERDCTL: (self._bundled,),
            Runtime.KUBERNETES: (self._bundled, self._stored, self._docker),
        }.get(container.runtime)
        if readers is None:
            return Label(container.id[:LONGEST_ID])
        return next((label for read in readers if (label := read(container.id)) is not None), Label())

    def _docker(self, number: bytes) -> Label | None:
        for root in self._docker_roots():
            made = _parsed(root / "containers" / number.decode() / "config.v2.json", _DockerContainer)
            if made is not None:
                return Label(_name(made.name.removeprefix("/")), _name(made.settings.image))
        return None

    def _docker_roots(self) -> Iterator[Path]:
        daemon = _parsed(self._root / "etc/docker/daemon.json", _DockerDaemon)
        if daemon is not None and daemon.data_root.startswith("/"):
            yield self._root / daemon.data_root.lstrip("/")
        yield from (self._root / place for place in _DOCKER_ROOTS)
        yield from self._docker_homes

    def _stored(self, number: bytes) -> Label | None:
        paths = (storage / name for storage in self._storages for name in _STORAGE_LISTS)
        return next((label for path in paths if (label := self._list(path).get(number)) is not None), None)

    def _list(self, path: Path) -> dict[bytes, Label]:
        """Read a list of containers, again where it has changed since."""
        try:
            found = path.stat(follow_symlinks=False)
        except OSError:
            return {}
        version = found.st_ino, found.st_size, found.st_mtime_ns
        if path not in self._lists or self._lists[path][0] != version:
            entries = _parsed(path, list[_StoredContainer]) or []
            self._lists[path] = version, {_bytes(entry.id): _stored_label(entry) for entry in entries}
        return self._lists[path][1]

    def _bundled(self, number: bytes) -> Label | None:
        for root in _CONTAINERD_ROOTS:
            bundle = _parsed(self._root / root / number.decode() / "config.json", _Bundle)
            if bundle is not None:
                return _bundle_label(bundle.annotations)
        return None


def _stored_label(entry: _StoredContainer) -> Label:
    metadata = _decoded(entry.metadata.encode(errors="replace"), _StoredMetadata) or _StoredMetadata()
    name = _in_pod(metadata.pod, metadata.name_in_pod) or next(iter(entry.names), "")
    return Label(_name(name), _name(metadata.image))


def _bundle_label(annotations: dict[str, str]) -> Label:
    def cri(key: str) -> str:
        return annotations.get(_CRI + key, "")

    # Of a pod's sandbox, which only holds its namespaces, there is no name beside the pod's.
    name = _in_pod(cri("sandbox-name"), cri("container-name") or cri("container-type"))
    return Label(_name(name or annotations.get(f"{_NERDCTL}name", "")), _name(cri("image-name")))


def _in_pod(pod: str, name: str) -> str:
    return f"{pod}/{name}" if pod and name else ""


def _name(text: str) -> bytes | None:
    return _bytes(text)[:MOST_NAME_BYTES] or None


def _bytes(text: str) -> bytes:
    return text.encode(errors="backslashreplace")


def _parsed(path: Path, kind: type[_T]) -> _T | None:
    """Read a file of JSON; None where it cannot be read, or says something else."""
    with suppress(OSError):
        return _decoded(_content(path), kind)
    return None


def _decoded(data: bytes, kind: type[_T]) -> _T | None:
    with suppress(msgspec.MsgspecError, ValueError, RecursionError):
        return msgspec.json.decode(data, type=kind)
    return None


def _content(path: Path) -> bytes:
    """Read a regular file as far as is safe; no link, and nothing that would be waited for."""
    descriptor = open_regular(path, follows_link=False)
    if descriptor is None:
        return b""
    with os.fdopen(descriptor, "rb") as file:
        return file.read(MOST_BYTES) if os.fstat(descriptor).st_size < MOST_BYTES else b""
