"""What the program printed, in the pages: run again where it always prints the same, recorded where it does not.

A block marked `console` begins with `$ groundtruth …`; the rest is the output of that command, run anew. What differs
from run to run is recorded in `deploy/docs/transcripts` by `python -m tests.docs.record`, and quoted from there.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from shutil import copytree

from tests.docs.pages import DOCS, ROOT

RECORDED = DOCS / "transcripts"
CONSOLE = re.compile(r"^```console\n(\$ [^\n]+)\n.*?^```$", re.DOTALL | re.MULTILINE)
FOLDER = "/srv/groundtruth"
"""What stands in a page for the folder in which the command ran."""


def printed(command: str, cwd: Path) -> str:
    """What a command prints on both streams; `cwd` appears as `FOLDER`."""
    said = shlex.split(command)
    assert said[0] == "groundtruth", command
    environ = {"PATH": os.environ["PATH"], "GROUNDTRUTH_VANTAGE": "office", "COLUMNS": "120", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "bot", *said[1:]], check=False, cwd=cwd, env=environ, capture_output=True, text=True
    )
    lines = (done.stdout + done.stderr).replace(str(cwd.resolve()), FOLDER).splitlines()
    return "\n".join(line.rstrip() for line in lines)


def refreshed(page: str) -> str:
    """The page with every console block as the program prints it now, run in a folder with the examples."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        copytree(ROOT / "deploy" / "examples", folder / "examples")
        copytree(ROOT / "tests" / "data" / "traces", folder / "tests" / "data" / "traces")
        return CONSOLE.sub(lambda block: f"```console\n{block[1]}\n{printed(block[1][2:], folder)}\n```", page)


def recorded(name: str) -> str:
    """A recording as a block."""
    return f"```text\n{(RECORDED / name).read_text().rstrip()}\n```"


def tables(name: str) -> str:
    """A recording that is Markdown itself, without its command."""
    return (RECORDED / name).read_text().partition("\n")[2]


def headlines() -> str:
    """The demo without the lines under each message."""
    command, *lines = (RECORDED / "demo.txt").read_text().rstrip().splitlines()
    kept = [line for line in lines if not line.startswith(" ")]
    return "\n".join(["```text", f"{command} | grep -v '^ '", *kept, "```"])
