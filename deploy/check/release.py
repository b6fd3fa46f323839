"""`make release`: wheel and source archive, the same bytes each time, with a bill of materials, checked as installed.

Writes dist/: the wheel, the sdist, NAME.cdx.json (CycloneDX), NAME.licenses.txt and SHA256SUMS. Nothing is uploaded.
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from package import LOCK, built, complete, digest, installed
from parts import ROOT, TOOLS, FailedError, run

DIST = ROOT / "dist"
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
    if changed := run("git", "status", "--porcelain").strip():
        raise FailedError(f"these are not committed, so nobody could build the same:\n{changed}")
    dist, environ, said = built(work)
    shutil.rmtree(DIST, ignore_errors=True)
    shutil.copytree(dist, DIST)
    wheel = next(path.name for path in DIST.iterdir() if path.suffix == ".whl")
    yield said
    yield from complete(DIST, wheel)
    yield from _described(wheel, installed(work / "venv", DIST / wheel), environ)
    sums = "".join(f"{digest(path)}  {path.name}\n" for path in sorted(DIST.iterdir()))
    (DIST / "SHA256SUMS").write_text(sums)
    yield f"dist/SHA256SUMS has {len(sums.splitlines())} files; nothing was uploaded or signed"


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
