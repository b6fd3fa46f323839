"""Which files make a configuration, in their order, and whether what they say has changed.

`groundtruth.yaml` comes first, then `conf.d/*.yaml` beside it by name; a folder given as the configuration stands for
its `*.yaml` files by name. Files that begin with a dot are left out: a ConfigMap's own links are such files.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.config.document import LARGEST
from bot.config.secrets import LARGEST_SECRET
from bot.errors import ConfigError
from bot.fields import REFERENCE

FILE = "groundtruth.yaml"
FOLDER = "conf.d"
MOST_FILES = 100
ALWAYS = ("REDIS_PASSWORD",)
"""Secrets that no file names."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The files of a configuration with what they hold, and the folder in which relative paths start."""

    files: Sequence[tuple[Path, bytes]]
    folder: Path

    @property
    def name(self) -> str:
        """The files as people read them."""
        return " + ".join(str(path) for path, _ in self.files) or "defaults"

    def digest(self, environ: Mapping[str, str]) -> str:
        """A digest of what the files hold, and the files that hold their secrets."""
        found = hashlib.sha256()
        names = set(ALWAYS)
        for path, content in self.files:
            found.update(b"%d %d " % (len(str(path)), len(content)) + str(path).encode() + content)
            names |= {match[1] for match in REFERENCE.finditer(content.decode("utf-8", "replace"))}
        for name in sorted(names):
            file = environ.get(f"{name}_FILE", "")
            found.update(f"{name} ".encode() + (_secret(file) if file else b""))
        return found.hexdigest()


def sources(path: str | None, environ: Mapping[str, str]) -> Sources:
    """The files of a path, of $GROUNDTRUTH_CONFIG, or of ./groundtruth.yaml, none where that does not exist.

    Raises ConfigError for what cannot be read.
    """
    named = path or environ.get("GROUNDTRUTH_CONFIG", "")
    file = Path(named or FILE)
    if not named and not file.exists():
        return Sources((), Path.cwd())
    try:
        if file.is_dir():
            files, folder = _within(file), file
            if not files:
                raise ConfigError(
                    [f"{file}: expected a configuration file that can be read, or a folder with *.yaml files"]
                )
        else:
            files, folder = [file, *_within(file.parent / FOLDER)], file.parent
        return Sources([(one, _content(one)) for one in files], folder)
    except ValueError:
        raise ConfigError([f"{file}: expected a configuration file that can be read (not a path)"]) from None


def _within(folder: Path) -> list[Path]:
    found = sorted((p for p in folder.glob("*.y*ml") if _counts(p)), key=lambda p: p.name)
    if len(found) > MOST_FILES:
        raise ConfigError([f"{folder}: expected at most {MOST_FILES} files, found {len(found)}"])
    return found


def _counts(path: Path) -> bool:
    return path.suffix in {".yaml", ".yml"} and not path.name.startswith(".") and not path.is_dir()


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(LARGEST + 1)
    except OSError as error:
        raise ConfigError([f"{file}: expected a configuration file that can be read ({error.strerror})"]) from None


def _secret(file: str) -> bytes:
    try:
        with Path(file).open("rb") as stream:
            return stream.read(LARGEST_SECRET + 1)
    except (OSError, ValueError):
        return b"?"
