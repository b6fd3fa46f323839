"""The user's file laid over the catalogue: what it says wins, what it does not mention stays. Pure."""

from collections.abc import Callable, Iterable, Iterator

from bot.config.complaints import Complaint, unknown
from bot.config.document import Node, Path

Entry = Callable[[str], tuple[Node, list[Complaint]] | None]


def merge(over: Node, base: Node) -> Node:
    """Mappings merge key by key, null takes a key away, all else replaces; another `kind` replaces the whole."""
    if not isinstance(over.value, dict) or not isinstance(base.value, dict):
        return over
    kind, old_kind = over.get("kind"), base.get("kind")
    if kind and old_kind and kind.value != old_kind.value:
        return over
    merged = dict(base.value)
    for key, node in over.value.items():
        merged[key] = merge(node, merged[key]) if key in merged else node
    return Node(merged, over.place)


def prune(node: Node) -> Node:
    """The tree without the keys that hold nothing: `key:` and `key: null` mean that it is not there."""
    match node.value:
        case dict():
            kept = {key: prune(child) for key, child in node.value.items() if child.value is not None}
            return Node(kept, node.place)
        case list():
            return Node([prune(child) for child in node.value], node.place)
    return node


def merge_catalogue(root: Node, entry: Entry, known: Iterable[str]) -> tuple[Node, list[Complaint]]:
    """The whole tree with each service of the catalogue filled in; a file without services watches Claude."""
    complaints: list[Complaint] = []
    if not isinstance(root.value, dict):
        return Node({}, root.place), [Complaint(root.place, "", "expected keys and values, such as services: [claude]")]
    given = root.get("services")
    if given is None or given.value is None:
        given = Node([Node("claude", root.place)], root.place)
    if not isinstance(given.value, list):
        complaint = Complaint(given.place, ("services",), "expected a list, such as [claude]")
        return prune(root), [complaint]
    services: list[Node] = []
    lines: dict[str, int] = {}
    for number, item in enumerate(given.value):
        service, found = _service(item, number, entry, known)
        complaints += found
        name = _name(service) if service else ""
        if name in lines:
            complaints.append(Complaint(item.place, ("services", number), f"given twice, first on line {lines[name]}"))
        elif service:
            services.append(service)
            lines[name] = item.place.line
    return prune(Node({**root.value, "services": Node(services, given.place)}, root.place)), complaints


def _name(service: Node) -> str:
    return str(service.at(("id",)).value)


def _service(item: Node, number: int, entry: Entry, known: Iterable[str]) -> tuple[Node | None, list[Complaint]]:
    path = ("services", number)
    if isinstance(item.value, str):
        found = entry(item.value)
        if found is None:
            what = unknown("service", item.value, known)
            return None, [Complaint(item.place, path, f"{what} (your own is a mapping with id, name and components)")]
        return _vendors(found[0]), found[1]
    name = item.get("id")
    if name is None or not isinstance(name.value, str):
        return None, [Complaint(item.place, path, "expected a service of the catalogue, or a mapping with an id")]
    found = entry(name.value)
    if found is None:
        return item, []
    base, complaints = found
    return merge(item, _vendors(base)), [*complaints, *_taken_from_nothing(item, base, path)]


def _vendors(service: Node) -> Node:
    """A service of the catalogue with its checks marked as those of a vendor, whose refusals may be our own fault.

    Checks that a file adds to it are the user's own.
    """
    here = service.place
    marks: dict[str, Node] = {}
    for name, component in service.at(("components",)).items():
        checks = component.get("checks")
        marked = {short: Node({"vendor": Node(True, here)}, here) for short, _ in checks.items()} if checks else {}
        marks[name] = Node({"checks": Node(marked, here)}, here) if marked else component
    return merge(service, Node({"components": Node(marks, here)}, here))


def _taken_from_nothing(over: Node, base: Node, path: Path) -> Iterator[Complaint]:
    """`name: null` where the catalogue has no component or check of that name: a slip of the pen would pass unseen."""
    for place, what in (("components", "component"), ("checks", "check")):
        ours, theirs = over.get(place), base.get(place)
        if not ours or not theirs:
            continue
        known = [name for name, _ in theirs.items()]
        for name, child in ours.items():
            where = (*path, place, name)
            if name in known:
                yield from _taken_from_nothing(child, theirs.at((name,)), where)
            elif child.value is None:
                yield Complaint(child.place, where, unknown(what, name, known))
