"""What the detector is worth: score, rivals, coverage, false alarms, speed, state. About three minutes.

`python -m tests.bench.detector [MONTHS [SEED]]`. The public traces are used where they are beside the repository,
made-up worlds otherwise. MONTHS (4) of quiet worlds of each kind are made from SEED, any seed, for false alarms.
"""

import gzip
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bot.cli.replay import OURS, limit_min, row, show_scores
from bot.core.detection.assessment import AssessorSettings
from bot.core.detection.assessor import Assessor
from bot.core.replay import other_monitors
from bot.core.replay.engine import Replay
from bot.core.replay.events import openings
from bot.core.replay.scoring import TrueInterval, covered, scored, truths
from bot.core.replay.trace import World, read
from bot.trials.worlds import Habits, Trouble, hard_stop, made, slowed
from probes.model import Observation, Outcome

PACK = Path(__file__).parents[3] / "shared" / "data" / "traces"
START = 1_775_001_600.0
NINE = {"components": 3, "vantages": 3}
BUDGETS = (0.1, 3.0)
"""False alarms allowed a month and stream: the default, and enough of them to be counted in a few months."""


def worlds() -> Iterator[tuple[World, tuple[TrueInterval, ...]]]:
    """The public traces, or made-up worlds of the same kinds."""
    if PACK.is_dir():
        labels = json.loads((PACK / "labels.json").read_text())
        for name, label in labels.items():
            with gzip.open(PACK / f"{name}.json.gz") as file:
                world = read(json.load(file))
            yield world, truths(label, world.slot_s)
        return
    yield made("quiet", 901, 120, Habits())
    yield made("quiet-nine", 902, 20, Habits(), components=3, vantages=3)
    for rate in (0.05, 0.1, 0.2, 0.3, 0.5, 1.0):
        yield made(f"single-{rate:.0%}", 903, 10, Habits(), Trouble(rate))
    for rate in (0.1, 0.2, 0.3):
        yield made(f"bursty-{rate:.0%}", 904, 10, Habits(), Trouble(rate, 60))
        yield made(f"nine-all-{rate:.0%}", 905, 5, Habits(), Trouble(rate), components=3, vantages=3)
        yield made(f"nine-one-{rate:.0%}", 906, 5, Habits(), Trouble(rate, components=1), components=3, vantages=3)


def score() -> None:
    """The table of all rules, the coverage and the speed of replay."""
    rows, hits, total = [], 0, 0
    looks: dict[int, list[float]] = {}
    for world, truth in worlds():
        replay = Replay(world)
        began = time.process_time()
        told = list(replay.run())
        spent = looks.setdefault(len(world.places), [0.0, 0.0])
        spent[0] += replay.cost.scheduled + replay.cost.again
        spent[1] += time.process_time() - began
        limit = limit_min(world, truth, 0.1)
        rows.append(row(OURS, scored(world.name, openings(told, world.start), truth, world.days), limit))
        for name, make in other_monitors.RULES.items():
            rows.append(row(name, scored(world.name, other_monitors.opened(world, make), truth, world.days), limit))
        hit, of = covered(told, truth, world.start)
        hits, total = hits + hit, total + of
    show_scores(rows, as_json=False)
    say(f"the 95% interval contained the true rate in {hits} of {total} of these incidents ({hits / total:.1%})")
    for streams, (n, seconds) in sorted(looks.items()):
        say(f"replay with {streams} streams: {n / seconds:,.0f} looks a second")


