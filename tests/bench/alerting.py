"""How long until an alert, for a service of one's own: interval x share of failures x components, 20 runs each.

`python -m tests.bench.alerting [RUNS [SEED]]`. Simulated: the assessor of production under a clock of a quarter of a
second, with the re-probes it asks for, on a target that was well for `CLEAN_S` before. Beside it the rule people know,
three failures in a row of one component, once on the scheduled results alone and once on the re-probes too. Times
are seconds from the moment the trouble begins; the first failure is seen up to an interval later, so the time from
that one stands beside. "Down" is when that was said, until a minute after the alert.
"""

import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import isnan

from bot.core.detection.assessment import AssessorSettings, Transition
from bot.core.detection.assessor import Assessor
from bot.core.detection.reprobe import Plan, due
from bot.core.replay.scoring import quantile
from probes.model import Fault, Layer, Observation, Outcome

START = 1_775_001_600.0
TICK_S = 0.25
CLEAN_S = 600.0
LIMIT_S = 900.0
ROW = 3
DOWN_S = 60.0
INTERVALS = (5.0, 30.0)
RATES = (0.2, 0.35, 0.5, 1.0)
KINDS = ((1, 1), (4, 1), (4, 4))
"""Components there are, and how many of them fail."""


def result(component: str, at: float, failed: bool) -> Observation:
    """One result of the only vantage."""
    if failed:
        return Observation(
            component, "own", component, "here", at, Outcome.FAILED, Fault.VENDOR, Layer.APP_BACKEND, "http_500"
        )
    return Observation(component, "own", component, "here", at, Outcome.OK)


@dataclass(slots=True)
class Simulated:
    """One run: when each rule told it (seconds from the beginning, nan never); wrong names."""

    interval_s: float
    rate: float
    components: int
    failing: int
    rng: random.Random
    told_s: float = float("nan")
    failed_s: float = float("nan")
    down_s: float = float("nan")
    row_s: float = float("nan")
    row_again_s: float = float("nan")
    wrongly_named: int = 0
    plans: dict[str, Plan] = field(default_factory=dict)
    followed: dict[str, float] = field(default_factory=dict)
    rows: dict[tuple[str, bool], int] = field(default_factory=dict)

    def run(self) -> None:
        """From a clean target to the alert, or to the limit."""
        names = tuple(f"c{i}" for i in range(self.components))
        judge = Assessor(AssessorSettings(components=names, interval_s=self.interval_s))
        next_s = {c: START + self.rng.random() * self.interval_s for c in names}
        begins = START + CLEAN_S + self.rng.random() * self.interval_s
        sick = set(names[: self.failing])
        now = START
        while now < begins + LIMIT_S and self._waits(now - begins):
            for c, again in list(self._due(names, next_s, now)):
                failed = c in sick and now >= begins and self.rng.random() < self.rate
                if failed and isnan(self.failed_s):
                    self.failed_s = now - begins
                self._in_a_row(c, failed, again, now - begins)
                self._take(judge.see(result(c, now, failed)), sick, begins, judge)
                self._take(judge.advance(now), sick, begins, judge)
                self.plans = judge.attention(now)
            now += TICK_S

    def _waits(self, at: float) -> bool:
        """Whether a rule has not told it yet, or "down" may still be said."""
        if any(map(isnan, (self.told_s, self.row_s, self.row_again_s))):
            return True
        return isnan(self.down_s) and at < self.told_s + DOWN_S

    def _due(self, names: tuple[str, ...], next_s: dict[str, float], now: float) -> Iterator[tuple[str, bool]]:
        """The components looked at now, and whether again."""
        for c in names:
            plan = self.plans.get(c)
            moment = due(plan, "here", now) if plan is not None else None
            if now >= next_s[c]:
                next_s[c] += self.interval_s
                yield c, False
            elif moment is not None and moment > self.followed.get(c, 0.0):
                self.followed[c] = moment
                yield c, True

    def _in_a_row(self, component: str, failed: bool, again: bool, at: float) -> None:
        for counts_again in (False, True):
            if again and not counts_again:
                continue
            key = (component, counts_again)
            self.rows[key] = self.rows.get(key, 0) + 1 if failed else 0
            if self.rows[key] == ROW:
                if counts_again and isnan(self.row_again_s):
                    self.row_again_s = at
                elif not counts_again and isnan(self.row_s):
                    self.row_s = at

    def _take(self, steps: list[Transition], sick: set[str], begins: float, judge: Assessor) -> None:
        for step in steps:
            if step.scope == "vantage" or step.event == "resolved":
                continue
            self.wrongly_named += len(set(step.components) - sick)
            if isnan(self.told_s):
                self.told_s = step.at - begins
            if step.down and isnan(self.down_s) and step.at - begins <= self.told_s + DOWN_S:
                self.down_s = step.at - begins


def shown(values: list[float]) -> str:
    """Median and worst of those that were told, and how many never were."""
    told = [v for v in values if not isnan(v)]
    if not told:
        return f"never ({len(values)})"
    never = f", never {len(values) - len(told)}" if len(told) < len(values) else ""
    return f"{quantile(told, 0.5):.0f} ({max(told):.0f}{never})"


def main() -> None:
    """The table, as Markdown: median (worst) in seconds."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 160_000
    print("| every | fail | components | told | from the first failure | 3 in a row | with re-probes | down | wrong |")
    print("|---|---|---|---|---|---|---|---|---|", flush=True)
    for interval in INTERVALS:
        for rate in RATES:
            for components, failing in KINDS:
                done = []
                for n in range(runs):
                    one = Simulated(interval, rate, components, failing, random.Random(seed + n))
                    one.run()
                    done.append(one)
                of = "1" if components == 1 else f"{failing} of {components}"
                told, since = shown([d.told_s for d in done]), shown([d.told_s - d.failed_s for d in done])
                plain, again = shown([d.row_s for d in done]), shown([d.row_again_s for d in done])
                called, wrong = [d.down_s for d in done], sum(d.wrongly_named for d in done)
                print(
                    f"| {interval:.0f} s | {rate:.0%} | {of} | {told} | {since} "
                    f"| {plain} | {again} | {shown(called)} | {wrong} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
