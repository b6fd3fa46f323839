"""`groundtruth record` and `groundtruth replay` on what a running Groundtruth saw."""

import asyncio
import gzip
import json

import yaml

from bot.cli.main import main
from bot.store.stream_rows import encode
from tests.support.recording import seen


async def test_what_was_recorded_is_found_again(redis_url, store, tmp_path, capsys):
    """An outage in the store becomes a trace in which replay opens one incident and closes it."""
    marks = "." * 240 + "5.5" * 40 + "." * 240
    for start in range(0, len(marks), 100):
        rows = [
            encode(seen(6 * n, marks[n], component="claude-api")) for n in range(start, min(start + 100, len(marks)))
        ]
        await store.append("claude", "eu.1", start + 1, rows)
    config, file = tmp_path / "groundtruth.yaml", tmp_path / "tuesday.json.gz"
    config.write_text(yaml.safe_dump({"services": ["claude"], "redis": redis_url}))

    assert await asyncio.to_thread(main, ["--config", str(config), "record", "claude", str(file)]) == 0
    assert "600 results" in capsys.readouterr().out
    assert json.loads(gzip.decompress(file.read_bytes()))["format"] == "groundtruth-trace/1"

    assert await asyncio.to_thread(main, ["replay", str(file), "--events"]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert [e["event"] for e in events if e["event"] != "changed"] == ["opened", "resolved"]
    assert events[0]["components"] == ["claude-api"]


def test_an_unknown_service_is_one_sentence(tmp_path, capsys):
    """What there is, is said."""
    assert main(["record", "cladue", str(tmp_path / "x.json")]) == 2
    assert "there is claude" in capsys.readouterr().err
