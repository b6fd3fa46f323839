"""`groundtruth replay`: recorded traces through the detector of production, under a simulated clock."""

import argparse
import json
import sys
import zlib
from collections.abc import Callable
from dataclasses import asdict
from math import isnan
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from bot.core.detection.assessment import Transition
from bot.core.replay import other_monitors
from bot.core.replay.engine import Replay
from bot.core.replay.events import Event, events, openings
from bot.core.replay.lorden_bound import bound_min
from bot.core.replay.scoring import Score, TrueInterval, scored, truths
from bot.core.replay.trace import World, read
from bot.core.text.durations import duration
from bot.errors import UserError

EXAMPLES = """\
  groundtruth replay last-tuesday.json.gz                would it have caught last Tuesday?
  groundtruth replay last-tuesday.json.gz --events       every opening, change and end as JSON lines
  groundtruth replay traces/ --score                     delays, misses, flaps, false alarms against traces/labels.json
  groundtruth replay traces/ --score --against 3-in-row  another monitor's rule on the same (repeatable; or all)
Exit code: 0 done, 2 no such recording or not readable."""

LABELS = "labels.json"
AT_MOST_BYTES = 2_000_000_000
GZIP = 16 + zlib.MAX_WBITS
"""zlib's code for a gzip header and the largest window."""
OURS = "groundtruth"


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("path", metavar="PATH", type=Path, help="a recording (.json or .json.gz), or a folder of them")
    parser.add_argument("--score", action="store_true", help="score against labels.json beside the recordings")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--events", action="store_true", help="print every event as a JSON line")
    parser.add_argument(
        "--against",
        metavar="RULE",
        action="append",
        default=[],
        help=f"score a rival's rule too: {', '.join(other_monitors.RULES)}, K-in-row/R, K-of-N, all",
    )
    parser.add_argument("--false-alarms", type=float, default=0.1, metavar="N", help="budget a month (default 0.1)")


def run(args: argparse.Namespace) -> int:
    """Replay what was asked for."""
    if not 0 < args.false_alarms <= 1000:
        raise UserError("--false-alarms: a number a month, above 0 and at most 1000")
    rules = chosen(args.against)
    paths = found(args.path)
    labels = labelled(paths[0].parent) if args.score else {}
    rows: list[dict[str, Any]] = []
    for path in paths:
        world = world_of(path)
        steps = replayed(world, args.false_alarms)
        if args.events:
            for event in events(steps, world.start):
                show_event({"trace": world.name, **event} if len(paths) > 1 else event)
        if args.score:
            rows += scores(world, steps, labels, rules, args.false_alarms)
        elif not args.events:
            show_steps(world, list(events(steps, world.start)), as_json=args.json)
    if args.score:
        show_scores(rows, as_json=args.json)
    return 0


def chosen(names: list[str]) -> dict[str, Callable[[World], other_monitors.Rule]]:
    """The rivals' rules asked for. Raises UserError."""
    try:
        return {
            name: other_monitors.rule(name)
            for given in names
            for name in (other_monitors.RULES if given == "all" else [given])
        }
    except ValueError as error:
        raise UserError(f"--against: {error}") from error


def scores(
    world: World,
    steps: list[Transition],
    labels: dict[str, Any],
    rules: dict[str, Callable[[World], other_monitors.Rule]],
    budget: float,
) -> list[dict[str, Any]]:
    """The lines of one scenario, ours first. Raises UserError."""
    label = labels.get(world.name)
    try:
        truth = truths(label, world.slot_s)
    except (TypeError, KeyError, AttributeError) as error:
        raise UserError(f"{LABELS} says nothing usable of {world.name}") from error
    limit = limit_min(world, truth, budget)
    told = {OURS: openings(steps, world.start)} | {
        name: other_monitors.opened(world, make) for name, make in rules.items()
    }
    return [row(name, scored(world.name, at, truth, world.days), limit) for name, at in told.items()]


def found(path: Path) -> list[Path]:
    """The recordings meant by a path. Raises UserError."""
    if path.is_dir():
        paths = [p for p in sorted(path.iterdir()) if p.name.endswith((".json", ".json.gz")) and p.name != LABELS]
        if not paths:
            raise UserError(f"{path}: no recordings (*.json.gz) in this folder")
        return paths
    if not path.is_file():
        raise UserError(f"{path}: no such recording")
    return [path]


