"""What judging a result costs, by the size of its service: `python -m tests.bench.breadth [SERVICES COMPONENTS]`.

1,000 checks every ten seconds, in services of 10, 100 and 1,000 components; all well, and while one component fails.
`detector` is what is believed of a result, `judged` all that is done for it between the stream and the commit: read,
judged once a second, and put into words for the store as often as the judge does.
"""

import asyncio
import sys
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from bot.core.detection.assessment import AssessorSettings
from bot.core.detection.assessor import Assessor
from bot.core.judging.judgement import Judgement
from bot.core.model.service import ServiceView
from bot.core.routing.tree import ActiveRoutes
from bot.judging.judge import Judge, JudgeContext
from bot.judging.progress import JudgingProgress
from bot.store.stream_rows import decode, encode
from bot.store.types import LoadedState
from probes.model import Fault, Layer, Observation, Outcome, Timings

INTERVAL_S, WARM_S, MEASURED_S = 10.0, 100, 30
START = 1_776_000_000.0
CHECKS = 1_000
OK = (Outcome.OK, Fault.NONE, Layer.OK, "")
FAILS = (Outcome.FAILED, Fault.VENDOR, Layer.APP_BACKEND, "api_error")


def results(service: str, size: int, second: int, *, trouble: bool) -> Iterator[Observation]:
    """Those of one second of one service: a tenth of its components; the first one fails, and is checked again then."""
    again = trouble and second > 20
    for n in {*range(second % 10, size, 10), *([0] if again else [])}:
        failed = again and n == 0
        outcome, fault, layer, symptom = FAILS if failed else OK
        at = START + second + n / size
        timings = Timings(total=20.0 + n % 7)
        yield Observation(
            f"{service}/{n}", service, f"c{n}", "here", at, outcome, fault, layer, symptom, timings=timings
        )


def settings(size: int) -> AssessorSettings:
    return AssessorSettings(components=tuple(f"c{n}" for n in range(size)), interval_s=INTERVAL_S)


def detector(services: int, size: int, *, trouble: bool) -> float:
    """Microseconds a result in the detector."""
    judges = [Assessor(settings(size)) for _ in range(services)]
    spent = 0.0
    for second in range(WARM_S + MEASURED_S):
        for number, judge in enumerate(judges):
            rows = list(results(f"s{number}", size, second, trouble=trouble and number == 0))
            began = time.process_time()
            for row in rows:
                judge.see(row)
            judge.advance(START + second + 1)
            spent += (time.process_time() - began) * (second >= WARM_S)
    assert bool(judges[0].episodes.standing) == trouble
    return spent / (MEASURED_S * CHECKS / 10) * 1e6


async def _nobody() -> ActiveRoutes:
    return ActiveRoutes()


class Seat:
    """One service and its judge, without a store: what it would write is made and thrown away."""

    def __init__(self, service: str, size: int) -> None:
        self.now = START
        names = {f"c{n}": f"Part {n}" for n in range(size)}
        view = ServiceView(service, service.upper(), names, {})
        context = JudgeContext("bench", lambda: self.now, _nobody, lambda: None)
        nowhere: Any = SimpleNamespace()
        self.judge = Judge(nowhere, view, settings(size), context)
        self.held = JudgingProgress(LoadedState("0-0", None, 0), how=None, written_at=START)  # type: ignore[arg-type]
        self.held.judgement = Judgement(view, settings(size))

    async def step(self, rows: list[tuple[str, bytes]], now: float) -> None:
        """As the judge does with the rows of a second."""
        self.now = now
        commit = await self.judge._judged(self.held, rows, full=False)
        if commit is not None:
            self.held.unseen = 0
            if commit.state is not None:
                self.held.written(now, commit.id)


async def judged(services: int, size: int, *, trouble: bool) -> float:
    """Microseconds a result, everything between stream and commit included."""
    seats = [Seat(f"s{number}", size) for number in range(services)]
    spent = 0.0
    for second in range(WARM_S + MEASURED_S):
        for number, seat in enumerate(seats):
            seen = results(f"s{number}", size, second, trouble=trouble and number == 0)
            rows = [(f"{second}-{n}", encode(row)) for n, row in enumerate(seen)]
            began = time.process_time()
            await seat.step(rows, START + second + 1)
            spent += (time.process_time() - began) * (second >= WARM_S)
    assert decode(encode(next(results("s0", size, 0, trouble=False)))) is not None
    return spent / (MEASURED_S * CHECKS / 10) * 1e6


def main(shapes: list[tuple[int, int]]) -> int:
    """A line for each shape."""
    for services, size in shapes:
        found = {
            "detector": [detector(services, size, trouble=going) for going in (False, True)],
            "judged": [asyncio.run(judged(services, size, trouble=going)) for going in (False, True)],
        }
        words = [
            f"{name} {calm:6.1f} µs a result all well, {bad:6.1f} while one fails"
            for name, (calm, bad) in found.items()
        ]
        sys.stdout.write(f"{services:5,} services of {size:5,} components: {'; '.join(words)}\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:3]]
    sys.exit(main([(given[0], given[1])] if given else [(100, 10), (10, 100), (1, 1000)]))
