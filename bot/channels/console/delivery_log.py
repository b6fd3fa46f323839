"""The console's durable record: one JSON line per delivery act, and the index that makes a repeat land on its root.

Every line is on disk before anything is shown. A line torn by a crash was never confirmed to anybody, so it is
dropped at the next start and every line that remains is whole.
"""

import json
import os
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.errors import DeliveryError

ROTATE_AT = 8 * 1024 * 1024
ROOTS = 2_000
TRAILS = 4_000
_CLOSED_KEPT = 200


class Record:
    """Appends acts to the file and knows which roots and trail lines it already holds.

    Used from one thread at a time. Raises `DeliveryError` when the file cannot be written.
    """

    def __init__(self, path: Path, rotate_at: int = ROTATE_AT) -> None:
        self._path = path
        self._rotate_at = rotate_at
        self._file = -1
        self._roots: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._closed: set[str] = set()
        self._trails: OrderedDict[str, dict[str, Any]] = OrderedDict()

    def open(self) -> None:
        """Read what is there, drop a torn last line, and stand ready to append."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            os.fchmod(self._file, 0o600)
            for line in self._lines():
                self._learn(line)
        except OSError as error:
            self.close()
            raise DeliveryError(f"the console's record {self._path} cannot be opened: {error.strerror}") from error

    def close(self) -> None:
        """Close the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def has_root(self, key: str) -> bool:
        """Whether this root was ever posted (as far back as the record goes)."""
        return key in self._roots

    def has_trail(self, key: str) -> bool:
        """Whether this line of a trail was ever added."""
        return key in self._trails

    def append(self, act: dict[str, Any]) -> None:
        """Write one act so that it survives the machine; only then does the index know it."""
        line = json.dumps(act, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"
        try:
            if os.fstat(self._file).st_size + len(line) > self._rotate_at:
                self._rotate()
            self._write(self._file, line)
        except OSError as error:
            raise DeliveryError(f"the console's record cannot be written: {error.strerror}") from error
        self._learn(act)

    def _write(self, file: int, line: bytes) -> None:
        start = os.fstat(file).st_size
        try:
            written = os.write(file, line)
            while written < len(line):
                written += os.write(file, line[written:])
            os.fsync(file)
        except OSError:
            # A full disk leaves half a line: what is not whole must not stand before the next one.
            os.ftruncate(file, start)
            raise

    def _lines(self) -> Iterator[dict[str, Any]]:
        size = os.fstat(self._file).st_size
        limit = 2 * self._rotate_at
        tail = os.pread(self._file, limit, max(0, size - limit))
        whole = tail.rfind(b"\n") + 1
        if whole < len(tail):
            os.ftruncate(self._file, size - (len(tail) - whole))
        for line in tail[:whole].split(b"\n"):
            try:
                act = json.loads(line)
            except ValueError:
                continue
            if isinstance(act, dict):
                yield act

    def _learn(self, act: dict[str, Any]) -> None:
        key = str(act.get("key", ""))
        match act.get("act"):
            case "trail":
                self._trails[key] = act
                if len(self._trails) > TRAILS:
                    self._trails.popitem(last=False)
            case "root":
                self._roots.setdefault(key, act)
                self._mark(key, act)
            case "edit":
                self._mark(key, act)
            case _:
                return

    def _mark(self, key: str, act: dict[str, Any]) -> None:
        if act.get("closed"):
            self._closed.add(key)
        else:
            self._closed.discard(key)
        while len(self._roots) > ROOTS:
            oldest = next((k for k in self._roots if k in self._closed), next(iter(self._roots)))
            self._closed.discard(oldest)
            del self._roots[oldest]

    def _rotate(self) -> None:
        """Begin a new file with the roots that are still open (and the last closed ones); the old one stays beside it.

        The record's name always leads to a whole file: the old one gets a second name, then the new one its first.
        """
        closed = [k for k in self._roots if k in self._closed]
        forgotten = set(closed[:-_CLOSED_KEPT])
        kept = [{**act, "closed": k in self._closed} for k, act in self._roots.items() if k not in forgotten]
        kept += [act for act in self._trails.values() if act.get("root") not in self._closed][-_CLOSED_KEPT:]
        fresh, aside = self._path.with_suffix(".new"), self._path.with_suffix(".old.jsonl")
        fresh.unlink(missing_ok=True)
        file = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            body = "".join(json.dumps(act, ensure_ascii=False, separators=(",", ":")) + "\n" for act in kept)
            self._write(file, body.encode("utf-8", "replace"))
            aside.unlink(missing_ok=True)
            os.link(self._path, aside)
            fresh.replace(self._path)
        except OSError:
            os.close(file)
            raise
        os.close(self._file)
        self._file = file
        for key in forgotten:
            del self._roots[key]
            self._closed.discard(key)