def speed() -> None:
    """Nanoseconds an observation, and the size of the state."""
    for streams in (1, 9):
        judge = Assessor(AssessorSettings(components=("a", "b", "c")))
        names = [("abc"[i % 3], f"v{i // 3}") for i in range(streams)]
        seen = [
            Observation(c, "s", c, v, START + i * 30 + j, Outcome.OK)
            for i in range(180_000 // streams)
            for j, (c, v) in enumerate(names)
        ]
        began = time.process_time()
        for o in seen:
            judge.see(o)
        each = (time.process_time() - began) / len(seen)
        size = len(json.dumps(judge.dump(), separators=(",", ":")))
        say(f"{streams} streams: {each * 1e9:,.0f} ns an observation, {size / streams:,.0f} bytes of state a stream")
    leap = made("leap", 907, 60, Habits())[0]
    replay = Replay(leap)
    began = time.process_time()
    list(replay.run())
    looks = replay.cost.scheduled + replay.cost.again
    cost = replay.cost.again / replay.cost.scheduled
    say(f"two quiet months, one stream: {looks / (time.process_time() - began):,.0f} looks a second")
    say(f"re-probes at a usual failure rate of 0.5%: {cost:.1%} more looks")


def coverage(seed: int) -> None:
    """On fresh made-up incidents of every rate, whether the interval at the end contains the truth."""
    hits = total = 0
    for n, (rate, burst_s) in enumerate(((0.05, 0), (0.1, 0), (0.25, 0), (0.6, 0), (1.0, 0), (0.15, 60), (0.35, 60))):
        world, truth = made("rates", seed + n, 10, Habits(), Trouble(rate, burst_s))
        hit, of = covered(list(Replay(world).run()), truth, world.start)
        hits, total = hits + hit, total + of
        say(f"made-up incidents of {rate:.0%}{' in bursts' * bool(burst_s)}: interval right in {hit} of {of}")
    say(f"made-up incidents: the 95% interval contained the true rate in {hits} of {total} ({hits / total:.1%})")


def fresh(seed: int) -> None:
    """What people try first, and what is hard: on worlds of this seed."""
    cases = (
        ("hard stop, no spells, every 5 s", hard_stop("stop-5", seed, 13, interval_s=5.0, symptoms="5")),
        ("hard stop, no spells, every 30 s", hard_stop("stop-30", seed, 13, symptoms="5")),
        ("18 % in bursts of a minute", made("bursty-18%", seed, 13, Habits(), Trouble(0.18, 60))),
        ("one of nine streams at 10 %", made("one-10%", seed, 7, Habits(), Trouble(0.1, components=1), **NINE)),
        ("all answers twice as long", slowed("twice", seed, 20, lambda _: 2.0)),
        ("two of three answers thrice as long", slowed("thrice", seed, 20, lambda rng: 1 + 2 * (rng.random() < 2 / 3))),
    )
    for what, (world, truth) in cases:
        s = scored(world.name, openings(Replay(world).run(), world.start), truth, world.days)
        say(
            f"{what}: median {s.median_min * 60:.0f} s, p90 {s.p90_min * 60:.0f} s; of {s.incidents} missed {s.missed},"
            f" told twice {s.flaps}; false alarms {s.false_alarms} in {world.days:.0f} days"
        )


def calibration(months: int, seed: int) -> None:
    """False alarms on fresh quiet worlds: at the budget asked for, and at one large enough to count some."""
    kinds = {
        "0.5% usual": (Habits(), 1, months),
        "1.2% usual": (Habits(rate=0.012), 1, months),
        "by the clock": (Habits(daily=True), 1, months),
        "long spells": (Habits(spell_s=30), 1, months),
        "nine streams": (Habits(), 3, max(2, months // 8)),
    }
    for kind, (habits, side, length) in kinds.items():
        alarms = dict.fromkeys(BUDGETS, 0)
        for n in range(length // 2):
            world, _ = made(kind, seed + n, 60, habits, components=side, vantages=side)
            for budget in BUDGETS:
                alarms[budget] += len(openings(Replay(world, budget).run(), world.start))
        told = ", ".join(f"{n} ({n / length:.2f} a month; allowed {b * side:.2g})" for b, n in alarms.items())
        say(f"false alarms in {length} quiet months, {kind}: {told}")


def say(line: str) -> None:
    """One line."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Everything."""
    months = int(sys.argv[1]) if len(sys.argv) > 1 else 4
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 770_000
    speed()
    coverage(seed)
    fresh(seed)
    calibration(months, seed)
    score()
    say(f"all of this took {time.process_time():.0f} s of CPU")


if __name__ == "__main__":
    main()
