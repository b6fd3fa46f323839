"""Keys of the configuration that were renamed: the former one is still read, with one sentence that says so."""

from collections.abc import Iterator

from bot.config.complaints import Complaint, Place, dotted
from bot.config.document import Node, Path

ROUTES: dict[str, str] = {"quiet": "quiet_hours"}
"""Of a route: the former key and its new name. They go with release 1.0."""


def renamed(root: Node) -> tuple[Node, list[str], list[Complaint]]:
    """The tree with new names alone, the sentences about former ones, and complaints where both are written."""
    routes = root.get("routes")
    if routes is None or not isinstance(root.value, dict):
        return root, [], []
    found = list(_former(routes, ("routes",)))
    sentences = [
        f"{place}: {dotted((*path, old))} is now called {new}; the former key is still read until 1.0"
        for place, path, old, new, both in found
        if not both
    ]
    complaints = [
        Complaint(place, (*path, old), f"expected only {new}, which is written here too")
        for place, path, old, new, both in found
        if both
    ]
    return Node({**root.value, "routes": _routes(routes)}, root.place), sentences, complaints


def _former(routes: Node, path: Path) -> Iterator[tuple[Place, Path, str, str, bool]]:
    for number, route in enumerate(routes.value if isinstance(routes.value, list) else ()):
        here = (*path, number)
        for old, new in ROUTES.items():
            if (node := route.get(old)) is not None:
                yield node.place, here, old, new, route.get(new) is not None
        if (below := route.get("routes")) is not None:
            yield from _former(below, (*here, "routes"))


def _routes(routes: Node) -> Node:
    if not isinstance(routes.value, list):
        return routes
    return Node([_route(route) for route in routes.value], routes.place)


def _route(route: Node) -> Node:
    if not isinstance(route.value, dict):
        return route
    named = {ROUTES.get(key, key): child for key, child in route.value.items()}
    if isinstance(below := named.get("routes"), Node):
        named["routes"] = _routes(below)
    return Node(named, route.place)
