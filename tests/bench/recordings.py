"""Writes tests/data/traces, the small made-up worlds of the benchmarks: `python -m tests.bench.recordings`.

Made by `worlds` from fixed seeds used nowhere else; the same command writes the same bytes again.
"""

import gzip
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.core.replay.scoring import TrueInterval
from bot.core.replay.trace import FORMAT, LETTERS, NO_DATA, World
from bot.trials.worlds import Habits, Trouble, made

FOLDER = Path(__file__).parents[1] / "data" / "traces"
Made = tuple[World, tuple[TrueInterval, ...]]


def shipped() -> list[Made]:
    """Only as usual; one request in five fails at times; of nine streams those of one component, or of one vantage."""
    return [
        made("quiet", 6101, 120, Habits()),
        made("one-in-five", 6102, 8, Habits(), Trouble(0.2)),
        made("one-of-three", 6103, 3, Habits(), Trouble(0.3, components=1), components=3, vantages=3),
        made("one-vantage", 6104, 2, Habits(), Trouble(0.5, vantages=1), components=3, vantages=3),
    ]


def trace(world: World) -> dict[str, Any]:
    """A world as the JSON that `replay` reads."""
    return {
        "format": FORMAT,
        "name": world.name,
        "slot_s": world.slot_s,
        "slots": world.slots,
        "interval_s": world.interval_s,
        "start": datetime.fromtimestamp(world.start, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "components": list(world.components),
        "vantages": sorted({p.vantage for p in world.places}),
        "offset_slots": {f"{p.vantage}/{p.component}": p.offset for p in world.places},
        "legend": {key: meaning[3] or "ok" for key, meaning in LETTERS.items()} | {NO_DATA: "no data"},
        "seen": {f"{p.vantage}/{p.component}": p.seen for p in world.places},
    }


def label(world: World, truth: tuple[TrueInterval, ...]) -> dict[str, Any]:
    """The truth of a world as its entry in labels.json."""
    incidents = [
        {
            "start_slot": round(t.start_s / world.slot_s),
            "end_slot": round(t.end_s / world.slot_s),
            "components": list(t.components),
            "rate": t.rate,
            "scope": "vendor",
        }
        for t in truth
    ]
    return {"incidents": incidents}


def write(folder: Path, worlds: list[Made]) -> None:
    """Recordings and their labels into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for world, _ in worlds:
        packed = gzip.compress(json.dumps(trace(world), separators=(",", ":")).encode(), 9, mtime=0)
        (folder / f"{world.name}.json.gz").write_bytes(packed)
    labels = {world.name: label(world, truth) for world, truth in worlds}
    (folder / "labels.json").write_text(json.dumps(labels, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER, shipped())
