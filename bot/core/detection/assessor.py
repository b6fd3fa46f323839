"""The assessor: what the results of one service's checks come to. Pure: the clock is an argument.

Decisions are made when time moves on, so results of one instant may come in any order: `see` returns what follows from
earlier instants, `advance` what follows from all. A result that comes late is weighed by its own time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import isfinite
from typing import Any

from bot.core.detection import episodes, explanation, serialization
from bot.core.detection.assessment import Assessment, AssessorSettings, Explanation, SilentVantage, Transition, Trouble
from bot.core.detection.classification import LATEST, Sample, classified
from bot.core.detection.episodes import Episodes, SuccessRun
from bot.core.detection.plain_rule import MetRule
from bot.core.detection.reprobe import Plan
from probes.model import Observation

LATE_S = 600.0
"""A result that comes later than this counts as one of that time: it is no evidence of the present."""
BACK_S = 3600.0
"""A clock found to be so far ahead was wrong: the present is set back to what `advance` says."""


class Assessor:
    """All that is believed of one service by measurement."""

    def __init__(self, settings: AssessorSettings, state: Mapping[str, Any] | None = None) -> None:
        self.settings = settings
        self.episodes = Episodes(settings)
        self.now = 0.0
        self._waiting: list[Sample] = []
        if state:
            self.now, self._waiting = serialization.restore(self.episodes, state)

    def see(self, o: Observation) -> list[Transition]:
        """Take in one observation; returns what follows from the instants before it."""
        result = classified(o)
        return [] if result is None else self.take(result)

    def take(self, result: Sample) -> list[Transition]:
        """Take in one classified result."""
        steps: list[Transition] = []
        if result.at > self.now:
            if self._waiting:
                steps = self._settle()
            self.now = result.at
        elif result.at < self.now - LATE_S:
            result = replace(result, at=self.now - LATE_S)
        if self.episodes.knows(result) or self.episodes.detector.room(self.now):
            self._waiting.append(result)
        return steps

    def calm(self, runs: Sequence[SuccessRun]) -> bool:
        """Take in runs of successes of several streams, if nothing else is afoot.

        The same as as many calls of `see`, in one step; False (and nothing done) where they must be seen one by one.
        """
        if self._waiting or not all(self.episodes.can_wait(run) for run in runs):
            return False
        for run in runs:
            self.episodes.wait(run)
            self.now = max(self.now, run.at)
        return True

    def reported(self, at: float, component: str, n: int) -> list[Transition]:
        """People report trouble with a component."""
        if not isfinite(at) or n <= 0 or at >= LATEST:
            return []
        steps = self.advance(max(at, self.now))
        self.episodes.heard(self.now, component, n)
        return steps + self.episodes.decide(self.now)

    def urge(self, component: str, now: float) -> None:
        """Look at a component again at once, as after a failure: people report trouble with it."""
        self.episodes.urge(component, max(now, self.now))

    def alert(self, met: MetRule, component: str) -> list[Transition]:
        """A plain rule is met by what was taken in last: an episode begins, unless one stands already."""
        steps = self._settle()
        opened = episodes.by_rule(self.episodes, component, met.course(self.settings.interval_s), self.now)
        self.episodes.quiet = self.episodes.quiet and not opened
        return steps + [replace(step, why=f"{step.why}; {met.words}") for step in opened]

    def weighs(self, result: Sample) -> bool:
        """Whether a result speaks of the component: not from a vantage with trouble of its own."""
        stream = self.episodes.detector.streams.get((result.vantage, result.component, result.check))
        return stream is None or not stream.apart

    def advance(self, now: float) -> list[Transition]:
        """Let time pass to `now`: everything seen until then is decided."""
        if not isfinite(now) or now >= LATEST:
            return []
        steps = self._settle()
        if now < self.now - BACK_S:
            self.episodes.set_back(now)
            self.now = now
        self.now = max(self.now, now)
        return steps

    def components(self) -> list[str]:
        """Those configured and those seen."""
        return self.episodes.components()

    def assessments(self, now: float, components: Iterable[str] | None = None) -> dict[str, Assessment]:
        """What is believed of every component, or of these."""
        evidence, wanted = self.episodes.evidence(now), self.components() if components is None else components
        return {c: explanation.assessed(self.episodes, c, now, evidence) for c in wanted}

    def troubles(self) -> dict[str, tuple[Trouble, ...]]:
        """The components in trouble, each with its failures and slow answers so far."""
        return explanation.troubles(self.episodes)

    def explain(self, component: str, now: float) -> Explanation:
        """Why, in words and numbers."""
        return self.explanations((component,), now)[component]

    def explanations(self, components: Iterable[str], now: float) -> dict[str, Explanation]:
        """Why, of several components."""
        parts, evidence = self.episodes.parts(now), self.episodes.evidence(now)
        return {c: explanation.explained(self.episodes, c, now, parts, evidence) for c in components}

    def attention(self, now: float) -> dict[str, Plan]:
        """Re-probe plans by component; none means looking at the usual interval is enough."""
        return self.episodes.attention.plans(now)

    def silent(self, now: float) -> tuple[SilentVantage, ...]:
        """Vantages whose results have stopped while others' go on: they count for nothing until they are back."""
        return explanation.silent(self.episodes, now)

    def dump(self) -> dict[str, Any]:
        """Everything, JSON-able: an assessor made from it has the same future."""
        return serialization.dumped(self.episodes, self.now, self._waiting)

    def _settle(self) -> list[Transition]:
        waiting, self._waiting = self._waiting, []
        if len(waiting) > 1:
            waiting.sort(key=lambda r: r.order)
        noted = False
        for result in waiting:
            noted = self.episodes.take(result, self.now) or noted
        return self.episodes.decide(self.now) if noted else []
