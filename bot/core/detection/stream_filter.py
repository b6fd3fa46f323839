"""One stream of looks (vantage, component, check): its usual behaviour, filtered look by look. Pure."""

from dataclasses import dataclass, field
from math import exp

from bot.core.detection import hypotheses
from bot.core.detection.baseline import CHANCE, Baseline, BurstModel, hour_of
from bot.core.detection.classification import Sample
from bot.core.detection.hypotheses import Odds

FORGETS_S = 300.0
"""After so long a silence the last result says nothing about the next."""


@dataclass(slots=True)
class Run:
    """Failures in a row: how many, since when, and how often the symptom stayed or changed."""

    length: int = 0
    second_at: float = 0.0
    same: int = 0
    other: int = 0


@dataclass(slots=True)
class Stream:
    """A stream's filter; `oks` successes wait to be told to the hypotheses, each worth `calm_odds` (if known yet)."""

    vantage: str
    component: str
    check: str
    at: float = -1.0
    belief: float = 0.0
    failed: bool = False
    symptom: str = ""
    oks: int = 0
    run: Run = field(default_factory=Run)
    usual: Baseline = field(default_factory=Baseline)
    calm_odds: list[float] = field(default_factory=list)

    def calm(self, count: int, at: float, interval: float) -> None:
        """Count successes at the usual distance after a success; nothing else happens, so they can wait."""
        self.oks += count
        self.at = at
        pending = self.usual.pending
        pending.looks += count
        pending.seconds += count * interval

    def take(self, result: Sample, spells: BurstModel, interval: float) -> Odds:
        """Take in one result and say what it is worth."""
        dt = interval if self.at < 0 else result.at - self.at
        if dt > FORGETS_S:
            self.belief, self.failed, dt = 0.0, False, interval
            self.run = Run()
        if spells.since < 0:
            spells.since = result.at
        if hour_of(result.at) != self.usual.hour:
            self.usual.follow(spells, result.at)
            self.calm_odds = []
        pending = self.usual.pending
        pending.looks += 1
        pending.seconds += dt
        lasts = spells.lasts
        staying = exp(-dt / lasts)
        stays = self.belief * staying
        entered = spells.enters * lasts * (1 - staying)
        self.at = result.at
        if result.failed:
            return self._failure(result, stays, entered, dt, spells)
        return self._success(stays, entered, dt, spells, interval)

    def _failure(self, result: Sample, stays: float, entered: float, dt: float, spells: BurstModel) -> Odds:
        p = self.usual.rate
        fresh = (1 - stays) * (entered + (1 - entered) * p)
        same: bool | None = None
        if self.failed:
            same = result.symptom == self.symptom
            word, chance = (spells.alike, CHANCE) if same else (1 - spells.alike, 1 - CHANCE)
            stays, fresh, entered = stays * word, fresh * chance, entered * chance * (1 - stays)
        expected = stays + fresh
        self.belief = min(1.0, (stays + entered) / expected)
        self._count(result.at, same)
        self.failed, self.symptom = True, result.symptom
        return hypotheses.of_failure(p, expected, dt, same)

    def _success(self, stays: float, entered: float, dt: float, spells: BurstModel, interval: float) -> Odds:
        p = self.usual.rate
        spell = stays + (1 - stays) * entered
        expected = spell + (1 - spell) * p
        before, self.failed = self.failed, False
        if before:
            staying = exp(-dt / spells.lasts)
            self._learn(dt, staying, _unseen(interval, spells.lasts))
        self.belief = 0.0
        return hypotheses.of_success(p, expected, dt, failed_before=before)

    def _count(self, at: float, same: bool | None) -> None:
        run = self.run
        run.length += 1
        if run.length == 2:
            run.second_at = at
        if same is not None:
            run.same += same
            run.other += not same

    def _learn(self, dt: float, staying: float, unseen: float) -> None:
        """At the end of a run: was it a spell, and what was it like? For one seen there are `unseen` between looks."""
        run, self.run = self.run, Run()
        ends = self.belief * (1 - staying)
        spell = ends / (ends + 1 - self.belief) if self.belief < 1 else 1.0
        pending = self.usual.pending
        pending.single += (1 - spell) * run.length
        hour = str(hour_of(self.at))
        pending.hours[hour] = pending.hours.get(hour, 0.0) + (1 - spell) * run.length
        pending.spells += spell * unseen
        if run.length >= 2:
            pending.ended += spell
            pending.spell_s += spell * max(0.0, self.at - run.second_at - dt / 2)
            pending.same += spell * run.same
            pending.other += spell * run.other

    def odds_of_calm(self, spells: BurstModel, interval: float) -> list[float]:
        """What one of the waiting successes is worth; kept until something is learned."""
        if not self.calm_odds:
            entered = spells.enters * spells.lasts * (1 - exp(-interval / spells.lasts))
            p = self.usual.rate
            self.calm_odds = hypotheses.after_success(p, entered + (1 - entered) * p, interval)
        return self.calm_odds


def _unseen(interval: float, lasts: float) -> float:
    """How many spells there are for each that a look hits, at this distance of looks."""
    return interval / (lasts * (1 - exp(-interval / lasts)))
