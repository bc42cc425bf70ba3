"""What the path of a control group says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.control_group import Container, ControlGroup, Runtime, container_of, unit_of

ID = b"0123456789abcdef" * 4
POD = b"pod2b1c3d4e_5f60_7182_93a4_b5c6d7e8f901"


@pytest.mark.parametrize(
    ("path", "container"),
    [
        (b"/system.slice/docker-%s.scope" % ID, Container(Runtime.DOCKER, ID)),
        (b"/docker/%s/init" % ID, Container(Runtime.DOCKER, ID)),
        (b"/machine.slice/libpod-%s.scope/container" % ID, Container(Runtime.PODMAN, ID)),
        (b"/libpod_parent/libpod-%s" % ID, Container(Runtime.PODMAN, ID)),
        (
            b"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-%s.slice/cri-containerd-%s.scope" % (POD, ID),
            Container(Runtime.CONTAINERD, ID),
        ),
        (b"/kubepods.slice/crio-%s.scope" % ID, Container(Runtime.CRI_O, ID)),
        (b"/kubepods/besteffort/pod2b1c3d4e-5f60-7182-93a4-b5c6d7e8f901/%s" % ID, Container(Runtime.KUBERNETES, ID)),
        (b"/system.slice/nerdctl-%s.scope" % ID, Container(Runtime.NERDCTL, ID)),
        (b"/lxc.payload.web/system.slice/nginx.service", Container(Runtime.LXC, b"web")),
        (b"/lxc/101/ns", Container(Runtime.LXC, b"101")),
        (b"/machine.slice/systemd-nspawn@web.service/payload", Container(Runtime.NSPAWN, b"web")),
        (b"/machine.slice/machine-web\\x2d1.scope", Container(Runtime.NSPAWN, b"web-1")),
        # Of a container in a container the outer one is this machine's.
        (b"/docker/%s/docker/%s" % (ID, ID[::-1]), Container(Runtime.DOCKER, ID)),
    ],
)
def test_a_path_tells_the_container_that_it_lies_in(path, container):
    assert container_of(path) == container


@pytest.mark.parametrize(
    "path",
    [
        b"/",
        b"",
        b"/system.slice/docker.service",
        b"/system.slice/docker-0123.scope",
        b"/machine.slice/libpod-conmon-%s.scope" % ID,
        b"/machine.slice/machine-qemu\\x2d1\\x2dvm.scope",
        b"/anything/%s" % ID,
        b"/lxc/",
    ],
)
def test_what_is_called_otherwise_is_no_container(path):
    assert container_of(path) is None


def test_a_group_has_the_innermost_unit_and_all_slices():
    group = ControlGroup(b"/user.slice/user-1000.slice/user@1000.service/app.slice/app-x.scope/inner")
    assert group.unit == b"app-x.scope"
    assert group.slices == (b"user.slice", b"user-1000.slice", b"app.slice")


def test_what_a_user_has_named_is_no_container_and_no_unit_of_roots():
    given_away = b"/user.slice/user@7.service"
    worn = ControlGroup(given_away + b"/system.slice/docker-%s.scope/x" % ID, delegated=given_away)
    assert worn.container is None
    assert worn.unit == b"user@7.service/docker-%s.scope" % ID
    assert worn.slices == (b"user.slice",)
    assert ControlGroup(given_away + b"/x", delegated=given_away).unit == b"user@7.service"
    assert ControlGroup(b"/x.service", delegated=b"/").unit == b"/x.service"
    assert ControlGroup(b"/docker/%s/a.service" % ID, delegated=b"/docker/" + ID).container is not None


@given(st.binary(max_size=200) | st.lists(st.sampled_from([b"docker", b"lxc", POD, ID, b"a.slice"])).map(b"/".join))
def test_any_bytes_have_an_answer(path):
    unit, container = unit_of(path), container_of(path)
    assert unit is None or unit in path
    assert container is None or container.id