def world_of(path: Path) -> World:
    """One recording. Raises UserError."""
    try:
        raw = path.read_bytes()
        if path.suffix == ".gz":
            raw = zlib.decompressobj(wbits=GZIP).decompress(raw, AT_MOST_BYTES)
        return read(json.loads(raw))
    except (OSError, ValueError, zlib.error, RecursionError) as error:
        raise UserError(f"{path}: {error}") from error


def labelled(folder: Path) -> dict[str, Any]:
    """The truth beside the recordings. Raises UserError."""
    try:
        labels = json.loads((folder / LABELS).read_text())
    except (OSError, ValueError) as error:
        raise UserError(f"{folder / LABELS}: {error}") from error
    if not isinstance(labels, dict):
        raise UserError(f"{folder / LABELS}: not a table of scenarios")
    return labels


def replayed(world: World, budget: float) -> list[Transition]:
    """All transitions of one world; a bar on stderr where a person watches."""
    replay = Replay(world, budget)
    console = Console(stderr=True)
    if not console.is_terminal:
        return list(replay.run())
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(world.name, total=world.slots)
        return list(replay.run(lambda slot: progress.update(task, completed=slot)))


def limit_min(world: World, truth: tuple[TrueInterval, ...], budget: float) -> float:
    """Lorden's bound for the trouble of this world; nan where no rate is known."""
    rated = [t for t in truth if t.rate]
    if not rated:
        return float("nan")
    rate = sum(t.rate or 0.0 for t in rated) / len(rated)
    struck = sum(1 for p in world.places if p.component in rated[0].components)
    usual = usual_rate(world, truth)
    return bound_min(
        rate, usual, len(world.places), struck, len(rated[0].components), world.interval_s, world.slot_s, budget
    )


def usual_rate(world: World, truth: tuple[TrueInterval, ...]) -> float:
    """The share of failures outside of the true intervals."""
    failed = total = 0
    for place in world.places:
        last = 0
        for start, end in [*((int(t.start_s / world.slot_s), int(t.end_s / world.slot_s)) for t in truth), (None, 0)]:
            quiet = place.seen[last:start]
            total += len(quiet)
            failed += len(quiet) - quiet.count(".") - quiet.count("-")
            last = end
    return max(1e-4, failed / total) if total else 0.005


def row(rule: str, score: Score, limit: float) -> dict[str, Any]:
    """One line of the score as JSON-able values; numbers there are none of are None."""
    values = asdict(score) | {"rule": rule, "false_per_month": score.false_per_month, "bound_min": limit}
    values["ratio"] = score.median_min / limit if limit else float("nan")
    return {k: None if isinstance(v, float) and isnan(v) else v for k, v in values.items()}


def show_event(event: Event) -> None:
    """One JSON line."""
    sys.stdout.write(json.dumps(event, ensure_ascii=False) + "\n")


def show_steps(world: World, told: list[Event], *, as_json: bool) -> None:
    """What happened in one world, for people or as one JSON line."""
    if as_json:
        show_event({"trace": world.name, "days": world.days, "events": told})
        return
    console = wide()
    length = f"{world.days:.1f} days" if world.days >= 1 else duration(world.days * 86400)
    outcome = f"{len(told)} events" if told else "no incident would have been opened"
    console.print(f"{world.name}: {length}, {len(world.places)} streams, {outcome}")
    for event in told:
        whom = event["vantage"] if event["scope"] == "vantage" else ", ".join(event["components"])
        console.print(f"  {clock(event['t_s'])}  {event['event']:<8}  {whom}: {event['state']}; {event['why']}")


def clock(t_s: float) -> str:
    """Seconds from the start as "day 3 04:05:06"."""
    day, rest = divmod(int(t_s), 86400)
    return f"day {day} {rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"


def show_scores(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    """The table per scenario, or JSON."""
    if as_json:
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("scenario", "rule"):
        table.add_column(column)
    for column in ("incidents", "median min", "p90 min", "missed", "flaps", "false/month", "bound min", "ratio"):
        table.add_column(column, justify="right")
    for r in rows:
        table.add_row(
            r["scenario"], r["rule"], str(r["incidents"]), figure(r["median_min"]), figure(r["p90_min"]),
            str(r["missed"]), str(r["flaps"]), figure(r["false_per_month"]), figure(r["bound_min"]), figure(r["ratio"]),
        )  # fmt: skip
    wide().print(table)


def figure(value: float | None) -> str:
    """A number with two decimals, or a dash."""
    return "–" if value is None else f"{value:.2f}"


def wide() -> Console:
    """Stdout; into a pipe nothing is wrapped."""
    console = Console(markup=False, emoji=False, highlight=False)
    if not console.is_terminal:
        console.width = 10_000
    return console
