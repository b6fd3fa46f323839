"""The shape of the house: who may import whom, no rings, a pure core, small files and functions."""

import ast
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "probes")

PURE_LIBRARIES = ("regex",)
"""Libraries that core may use: text in, text out. The standard library cannot tell where a grapheme ends."""
EVERYBODY = ("bot.child_environment", "bot.errors", "bot.supervision", "probes.model", "probes.redaction")
"""What every room may import."""

BOT: Mapping[str, str] = {
    "__main__": "cli",
    "cli": "app config delivery demo desk explain extras fields health importers mcp channels service_manager settings"
    " store core probes trials",
    "app": "lifetime jobs web desk health delivery judging probing advice process sharing channels settings store core",
    "lifetime": "channels settings",
    "web": "desk fields health http mcp process scheduling settings store core",
    "mcp": "core",
    "importers": "",
    "jobs": "desk delivery judging health process http scheduling settings store fields core probes",
    "desk": "delivery judging health advice explain rhythm settings store core probes",
    "delivery": "advice channels process settings store core",
    "health": "channels process settings store core",
    "judging": "store core probes",
    "advice": "settings core probes",
    "probing": "rhythm scheduling settings store core probes",
    "process": "settings store",
    "rhythm": "scheduling core",
    "sharing": "store core",
    "config": "channels extras fields scheduling settings core probes",
    "explain": "core probes",
    "channels": "extras http fields pictures core probes",
    "pictures": "core",
    "demo": "store core probes",
    "store": "core probes",
    "settings": "scheduling core probes",
    "http": "fields core probes",
    "fields": "probes",
    "scheduling": "",
    "recipes": "",
    "trials": "core",
    "service_manager": "settings",
    "supervision": "",
    "child_environment": "",
    "errors": "",
    "extras": "",
}
"""A room of `bot` -> the rooms that it may import."""

CORE: Mapping[str, str] = {
    "model": "",
    "stats": "",
    "text": "model",
    "statuspage": "model",
    "routing": "model",
    "detection": "stats text",
    "tips": "model stats text",
    "ledger": "model stats statuspage",
    "history": "detection model stats",
    "reports": "detection model stats text",
    "replay": "detection",
    "incidents": "detection history model routing statuspage text",
    "judging": "detection history incidents ledger model reports routing statuspage",
    "messages": "model text tips",
    "commands": "incidents model routing text",
    "answers": "commands detection history incidents ledger messages model routing stats text tips",
    "postmortem": "answers incidents messages model stats text",
    "health": "answers text",
    "heartbeats": "model text",
    "drawing": "answers",
    "rate_limits": "",
    "sharing": "",
}
"""A room of `bot.core` -> the rooms of the core that it may import. Judging has no words: it never imports messages."""

PROBES: Mapping[str, str] = {
    "model": "",
    "options": "",
    "secret": "",
    "redaction": "",
    "fingerprints": "model redaction",
    "dialects": "model",
    "transport": "fingerprints model",
    "tools": "fingerprints model secret transport",
    "network": "fingerprints model options tools transport",
    "inference": "fingerprints model options secret tools transport",
    "statuspage": "dialects fingerprints model network options tools transport",
    "heartbeat": "model options tools",
    "vendors": "fingerprints inference model network options secret tools transport",
    "community": "fingerprints inference model options tools transport",
    "registry": "community heartbeat model network options statuspage tools vendors",
    "probe": "fingerprints model registry secret tools",
}
"""A room of `probes` -> the rooms of `probes` that it may import. It never imports `bot`."""


def contract() -> dict[str, tuple[str, ...]]:
    """Each room by its full name -> what may be imported there, by full names."""
    rooms = {f"bot.{room}": (*(_full(name) for name in allowed.split()),) for room, allowed in BOT.items()}
    rooms |= {f"bot.core.{room}": (*(f"bot.core.{n}" for n in allowed.split()),) for room, allowed in CORE.items()}
    return rooms | {f"probes.{room}": (*(f"probes.{n}" for n in allowed.split()),) for room, allowed in PROBES.items()}


