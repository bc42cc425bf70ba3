"""Names and images from the files of container runtimes, laid out below a directory of the test."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from monitor.kernel import container_files
from monitor.kernel.container_files import ContainerFiles, Label
from monitor.model.control_group import Container, Runtime

ID = "0123456789abcdef" * 4
CONFIG = f"var/lib/docker/containers/{ID}/config.v2.json"
STORED = "var/lib/containers/storage/overlay-containers/containers.json"
BUNDLE = f"run/containerd/io.containerd.runtime.v2.task/k8s.io/{ID}/config.json"


def lay(root: Path, name: str, content: object) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def label(root: Path, runtime: Runtime, **known: Path) -> Label:
    return ContainerFiles(root, **known).label(Container(runtime, ID.encode()))


def test_docker_keeps_a_file_for_each_container(tmp_path):
    lay(tmp_path, CONFIG, {"ID": ID, "Name": "/web", "Config": {"Image": "nginx:1.25", "Env": ["A=b"]}, "Pid": 7})
    assert label(tmp_path, Runtime.DOCKER) == Label(b"web", b"nginx:1.25")


def test_dockers_own_settings_tell_where_its_files_are(tmp_path):
    lay(tmp_path, "etc/docker/daemon.json", {"data-root": "/srv/docker"})
    lay(tmp_path, f"srv/docker/containers/{ID}/config.v2.json", {"Name": "/web"})
    assert label(tmp_path, Runtime.DOCKER) == Label(b"web", None)


def test_podman_and_cri_o_share_a_list_that_is_read_again_once_it_has_changed(tmp_path):
    metadata = {"image-name": "docker.io/library/postgres:16", "name": "db"}
    lay(tmp_path, STORED, [{"id": ID, "names": ["db"], "image": "77", "metadata": json.dumps(metadata)}])
    files = ContainerFiles(tmp_path)
    assert files.label(Container(Runtime.PODMAN, ID.encode())) == Label(b"db", b"docker.io/library/postgres:16")
    in_pod = json.dumps({"pod-name": "shop-1", "metadata-name": "api", "image-name": "shop:7"})
    lay(tmp_path, STORED, [{"id": ID, "names": ["k8s_api_shop-1"], "metadata": in_pod}])
    assert files.label(Container(Runtime.CRI_O, ID.encode())) == Label(b"shop-1/api", b"shop:7")


def test_a_plain_users_own_containers_lie_in_his_home(tmp_path):
    lay(tmp_path / "home", f".local/share/{STORED.removeprefix('var/lib/')}", [{"id": ID, "names": ["mine"]}])
    assert label(tmp_path, Runtime.PODMAN) == Label()
    assert label(tmp_path, Runtime.PODMAN, home=tmp_path / "home") == Label(b"mine", None)


@pytest.mark.parametrize("runtime", [Runtime.CONTAINERD, Runtime.KUBERNETES])
def test_containerd_has_the_name_among_the_annotations_of_its_bundle(tmp_path, runtime):
    cri = {"sandbox-name": "web-7d9", "container-name": "nginx", "image-name": "nginx:1"}
    lay(tmp_path, BUNDLE, {"annotations": {f"io.kubernetes.cri.{key}": value for key, value in cri.items()}})
    assert label(tmp_path, runtime) == Label(b"web-7d9/nginx", b"nginx:1")


def test_lxc_needs_no_file():
    assert ContainerFiles().label(Container(Runtime.LXC, b"web\xff")) == Label(b"web\xff", None)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"Name": 7}',
        '{"Name": "\\ud800"}',
        '{"Config": [' + "[" * 100_000,
        '{"Name": ""}',
        "\x00" * 9000,
    ],
)
def test_what_a_file_should_not_say_leaves_a_container_without_a_name(tmp_path, content):
    lay(tmp_path, CONFIG, content)
    assert label(tmp_path, Runtime.DOCKER) == Label()


def test_neither_links_nor_pipes_nor_endless_files_are_read(tmp_path, monkeypatch):
    path = lay(tmp_path, CONFIG, {"Name": "/web"})
    monkeypatch.setattr(container_files, "MOST_BYTES", path.stat().st_size)
    assert label(tmp_path, Runtime.DOCKER) == Label()
    monkeypatch.undo()
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert label(tmp_path, Runtime.DOCKER) == Label()
    path.unlink()
    os.mkfifo(path)
    assert label(tmp_path, Runtime.DOCKER) == Label()


def test_long_names_are_cut(tmp_path):
    lay(tmp_path, CONFIG, {"Name": "/" + "w" * 10_000})
    assert label(tmp_path, Runtime.DOCKER).name == b"w" * container_files.MOST_NAME_BYTES
