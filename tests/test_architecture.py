"""The shape of the house: imports point inward, rooms stay small, nothing is caught that is not named."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "probes")
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
NAMES = {path: ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in FILES}

INNER = {
    "probes.model": (),
    "probes.dialects": ("probes.dialects", "probes.model"),
    "probes.fingerprint": ("probes.fingerprints", "probes.model"),
    "probes.fingerprints": ("probes.fingerprints", "probes.model"),
    "bot.core": ("bot.core", "probes.model"),
    "bot.errors": (),
    "probes": ("probes",),
    "bot.store": ("bot.store", "bot.core", "bot.errors", "probes"),
    "bot.channels": ("bot.channels", "bot.core", "bot.errors", "probes"),
}
"""What a room may import of this project; the longest name that fits a module counts."""

PURE = ("bot.core", "probes.dialects", "probes.model", "probes.fingerprint", "probes.fingerprints")
"""Rooms that import the standard library and each other, and of it nothing that waits, measures time or does I/O."""

IMPURE = {"asyncio", "time", "logging", "os", "pathlib", "random", "socket", "subprocess", "threading", "secrets"}

OUTERMOST = {"bot.main", "bot.cli"}
"""Nobody imports these but the terminal and the entry point."""


def imports(path):
    """The modules a file imports, with the line."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            assert node.module is not None
            yield node.module, node.lineno


def inside(module, room):
    """Whether a module is that room or in it."""
    return module == room or module.startswith(room + ".")


@pytest.mark.parametrize("path", FILES, ids=NAMES.get)
def test_imports_point_inward(path):
    """probes.model <- bot.core <- {store, channels, judge, courier, desk} <- main; nobody imports main."""
    name = NAMES[path]
    rooms = [room for room in INNER if inside(name, room)]
    for module, line in imports(path):
        if module.split(".")[0] not in PACKAGES:
            continue
        if rooms:
            allowed = INNER[max(rooms, key=len)]
            assert any(inside(module, room) for room in allowed), f"{path}:{line} imports {module}"
        if any(inside(module, outer) for outer in OUTERMOST):
            assert inside(name, "bot.terminal") or inside(name, "bot.__main__"), f"{path}:{line} imports {module}"


@pytest.mark.parametrize("path", [p for p in FILES if any(inside(NAMES[p], r) for r in PURE)], ids=NAMES.get)
def test_the_core_is_pure(path):
    """No clock, no waiting, no I/O, no library but the standard one."""
    for module, line in imports(path):
        top = module.split(".")[0]
        assert top in PACKAGES or top in sys.stdlib_module_names, f"{path}:{line} imports {module}"
        assert top not in IMPURE, f"{path}:{line} imports {module}"
    for node in ast.walk(ast.parse(path.read_text())):
        assert not isinstance(node, ast.AsyncFunctionDef | ast.Await), f"{path}:{node.lineno} waits"
        assert not (isinstance(node, ast.Name) and node.id in {"open", "print", "input"}), (
            f"{path}:{node.lineno} does I/O"
        )


@pytest.mark.parametrize("path", FILES, ids=NAMES.get)
def test_rooms_stay_small(path):
    """A file is a noun one can hold: 250 lines, functions of 40; `__init__` files are empty; no catch-all names."""
    text = path.read_text()
    assert text.count("\n") <= 250, f"{path} is too long"
    assert path.stem not in {"utils", "util", "helpers", "helper", "manager", "base", "common", "misc"}, path
    if path.name == "__init__.py":
        assert not text, f"{path} is not empty"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 40, f"{path}:{node.lineno} {node.name} is too long"
            inner = [n for n in ast.walk(node) if isinstance(n, ast.Import | ast.ImportFrom)]
            assert not inner, f"{path}:{node.lineno} {node.name} imports inside"


def passes_on(handler):
    """Whether a handler only tidies up and raises the same error again."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def test_one_broad_except():
    """Errors are caught by name; only `look` turns anything at all into data."""
    broad = []
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ExceptHandler) and not passes_on(node):
                names = (
                    {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)} if node.type else {"BaseException"}
                )
                broad += [NAMES[path]] if names & {"Exception", "BaseException"} else []

    assert broad == ["probes.probe"]


def test_no_import_cycles():
    """Modules form a tree of knowledge, not a ring."""
    by_name = {name: path for path, name in NAMES.items()}
    graph = {name: {m for m, _ in imports(path) if m in by_name} for path, name in NAMES.items()}
    done: set[str] = set()

    def visit(name, trail):
        assert name not in trail, " -> ".join([*trail, name])
        if name not in done:
            for module in sorted(graph[name]):
                visit(module, [*trail, name])
            done.add(name)

    for name in graph:
        visit(name, [])


def test_tests_use_no_mocks():
    """Real servers on loopback say more."""
    for path in (ROOT / "tests").rglob("*.py"):
        words = {m for m, _ in imports(path)}
        assert not any(m.split(".")[0] == "mock" or m == "unittest.mock" for m in words), path


def test_only_the_configuration_reads_the_environment():
    """`os.environ` and `os.getenv` are read in one place."""
    readers = {
        NAMES[path]
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    }

    assert readers <= {"bot.config"}