def _full(name: str) -> str:
    return name if name == "probes" else f"bot.{name}"


CONTRACT = contract()

PURE = ("bot.core", "probes.dialects", "probes.model", "probes.fingerprints", "probes.redaction")
"""Rooms that import the standard library and each other, and of it nothing that waits, measures time or does I/O."""

IMPURE = {
    "asyncio",
    "time",
    "logging",
    "os",
    "pathlib",
    "random",
    "socket",
    "subprocess",
    "threading",
    "secrets",
}

CATCH_ALL = {"utils", "util", "helpers", "helper", "manager", "base", "common", "misc"}

LONG: Mapping[str, str] = {
    "bot.core.detection.episodes": "one automaton: what begins, joins, changes and ends an episode reads as one text",
}
"""A file above the cap -> the reason."""


class Source:
    """One file of the project."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text()
        self.tree = ast.parse(self.text)
        self.name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")

    def __repr__(self) -> str:
        return self.name


SOURCES = [Source(path) for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
MODULES = frozenset(source.name for source in SOURCES)


def imports(source: Source, modules: frozenset[str] = MODULES) -> Iterator[tuple[str, int]]:
    """The modules a file imports, with the line; `from package import module` is an import of that module."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{source.path}:{node.lineno}: relative import"
            assert node.module is not None
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in modules else node.module, node.lineno


def inside(module: str, room: str) -> bool:
    """Whether a module is that room or in it."""
    return module == room or module.startswith(room + ".")


def room_of(module: str) -> str:
    """The room of a module: the longest name of the contract that fits; "" for none."""
    return max((room for room in CONTRACT if inside(module, room)), key=len, default="")


def complaints(source: Source, modules: frozenset[str] = MODULES) -> Iterator[str]:
    """Every import of a file that the contract does not allow."""
    room = room_of(source.name)
    for module, line in imports(source, modules):
        if module.split(".")[0] not in PACKAGES or any(inside(module, one) for one in EVERYBODY):
            continue
        if not any(inside(module, allowed) for allowed in (room, *CONTRACT[room])):
            yield f"{source.name}:{line} imports {module}"


FULL = [source for source in SOURCES if source.text]
"""Files with something in them: folders' empty `__init__` files belong to no room."""


@pytest.mark.parametrize("source", FULL, ids=repr)
def test_no_room_without_a_row(source: Source) -> None:
    """A file that belongs to no room of the contract could import anything."""
    assert room_of(source.name), f"{source.name} is in no room: give it a row in the contract"


@pytest.mark.parametrize("source", FULL, ids=repr)
def test_imports_follow_the_contract(source: Source) -> None:
    """What is not named in the contract may not be imported."""
    assert not list(complaints(source))


def test_every_row_is_a_room() -> None:
    """A row for a room that is gone would allow what nobody reviewed."""
    assert not [room for room in CONTRACT if not any(inside(m, room) for m in MODULES)]


def test_an_import_of_a_module_from_its_package_is_seen() -> None:
    """`from bot import app` imports bot.app, wherever it stands."""
    source = Source(ROOT / "bot" / "core" / "model" / "card.py")
    source.tree = ast.parse(
        "from bot import app\nfrom bot.core.messages import compose\nfrom probes.model import State\n"
    )

    assert list(complaints(source)) == [
        "bot.core.model.card:1 imports bot.app",
        "bot.core.model.card:2 imports bot.core.messages.compose",
    ]


@pytest.mark.parametrize("source", [s for s in SOURCES if any(inside(s.name, r) for r in PURE)], ids=repr)
def test_the_core_is_pure(source: Source) -> None:
    """No clock, no waiting, no I/O, no library but the standard one and those that are pure themselves."""
    for module, line in imports(source):
        top = module.split(".")[0]
        pure = top in PACKAGES or top in PURE_LIBRARIES or top in sys.stdlib_module_names
        assert pure, f"{source.name}:{line} imports {module}"
        assert top not in IMPURE, f"{source.name}:{line} imports {module}"
    for node in ast.walk(source.tree):
        assert not isinstance(node, ast.AsyncFunctionDef | ast.Await), f"{source.name}:{node.lineno} waits"
        assert not (isinstance(node, ast.Name) and node.id in {"open", "print", "input"}), (
            f"{source.name}:{node.lineno} does I/O"
        )


