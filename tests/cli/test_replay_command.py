"""`groundtruth replay` on small recordings written to a folder."""

import argparse
import gzip
import json

import pytest

from bot.cli import replay
from bot.errors import UserError
from bot.trials.worlds import Habits, Trouble, made


def recorded(folder, name, seed):
    world, truth = made(name, seed, 2, Habits(), Trouble(1.0))
    data = {
        "format": "groundtruth-trace/1",
        "name": name,
        "slot_s": 5,
        "slots": world.slots,
        "interval_s": 30,
        "start": "2026-04-01T00:00:00Z",
        "components": list(world.components),
        "offset_slots": {"v0/c0": 0},
        "seen": {"v0/c0": world.places[0].seen},
    }
    (folder / f"{name}.json.gz").write_bytes(gzip.compress(json.dumps(data).encode()))
    labels = {
        name: {
            "incidents": [
                {"start_slot": int(t.start_s / 5), "end_slot": int(t.end_s / 5), "components": ["c0"], "rate": 1.0,
                 "scope": "vendor"} for t in truth
            ]
        }
    }  # fmt: skip
    (folder / "labels.json").write_text(json.dumps(labels))
    return truth


def run(*argv):
    parser = argparse.ArgumentParser()
    replay.arguments(parser)
    return replay.run(parser.parse_args([str(a) for a in argv]))


def test_events_are_json_lines(tmp_path, capsys):
    """Each outage opens within three minutes and is resolved."""
    truth = recorded(tmp_path, "outages", 31)
    assert run(tmp_path / "outages.json.gz", "--events") == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    opened = [e["t_s"] for e in told if e["event"] == "opened"]
    assert len(opened) == len(truth)
    assert all(0 <= at - t.start_s <= 180 for at, t in zip(opened, truth, strict=True))


def test_the_score_stands_beside_the_rivals(tmp_path, capsys):
    """A folder is scored, with every rival built in, as JSON."""
    truth = recorded(tmp_path, "outages", 32)
    assert run(tmp_path, "--score", "--json", "--against", "all", "--against", "2-in-row/1") == 0
    rows = json.loads(capsys.readouterr().out)
    assert [r["rule"] for r in rows] == [
        "groundtruth",
        "first-failure",
        "3-in-row",
        "5-of-60",
        "burn-rate",
        "2-in-row/1",
    ]
    assert rows[0]["missed"] == 0
    assert rows[0]["incidents"] == len(truth)
    assert rows[0]["ratio"] > 1


def test_tables_are_for_people(tmp_path, capsys):
    """Without options: what happened, in words."""
    recorded(tmp_path, "outages", 33)
    assert run(tmp_path) == 0
    assert "opened" in capsys.readouterr().out
    assert run(tmp_path, "--score") == 0
    assert "false/month" in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_recording_is_said(tmp_path, content):
    """Broken files end in one sentence with their name."""
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"x\.json"):
        run(path)
    with pytest.raises(UserError, match="no such recording"):
        run(tmp_path / "missing.json")
    with pytest.raises(UserError, match="no rule"):
        run(path, "--against", "magic")


def test_a_quiet_recording_answers_the_question(tmp_path, capsys):
    """Whoever asks "would it have caught it?" reads yes or no, and a short recording has a length."""
    quiet = {
        "format": "groundtruth-trace/1",
        "name": "quiet",
        "slot_s": 5,
        "slots": 720,
        "interval_s": 30,
        "start": "2026-04-01T00:00:00Z",
        "components": ["c0"],
        "offset_slots": {"v0/c0": 0},
        "seen": {"v0/c0": "." * 720},
    }
    (tmp_path / "quiet.json").write_text(json.dumps(quiet))
    assert run(tmp_path / "quiet.json") == 0
    assert capsys.readouterr().out == "quiet: 1h 0m, 1 streams, no incident would have been opened\n"
