"""The package as somebody gets it: built twice to the same bytes, and tried in an environment that has nothing else.

It needs no tools beside those of `make check`.
"""

import hashlib
import tarfile
import tempfile
import venv
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from parts import DEPLOY, PROGRAM, FailedError, run

LOCK = DEPLOY / "locks" / "runtime.lock"
WANTED = {
    "wheel": (
        "probes/catalogue/claude.yaml",
        "bot/store/lua/commit.lua",
        "bot/BUILD",
        "bot/deploy/slack/manifest.yaml",
        "bot/deploy/docs/operations.md",
        "bot/deploy/examples/groundtruth.yaml",
        "bot/deploy/webhook/schema.json",
        "bot/deploy/claude-code/.claude-plugin/plugin.json",
    ),
    "sdist": ("requirements.lock", "deploy/locks/runtime.lock", "deploy/docker/Containerfile", "Makefile", "bot/BUILD"),
}
"""Beginnings of names that each must hold."""
FEWEST_FILES = 30
EACH = """
import contextlib, io, sys
from bot.cli.main import main
for name in sys.argv[1:]:
    with contextlib.redirect_stdout(io.StringIO()) as said:
        code = main(["files", name])
    if code or not said.getvalue().strip():
        print("empty", name)
"""


def check() -> list[str]:
    """What was found. Raises FailedError."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        dist, _, said = built(work)
        wheel = next(path.name for path in dist.iterdir() if path.suffix == ".whl")
        dirty = run("git", "status", "--porcelain").splitlines()
        said = [
            said,
            *[f"HEAD was built: {len(dirty)} changes of files that are not committed are not in it"][: len(dirty)],
        ]
        said += complete(dist, wheel)
        away = installed(work / "venv", dist / wheel)
        return [*said, f"the wheel runs in an empty environment, and gives {given(away)} files"]


def built(work: Path) -> tuple[Path, Mapping[str, str], str]:
    """The folder with both archives of what git has, the environment they were built with, and a sentence."""
    commit, day, epoch = run("git", "log", "-1", "--format=%h %cs %ct").split()
    environ = {"SOURCE_DATE_EPOCH": epoch, "PYTHONHASHSEED": "0"}
    first, second = (_built(work / name, f"{commit} of {day}", environ) for name in ("first", "second"))
    for name, digest in first.items():
        if second[name] != digest:
            raise FailedError(f"{name} is another in the second build")
    wheel = next(name for name in first if name.endswith(".whl"))
    if _from_sdist(work, environ) != first[wheel]:
        raise FailedError(f"{wheel} built from the sdist is another")
    said = f"{', '.join(sorted(first))}: the same bytes in two folders, and the wheel from the sdist as well"
    return work / "first" / "dist", environ, said


def _built(folder: Path, build: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Both archives from what git has, by name with their digests."""
    archive = folder / "source.tar"
    folder.mkdir()
    run("git", "archive", "--output", archive, "HEAD")
    source = folder / "source"
    with tarfile.open(archive) as packed:
        packed.extractall(source, filter="data")
    (source / "bot" / "BUILD").write_text(f"{build}\n")
    run(
        PROGRAM.parent / "python",
        "-m",
        "hatchling",
        "build",
        "--directory",
        folder / "dist",
        environ=environ,
        cwd=source,
    )
    return {path.name: digest(path) for path in (folder / "dist").iterdir()}


def _from_sdist(work: Path, environ: Mapping[str, str]) -> str:
    """The digest of a wheel that is built as somebody else would, from the source archive."""
    sdist = next((work / "first" / "dist").glob("*.tar.gz"))
    with tarfile.open(sdist) as packed:
        packed.extractall(work / "third", filter="data")
    source = next((work / "third").iterdir())
    python = PROGRAM.parent / "python"
    run(
        python,
        "-m",
        "hatchling",
        "build",
        "--target",
        "wheel",
        "--directory",
        work / "again",
        environ=environ,
        cwd=source,
    )
    return digest(next((work / "again").iterdir()))


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def complete(dist: Path, wheel: str) -> Iterator[str]:
    """Everything that is needed is inside, and nothing that is not."""
    sdist = next(dist.glob("*.tar.gz"))
    with zipfile.ZipFile(dist / wheel) as packed:
        inside = {"wheel": packed.namelist()}
    with tarfile.open(sdist) as archive:
        inside["sdist"] = [name.partition("/")[2] for name in archive.getnames()]
    for kind, names in inside.items():
        gone = [wanted for wanted in WANTED[kind] if not any(name.startswith(wanted) for name in names)]
        junk = [name for name in names if name.endswith((".pyc", ".env")) or "__pycache__" in name]
        if gone or junk:
            raise FailedError(f"the {kind} lacks {gone} and should not have {junk}")
    yield f"the wheel has {len(inside['wheel'])} files, {(dist / wheel).stat().st_size / 1e6:.1f} MB"


def installed(folder: Path, wheel: Path) -> Path:
    """The wheel with the pinned dependencies in an environment of its own, tried away from the source."""
    venv.create(folder, with_pip=True, symlinks=True)
    python = folder / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary=:all:", "-r", LOCK)
    run(python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel)
    program, away = folder / "bin" / "groundtruth", folder / "away"
    away.mkdir()
    said = run(program, "--version", cwd=away)
    if "(build " not in said:
        raise FailedError(f"--version does not name its build: {said}")
    run(program, "config", "check", cwd=away)
    run(program, "config", "schema", cwd=away)
    run(program, "catalogue", "list", cwd=away)
    return folder


def given(folder: Path) -> int:
    """How many files `groundtruth files` gives there, each of them with something in it."""
    program, away = folder / "bin" / "groundtruth", folder / "away"
    names = [line.split()[0] for line in run(program, "files", cwd=away).splitlines()]
    if len(names) < FEWEST_FILES:
        raise FailedError(f"files gives only {len(names)}: {names}")
    told = run(folder / "bin" / "python", "-c", EACH, *names, cwd=away)
    if empty := [line for line in told.splitlines() if line.startswith("empty ")]:
        raise FailedError(f"files: {', '.join(empty)}")
    return len(names)
