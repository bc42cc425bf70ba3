"""The systemd unit of a /proc/PID/cgroup file."""

from __future__ import annotations

import pytest

from monitor.kernel.cgroups import unit_in


@pytest.mark.parametrize(
    ("cgroup", "unit"),
    [
        (b"0::/system.slice/nginx.service\n", "nginx.service"),
        (b"0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-x.scope\n", "app-x.scope"),
        (b"0::/system.slice/docker-0123.scope/payload\n", "docker-0123.scope"),
        (b"0::/../../system.slice/nginx.service (deleted)\n", "nginx.service"),
        (b"4:memory:/other.service\n1:name=systemd:/system.slice/cron.service\n0::/\n", "cron.service"),
        (b"1:name=systemd:/a.service\n0::/b.service\n", "b.service"),
        (b"0::/system.slice/odd:name.service\n", "odd:name.service"),
        (b"0::/system.slice/\xff.service\n", "\udcff.service"),
        (b"0::/init.scope\n", "init.scope"),
    ],
)
def test_the_innermost_unit_names_the_process(cgroup, unit):
    assert unit_in(cgroup) == unit


@pytest.mark.parametrize("cgroup", [b"", b"0::/\n", b"0::/user.slice\n", b"4:memory:/x.service\n", b"0::/service\n"])
def test_a_process_outside_of_all_units_has_none(cgroup):
    assert unit_in(cgroup) is None
