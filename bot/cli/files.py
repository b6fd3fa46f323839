"""`groundtruth files`: the files that one needs beside the program, as they came with it."""

import argparse
import json
import sys
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from bot.cli.config import schema
from bot.config.complaints import printable, unknown
from bot.errors import UserError

SHORT: Mapping[str, str] = {
    "slack-manifest": "slack/manifest.yaml",
    "example": "examples/groundtruth.yaml",
    "operations": "docs/operations.md",
    "kubernetes": "kubernetes.yaml",
}
"""Short names of some of them."""
PROGRAMS = "bin"
"""What is in a folder of this name has no ending."""
SCHEMA = "schema"
FOLDERS = ("claude-code", "compose", "examples", "grafana", "prometheus", "slack", "systemd", "terminals", "webhook")
SINGLE = ("discord/README.md", "docs/operations.md", "kubernetes.yaml")
TEXTS = frozenset({".conf", ".env", ".json", ".md", ".service", ".sh", ".toml", ".yaml", ".yml"})

EXAMPLES = """\
  groundtruth files                                  the names
  groundtruth files slack-manifest > manifest.yaml   to paste at api.slack.com/apps
  groundtruth files examples/on-call.yaml            by its path
  groundtruth files schema > groundtruth.schema.json for editors
  groundtruth files claude-code --to groundtruth-plugin   a whole folder"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("name", nargs="?", help="a short name or a path; without it, all of them")
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="write a folder of them there; it must not exist yet")


def run(args: argparse.Namespace) -> int:
    """Print the file, or the names. Raises UserError for a name that is none."""
    known = paths()
    if args.to is not None:
        _copied(args.name, known, args.to)
    elif args.name is None:
        short = [f"{name:16} {path}" for name, path in SHORT.items()]
        sys.stdout.write("\n".join([*short, f"{SCHEMA:16} the JSON Schema of the configuration", *known]) + "\n")
    elif args.name == SCHEMA:
        sys.stdout.write(f"{json.dumps(schema(), indent=2)}\n")
    else:
        path = SHORT.get(args.name, args.name)
        if path not in known:
            what = unknown("file", printable(args.name), [*SHORT, SCHEMA, *known])
            raise UserError(f"{printable(args.name)}: {what.partition('; expected one of')[0]}")
        sys.stdout.write(_root().joinpath(path).read_text("utf-8"))
    return 0


def _copied(name: str | None, known: list[str], to: Path) -> None:
    """A folder whole, with what a shell runs marked as such."""
    if name not in FOLDERS:
        raise UserError(f"--to: expected one of the folders {', '.join(FOLDERS)}")
    try:
        to.mkdir(parents=True)
        for path in (path for path in known if path.startswith(f"{name}/")):
            file = to / path.partition("/")[2]
            file.parent.mkdir(parents=True, exist_ok=True)
            content = _root().joinpath(path).read_bytes()
            file.write_bytes(content)
            file.chmod(0o755 if content.startswith(b"#!") else 0o644)
    except OSError as error:
        raise UserError(f"{to}: cannot be written ({error.strerror})") from None
    sys.stdout.write(f"{to} is written\n")


def paths() -> list[str]:
    """The files that came with the program, by their paths."""
    root = _root()
    found = [
        p for folder in FOLDERS for p in (root / folder).rglob("*") if p.suffix in TEXTS or p.parent.name == PROGRAMS
    ]
    return sorted({*(str(p.relative_to(root)) for p in found), *(one for one in SINGLE if (root / one).is_file())})


def _root() -> Path:
    """Beside the code where it was installed, `deploy/` where it runs from its repository."""
    installed = Path(str(files("bot"))) / "deploy"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "deploy"
