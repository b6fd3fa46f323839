"""A YAML file as a tree that remembers its lines, so that each complaint can name one. Safe, bounded, pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.composer import Composer

from bot.config.complaints import Complaint, Place

LARGEST = 16 << 20
"""Bytes of one file: 5,000 services with four components and two checks each are five million."""
DEEPEST = 24
FEW, EACH, MOST_NODES = 20_000, 500, 1_000_000
"""Values of a file: so many, and more for each mapping in a list or mapping of the top, as a service is; at most."""
ENTRY_LEVEL = 2
SCALARS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null")}
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it stands. `value` is a scalar, a dict of nodes or a list of nodes."""

    value: Any
    place: Place

    def plain(self) -> Any:
        """The value without its places."""
        match self.value:
            case dict():
                return {key: child.plain() for key, child in self.value.items()}
            case list():
                return [child.plain() for child in self.value]
        return self.value

    def at(self, path: Sequence[str | int]) -> "Node":
        """The node at a path, or the last one on the way to it that exists."""
        node = self
        for step in path:
            child = node.get(step)
            if child is None:
                break
            node = child
        return node

    def get(self, step: str | int) -> "Node | None":
        """The child of that name or number, None where there is none."""
        match self.value, step:
            case dict(), str():
                found = self.value.get(step)
                return found if isinstance(found, Node) else None
            case list(), int() if 0 <= step < len(self.value):
                return self.value[step] if isinstance(self.value[step], Node) else None
        return None

    def items(self) -> Iterator[tuple[str, "Node"]]:
        """The named children; nothing for what is not a mapping."""
        yield from self.value.items() if isinstance(self.value, dict) else ()


class _TooMuchError(Exception):
    """The document is larger than any honest configuration, perhaps through its aliases."""


class _Budget:
    """Counts values and levels, so that neither a file nor its aliases can grow without end."""

    def __init__(self) -> None:
        self._spent, self._may = 0, FEW

    def spend(self, level: int, *, mapping: bool) -> None:
        """One more value at this level. Raises `_TooMuchError`."""
        self._spent += 1
        if mapping and level == ENTRY_LEVEL:
            self._may = min(MOST_NODES, self._may + EACH)
        if self._spent > self._may:
            raise _TooMuchError(
                f"expected at most {FEW:,} values and {EACH} more for each service, {MOST_NODES:,} at most (an"
                " alias counts each time)"
            )
        if level > DEEPEST:
            raise _TooMuchError(f"expected at most {DEEPEST} levels")


class _Bounded(Composer):
    """Makes the tree from what a parser reads, and stops where the budget ends instead of reading on."""

    def __init__(self) -> None:
        Composer.__init__(self)
        self._budget = _Budget()
        self._level = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """One node; counted first."""
        self._budget.spend(self._level, mapping=self.check_event(yaml.MappingStartEvent))  # type: ignore[attr-defined]
        self._level += 1
        node = super().compose_node(parent, index)
        self._level -= 1
        return node


class _Plain(_Bounded, yaml.SafeLoader):
    """By PyYAML's own parser: its complaints are the clear ones."""

    def __init__(self, stream: str) -> None:
        yaml.SafeLoader.__init__(self, stream)
        _Bounded.__init__(self)


class _Fast(_Bounded, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """By libyaml's parser, where PyYAML has it: seconds instead of a minute for 5,000 services."""

    def __init__(self, stream: str) -> None:
        getattr(yaml, "CSafeLoader", yaml.SafeLoader).__init__(self, stream)
        _Bounded.__init__(self)


def read(text: bytes, source: str) -> tuple[Node, list[Complaint]]:
    """Parse one document; whatever is wrong with it becomes a complaint. An empty file is an empty mapping."""
    start = Place(source, 1)
    empty = Node({}, start)
    if len(text) > LARGEST:
        return empty, [Complaint(start, "", f"expected at most {LARGEST >> 20} MiB, found {len(text):,} bytes")]
    try:
        root = _compose(text)
    except _NotYamlError as error:
        return empty, [Complaint(Place(source, error.line), "", error.expected)]
    if root is None:
        return empty, []
    reader = _Reader(source)
    try:
        return reader.node(root, ()), reader.complaints
    except _TooMuchError as error:
        return empty, [*reader.complaints, Complaint(start, "", str(error))]


def _compose(text: bytes) -> yaml.Node | None:
    """PyYAML's tree of the text. Raises `_NotYamlError`."""
    try:
        try:
            return yaml.compose(text.decode("utf-8-sig"), Loader=_Fast)
        except yaml.YAMLError:
            return yaml.compose(text.decode("utf-8-sig"), Loader=_Plain)
    except UnicodeDecodeError as error:
        raise _NotYamlError("expected UTF-8 text", text.count(b"\n", 0, error.start) + 1) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _NotYamlError(f"expected YAML: {error.problem or error.context}", line) from None
    except yaml.YAMLError:
        raise _NotYamlError("expected YAML: it has a character that YAML does not allow") from None
    except _TooMuchError as error:
        raise _NotYamlError(str(error)) from None


class _NotYamlError(Exception):
    """The text is no YAML, with the line where that shows."""

    def __init__(self, expected: str, line: int = 1) -> None:
        super().__init__(expected)
        self.expected = expected
        self.line = line


class _Reader:
    """Turns PyYAML's nodes into ours."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.complaints: list[Complaint] = []
        self._budget = _Budget()
        self._loader = yaml.SafeLoader("")

    def node(self, node: yaml.Node, path: Path) -> Node:
        """One node with all below it. Raises `_TooMuchError`."""
        self._budget.spend(len(path), mapping=isinstance(node, yaml.MappingNode))
        place = Place(self.source, node.start_mark.line + 1)
        match node:
            case yaml.MappingNode():
                return Node(self._mapping(node, path), place)
            case yaml.SequenceNode():
                return Node([self.node(child, (*path, n)) for n, child in enumerate(node.value)], place)
        return Node(self._scalar(node, path, place), place)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for key, value in node.value:
            place = Place(self.source, key.start_mark.line + 1)
            if not isinstance(key, yaml.ScalarNode):
                self.complaints.append(Complaint(place, path, "expected a name as the key"))
                continue
            # The key's own text, so that `on:` and `404:` are the names they look like.
            name = str(key.value)
            child = self.node(value, (*path, name))
            if name in found:
                first = found[name].place.line
                self.complaints.append(Complaint(place, (*path, name), f"given twice, first on line {first}"))
                continue
            found[name] = Node(child.value, place)
        return found

    def _scalar(self, node: yaml.Node, path: Path, place: Place) -> Any:
        if node.tag == "tag:yaml.org,2002:timestamp":
            return node.value
        if node.tag not in SCALARS:
            self.complaints.append(
                Complaint(place, path, "expected plain text, a number, true or false (no YAML tags)")
            )
            return None
        try:
            value = self._loader.construct_object(node, deep=True)
        except (yaml.YAMLError, ValueError, KeyError):
            self.complaints.append(Complaint(place, path, "expected a value that YAML can read"))
            return None
        if isinstance(value, str) and not value.replace("\n", "").replace("\t", "").isprintable():
            self.complaints.append(Complaint(place, path, "expected text without control characters"))
            return None
        return value
