"""The console's record survives crashes, torn lines and its own rotation."""

import json
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.channels.console.delivery_log import Record
from bot.errors import DeliveryError

ROOT = Path(__file__).parent.parent.parent.parent

WRITER = """
import asyncio, io, sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from bot.channels.console.channel import Console
from bot.core.model.incident import TimelineEntry
from tests.support.contract import CARD

async def main():
    async with Console("console", Path(sys.argv[1]), sys.stdout, "json", lambda: 1.0) as console:
        for n in range(int(sys.argv[2]), 10_000):
            where = await console.post("", replace(CARD, headline=f"headline {n}"), f"k{n}")
            await console.edit(where, replace(CARD, headline=f"headline {n}, edited"))
            await console.follow(where, TimelineEntry(1.0, "changed", f"line of {n}"), f"k{n}#1")

asyncio.run(main())
"""


def acts(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().split(b"\n") if line]


def opened(path: Path, **changes: int) -> Record:
    record = Record(path, **changes)
    record.open()
    return record


def act(kind: str, key: str, **more: object) -> dict[str, Any]:
    return {"at": 1.0, "act": kind, "key": key, "headline": "headline of " + key, "closed": False, **more}


def test_killed_at_any_line_no_root_is_lost_or_doubled(tmp_path):
    """kill -9 again and again: every act is told at most twice, every root stands once, every line is whole."""
    path = tmp_path / "console.jsonl"
    begin, told = 0, set()
    for stop_after in (7, 1, 23, 12):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(begin)], stdout=subprocess.PIPE, cwd=ROOT
        ) as writer:
            assert writer.stdout is not None
            for _ in range(stop_after):
                said = json.loads(writer.stdout.readline())
                told.add(said["key"])
            writer.send_signal(signal.SIGKILL)
        roots = [a["key"] for a in acts(path) if a["act"] == "root"]
        assert len(roots) == len(set(roots))
        assert told <= set(roots)
        begin = max(int(key[1:]) for key in roots)  # the courier does not know whether this one was done: once more
    again = opened(path)
    assert all(again.has_root(f"k{n}") for n in range(begin))
    again.close()


def test_a_torn_last_line_is_dropped_and_the_rest_kept(tmp_path):
    """Half a line from a crash was never confirmed; the next act stands on a line of its own."""
    path = tmp_path / "console.jsonl"
    record = opened(path)
    record.append(act("root", "k1"))
    record.close()
    with path.open("ab") as file:
        file.write(b'{"at":2.0,"act":"root","key":"k2","headl')
    record = opened(path)
    assert record.has_root("k1")
    assert not record.has_root("k2")
    record.append(act("root", "k2"))
    record.close()
    assert [a["key"] for a in acts(path)] == ["k1", "k2"]


def test_lines_of_garbage_are_passed_over(tmp_path):
    """Somebody edited the file: what can be read still counts."""
    path = tmp_path / "console.jsonl"
    path.write_bytes(b"\xff\xfe garbage\n[1,2]\nnull\n" + json.dumps(act("root", "k1")).encode() + b"\n{}\n")
    record = opened(path)
    assert record.has_root("k1")
    record.close()


def test_the_file_is_private(tmp_path):
    """What was said is for its owner, even where the file was there before."""
    path = tmp_path / "deep" / "console.jsonl"
    path.parent.mkdir()
    path.touch(0o644)
    opened(path).close()
    assert path.stat().st_mode & 0o777 == 0o600


def test_rotation_keeps_open_roots_and_bounds_the_file(tmp_path):
    """However much is said, the file stays small and an incident that is still open keeps its root."""
    path = tmp_path / "console.jsonl"
    record = opened(path, rotate_at=50_000)
    record.append(act("root", "old and open"))
    record.append({**act("trail", "old and open#1"), "root": "old and open"})
    for n in range(1_000):
        record.append(act("root", f"k{n}"))
        record.append(act("edit", f"k{n}", closed=True))
        assert path.stat().st_size <= 50_000
    record.close()
    record = opened(path, rotate_at=50_000)
    assert record.has_root("old and open")
    assert record.has_trail("old and open#1")
    assert record.has_root("k999")
    record.append(act("edit", "old and open"))
    record.close()
    assert path.with_suffix(".old.jsonl").exists()
    roots = [a["key"] for a in acts(path) if a["act"] == "root"]
    assert len(roots) == len(set(roots))


def test_the_index_is_bounded(tmp_path):
    """Thousands of closed roots do not stay in memory; open ones do."""
    record = opened(tmp_path / "console.jsonl")
    record.append(act("root", "open"))
    for n in range(2_100):
        record._learn(act("root", f"k{n}"))
        record._learn(act("edit", f"k{n}", closed=True))
    assert record.has_root("open")
    assert not record.has_root("k0")
    assert len(record._roots) <= 2_000
    record.close()


def test_a_full_disk_is_a_delivery_error(tmp_path):
    """Nothing is shown or believed that could not be written; the courier tries again later."""
    path = tmp_path / "console.jsonl"
    record = opened(path)
    record.append(act("root", "k1"))
    size, limits = path.stat().st_size, resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, limits[1]))
    try:
        with pytest.raises(DeliveryError, match="cannot be written"):
            record.append(act("root", "k2"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not record.has_root("k2")
    record.append(act("root", "k3"))
    assert [a["key"] for a in acts(path)] == ["k1", "k3"]
    record.close()
