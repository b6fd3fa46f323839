"""`make release`: wheel and source archive, the same bytes each time, with a bill of materials, checked as installed.

Writes dist/: the wheel, the sdist, NAME.cdx.json (CycloneDX), NAME.licenses.txt and SHA256SUMS. Nothing is uploaded.
"""

import hashlib
import json
import shutil
import sys
import tarfile
import tempfile
import venv
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from parts import DEPLOY, PROGRAM, ROOT, TOOLS, FailedError, run

DIST = ROOT / "dist"
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
    ),
    "sdist": ("requirements.lock", "deploy/locks/runtime.lock", "deploy/docker/Containerfile", "Makefile", "bot/BUILD"),
}
"""Beginnings of names that each must hold."""
STRONG = ("AGPL", "GPL-2", "GPL-3", "GPLv", "SSPL", "BUSL", "Commons Clause")
"""Licenses of a dependency that would reach further than itself."""


def main() -> int:
    """Build twice, compare, describe, install, try. Exit code 1 with the reason."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            for line in _released(Path(folder)):
                sys.stdout.write(f"{line}\n")
                sys.stdout.flush()
    except FailedError as error:
        sys.stderr.write(f"release: {error}\n")
        return 1
    return 0


def _released(work: Path) -> Iterator[str]:
    commit, day, epoch = run("git", "log", "-1", "--format=%h %cs %ct").split()
    if changed := run("git", "status", "--porcelain").strip():
        raise FailedError(f"these are not committed, so nobody could build the same:\n{changed}")
    environ = {"SOURCE_DATE_EPOCH": epoch, "PYTHONHASHSEED": "0"}
    first, second = (_built(work / name, f"{commit} of {day}", environ) for name in ("first", "second"))
    for name, digest in first.items():
        if second[name] != digest:
            raise FailedError(f"{name} is another in the second build")
    again = _from_sdist(work, environ)
    wheel = next(name for name in first if name.endswith(".whl"))
    if again != first[wheel]:
        raise FailedError(f"{wheel} built from the sdist is another")
    shutil.rmtree(DIST, ignore_errors=True)
    shutil.copytree(work / "first" / "dist", DIST)
    yield f"{', '.join(sorted(first))}: the same bytes in two folders, and the wheel from the sdist as well"
    yield from _complete(wheel)
    yield from _described(wheel, _installed(work / "venv", wheel), environ)
    sums = "".join(f"{_digest(path)}  {path.name}\n" for path in sorted(DIST.iterdir()))
    (DIST / "SHA256SUMS").write_text(sums)
    yield f"dist/SHA256SUMS has {len(sums.splitlines())} files; nothing was uploaded or signed"


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
    return {path.name: _digest(path) for path in (folder / "dist").iterdir()}


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
    return _digest(next((work / "again").iterdir()))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _complete(wheel: str) -> Iterator[str]:
    """Everything that is needed is inside, and nothing that is not."""
    sdist = next(DIST.glob("*.tar.gz"))
    with zipfile.ZipFile(DIST / wheel) as packed:
        inside = {"wheel": packed.namelist()}
    with tarfile.open(sdist) as archive:
        inside["sdist"] = [name.partition("/")[2] for name in archive.getnames()]
    for kind, names in inside.items():
        gone = [wanted for wanted in WANTED[kind] if not any(name.startswith(wanted) for name in names)]
        junk = [name for name in names if name.endswith((".pyc", ".env")) or "__pycache__" in name]
        if gone or junk:
            raise FailedError(f"the {kind} lacks {gone} and should not have {junk}")
    yield f"the wheel has {len(inside['wheel'])} files, {(DIST / wheel).stat().st_size / 1e6:.1f} MB"


def _installed(folder: Path, wheel: str) -> Path:
    """The wheel with the pinned dependencies in an environment of its own, tried away from the source."""
    venv.create(folder, with_pip=True, symlinks=True)
    python = folder / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary=:all:", "-r", LOCK)
    run(python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", DIST / wheel)
    program, away = folder / "bin" / "groundtruth", folder / "away"
    away.mkdir()
    said = run(program, "--version", cwd=away)
    if "(build " not in said:
        raise FailedError(f"--version does not name its build: {said}")
    run(program, "config", "check", cwd=away)
    run(program, "config", "schema", cwd=away)
    run(program, "catalogue", "list", cwd=away)
    return folder


def _described(wheel: str, folder: Path, environ: Mapping[str, str]) -> Iterator[str]:
    """The bill of materials, validated, and the list of licenses."""
    bare = "-".join(wheel.split("-")[:2])
    bill = DIST / f"{bare}.cdx.json"
    run(folder / "bin" / "python", "-m", "pip", "uninstall", "--quiet", "--yes", "pip", "setuptools")
    run(
        *(TOOLS / "cyclonedx-py", "environment", "--pyproject", ROOT / "pyproject.toml", "--output-reproducible"),
        *("--mc-type", "application", "--validate", "--output-file", bill, folder / "bin" / "python"),
        environ=environ,
    )
    found = json.loads(bill.read_text())
    rows = sorted((one["name"], one["version"], _license(one)) for one in found["components"])
    unknown = [name for name, _, said in rows if not said]
    strong = [f"{name} ({said})" for name, _, said in rows if any(word in said for word in STRONG)]
    pinned = {line.partition("==")[0].lower() for line in LOCK.read_text().splitlines() if "==" in line}
    if unknown or strong:
        raise FailedError(f"licenses are unknown of {unknown}; and reach too far of {strong}")
    (DIST / f"{bare}.licenses.txt").write_text("".join(f"{name} {version}: {said}\n" for name, version, said in rows))
    yield f"{bill.name}: CycloneDX {found['specVersion']}, valid, {len(rows)} of {len(pinned)} packages apply here"
    yield f"licenses: {', '.join(sorted({said for _, _, said in rows}))}"


def _license(component: Mapping[str, Any]) -> str:
    """Its license in a word: the expression, or the ids and names that it gives."""
    given = component.get("licenses", [])
    said = [
        one.get("expression") or one.get("license", {}).get("id") or one.get("license", {}).get("name", "")
        for one in given
    ]
    words = [word.splitlines()[0].rpartition(" :: ")[2][:60] for word in said if word]
    return " and ".join(dict.fromkeys(words))


if __name__ == "__main__":
    sys.exit(main())
