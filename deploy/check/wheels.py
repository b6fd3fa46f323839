"""Every dependency of the image is there as a wheel, with the hash of the lock, for both architectures."""

import re
import tempfile

from parts import DEPLOY, TOOLS, run

PYTHON = "3.13"
"""The image's."""
MACHINES = ("x86_64", "aarch64")


def check() -> list[str]:
    """What was found. Raises FailedError where a wheel is missing or its hash is another."""
    lock = DEPLOY / "locks" / "extras.lock"
    counted = len(re.findall(r"^[a-z0-9.-]+==", lock.read_text(), re.MULTILINE))
    for machine in MACHINES:
        platforms = [w for n in ("manylinux_2_28", "manylinux2014") for w in ("--platform", f"{n}_{machine}")]
        with tempfile.TemporaryDirectory() as folder:
            run(
                *(TOOLS / "pip", "install", "--dry-run", "--ignore-installed", "--no-deps", "--only-binary=:all:"),
                *(*platforms, "--python-version", PYTHON, "--require-hashes", "--target", folder, "-r", lock),
            )
    return [f"{counted} pinned packages, all as wheels for {' and '.join(MACHINES)}, Python {PYTHON}"]
