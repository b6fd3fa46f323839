"""What the parts of the check share: where things are, commands, how a part ends."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
TOOLS = Path(sys.executable).parent
"""The environment with the tools of deploy/locks/check.lock."""
PROGRAM = ROOT / ".venv" / "bin" / "groundtruth"


class FailedError(Exception):
    """A part is broken; one line for each complaint."""


class SkippedError(Exception):
    """A part cannot be tried here; why, and what to install."""


def needed(*programs: str) -> None:
    """Raises SkippedError where one of these is not on the machine."""
    gone = [program for program in programs if shutil.which(program) is None]
    if gone:
        raise SkippedError(f"{', '.join(gone)} is not on this machine")


def run(*command: str | Path, environ: Mapping[str, str] | None = None, cwd: Path = ROOT) -> str:
    """The output of a command. Raises FailedError with its last lines where it fails."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**os.environ, **(environ or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines()[-15:]
        raise FailedError("\n".join([f"{Path(str(command[0])).name} ended with {done.returncode}", *said]))
    return done.stdout


def secrets_of(names: Sequence[str]) -> dict[str, str]:
    """An environment in which each of these secrets is set to something of the right form."""
    forms = {"SLACK_BOT_TOKEN": "xoxb-1-2-3", "SLACK_APP_TOKEN": "xapp-1-2-3", "REDIS_URL": "redis://valkey:6379/0"}
    return {name: forms.get(name, f"secret-of-{name.lower()}") for name in names}


def accepted(configuration: str, names: Sequence[str], folder: Path) -> None:
    """Raises FailedError where Groundtruth refuses the configuration; `names` are its secrets."""
    file = folder / "groundtruth.yaml"
    file.write_text(configuration)
    run(PROGRAM, "--config", file, "config", "check", environ=secrets_of(names))
