"""By which names a control group's unit, container, slices and image can be asked for."""

from __future__ import annotations

from monitor.model.control_group import ControlGroup
from monitor.presentation.filter_tree import Name

_SERVICE = b".service"


def names_in(group: ControlGroup, name: Name) -> tuple[bytes, ...]:
    """Give what answers to a name of that kind; nothing where the group has none.

    A service also without its suffix, as systemctl(1) takes it; a container by name, pod, name in the pod, and id in
    full and in short; an image also without its registry and path.
    """
    found: tuple[bytes | None, ...]
    match name:
        case Name.CGROUP:
            found = (group.path,)
        case Name.UNIT:
            found = group.unit, group.unit and group.unit.removesuffix(_SERVICE)
        case Name.CONTAINER:
            found = _container_names(group)
        case Name.SLICE:
            found = group.slices
        case Name.IMAGE:
            found = group.image, group.image and group.image.rpartition(b"/")[2]
        case _:
            raise ValueError(name)
    return tuple(known for known in dict.fromkeys(found) if known)


def _container_names(group: ControlGroup) -> tuple[bytes | None, ...]:
    container = group.container
    if container is None:
        return ()
    pod, slash, inner = (group.container_name or b"").partition(b"/")
    return group.container_name, pod, inner if slash else None, container.id, container.short_id