@pytest.mark.parametrize("source", SOURCES, ids=repr)
def test_files_stay_small(source: Source) -> None:
    """400 lines a file, 40 a function, empty `__init__` files, no catch-all names, imports at the top."""
    assert source.text.count("\n") <= 400 or source.name in LONG, f"{source.name} is too long"
    assert source.path.stem not in CATCH_ALL, source.name
    if source.path.name == "__init__.py":
        assert not source.text, f"{source.name} is not empty"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 40, f"{source.name}:{node.lineno} {node.name} is too long"
            inner = [n for n in ast.walk(node) if isinstance(n, ast.Import | ast.ImportFrom)]
            assert not inner, f"{source.name}:{node.lineno} {node.name} imports inside"


def passes_on(handler: ast.ExceptHandler) -> bool:
    """Whether a handler only tidies up and raises the same error again."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def test_one_broad_except() -> None:
    """Errors are caught by name; only `look` turns anything at all into data, and one place keeps workers going."""
    broad = []
    for source in SOURCES:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ExceptHandler) and not passes_on(node):
                names = (
                    {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)} if node.type else {"BaseException"}
                )
                broad += [source.name] if names & {"Exception", "BaseException"} else []

    assert broad == ["bot.supervision", "probes.probe"]


def ring(graph: Mapping[str, set[str]]) -> list[str]:
    """A ring of a graph, as its nodes in order with the first repeated; empty if there is none."""
    done: set[str] = set()

    def visit(name: str, trail: list[str]) -> list[str]:
        if name in trail:
            return [*trail[trail.index(name) :], name]
        if name not in done:
            for other in sorted(graph.get(name, ())):
                if found := visit(other, [*trail, name]):
                    return found
            done.add(name)
        return []

    return next((found for name in sorted(graph) if (found := visit(name, []))), [])


def test_no_ring_of_files() -> None:
    """Files know each other in one direction."""
    assert ring({s.name: {m for m, _ in imports(s) if m in MODULES and m != s.name} for s in SOURCES}) == []


def test_no_ring_of_rooms() -> None:
    """Rooms too: what two rooms need from each other belongs to a third."""
    graph: dict[str, set[str]] = {}
    for source in FULL:
        room = room_of(source.name)
        others = {room_of(m) for m, _ in imports(source) if m.split(".")[0] in PACKAGES}
        graph.setdefault(room, set()).update(others - {room, ""})

    assert ring(graph) == []


def test_rings_are_found() -> None:
    """A ring of two, one of three behind a tail, and a file that imports itself through its package."""
    assert ring({"a": {"b"}, "b": {"a"}}) == ["a", "b", "a"]
    assert ring({"t": {"a"}, "a": {"b"}, "b": {"c"}, "c": {"a"}}) == [
        "a",
        "b",
        "c",
        "a",
    ]
    assert ring({"a": {"b", "c"}, "b": {"c"}}) == []


def test_tests_use_no_mocks_and_share_in_support() -> None:
    """Real servers on loopback say more than mocks; what several tests need is in `tests/support`."""
    for path in (ROOT / "tests").rglob("*.py"):
        if "node_modules" in path.parts:
            continue
        words = {m for m, _ in imports(Source(path))}
        assert not any(m.split(".")[0] == "mock" or m == "unittest.mock" for m in words), path
        borrowed = {m for m in words if m.startswith("tests.") and m.split(".")[-1].startswith(("test_", "conftest"))}
        assert not borrowed, f"{path} imports from {borrowed}: what two tests need belongs to tests/support"


def test_only_the_configuration_reads_the_environment() -> None:
    """`os.environ` and `os.getenv` are read in one place."""
    readers = {
        source.name
        for source in SOURCES
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    }

    assert readers <= {"bot.config.load"}
