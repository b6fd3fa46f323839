"""Several files as one configuration: later files add to earlier ones and win where both say something. Pure."""

from collections.abc import Sequence

from bot.config.document import Node


def joined(roots: Sequence[Node]) -> Node:
    """Mappings are joined key by key, lists one after the other, services by their id; anything else is replaced.

    A file that holds no mapping stays as it is, for whoever complains of it.
    """
    whole = roots[0]
    for root in roots[1:]:
        if not isinstance(root.value, dict) or not isinstance(whole.value, dict):
            return root if not isinstance(root.value, dict) else whole
        whole = _onto(root, whole, ())
    return whole


def _onto(over: Node, base: Node, path: tuple[str, ...]) -> Node:
    match over.value, base.value:
        case dict(), dict():
            if _differs(over, base):
                return over
            found = dict(base.value)
            for key, node in over.value.items():
                found[key] = _onto(node, found[key], (*path, key)) if key in found else node
            return Node(found, over.place)
        case list(), list() if path == ("services",):
            return Node(_services(over.value, base.value), base.place)
        case list(), list():
            return Node([*base.value, *over.value], base.place)
    return over


def _differs(over: Node, base: Node) -> bool:
    """Whether both say of what kind they are, and it is not the same: nothing of the one fits the other."""
    kinds = over.get("kind"), base.get("kind")
    return bool(kinds[0] and kinds[1] and kinds[0].value != kinds[1].value)


def _services(over: Sequence[Node], base: Sequence[Node]) -> list[Node]:
    found = list(base)
    places = {name: number for number, node in enumerate(base) if (name := _id(node))}
    for node in over:
        place = places.get(_id(node))
        if place is None:
            found.append(node)
        elif isinstance(node.value, dict):
            before = found[place]
            named = before if isinstance(before.value, dict) else Node({"id": before}, before.place)
            found[place] = _onto(node, named, ("services", ""))
    return found


def _id(service: Node) -> str:
    """The id of a service that is a name or a mapping, "" where it has none."""
    name = service.get("id") if isinstance(service.value, dict) else service
    return name.value if name is not None and isinstance(name.value, str) else ""
