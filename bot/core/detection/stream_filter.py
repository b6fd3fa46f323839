"""One stream of results (vantage, component, check): its usual behaviour, filtered result by result. Pure."""

from dataclasses import dataclass, field
from math import exp

from bot.core.detection import hypotheses
from bot.core.detection.baseline import CHANCE, RARELY, WEEK_S, Baseline, BurstModel, Pending, hour_of
from bot.core.detection.classification import Sample
from bot.core.detection.hypotheses import Odds

FORGETS_S = 300.0
"""After so long a silence the last result says nothing about the next."""
LEAST, MOST = 1e-6, 0.98
"""Bounds of every chance of a failure: no result is impossible, so no result divides by nought."""
AGAIN_S = 15.0
"""A failure was single if a result so soon after it was none."""
REMEMBERED = 20
"""Spells kept one by one, for people."""
CLUSTER_S = 3600.0
"""After a spell, nothing of spells is learned until so long has passed without another.

Usual spells are independent of each other, so leaving out this time and what it holds does not bias their rate. What
comes in clusters is an outage in bursts: if it went undetected, its bursts would count as many usual spells, and the
next outage would be detected later still. An hour is what most outages in bursts last at least.
"""


@dataclass(slots=True)
class Run:
    """Failures in a row: how many, since when, and how often the symptom stayed or changed."""

    length: int = 0
    second_at: float = 0.0
    same: int = 0
    other: int = 0
    first_at: float = 0.0
    lasting: int = 0


@dataclass(slots=True)
class Stream:
    """A stream's filter; `oks` successes wait to be told to the hypotheses, each worth `calm_odds` (if known yet).

    `at` is the time of the result taken last, `ok_at` of the latest success, `since` of the first result. `single`
    counts failures that were looked at again at once and were over, `several` spells, `unsure` and `doubtful` those
    since the evidence was last cleared; `spells` are the latest spells (end, seconds), `entry` the spells a second to
    be reckoned with. `silent`: no results for a while; `apart`: left out of the belief about the vendor, as its vantage
    has trouble of its own.
    """

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
    ok_at: float = -1.0
    since: float = -1.0
    single: float = 0.0
    spells: list[list[float]] = field(default_factory=list)
    silent: bool = False
    apart: bool = False
    entry: float = RARELY
    unsure: float = 0.0
    several: float = 0.0
    doubtful: list[list[float]] = field(default_factory=list)

    def calm(self, count: int, at: float, interval: float) -> None:
        """Count successes at the usual distance after a success; nothing else happens, so they can wait."""
        self.oks += count
        self.at = self.ok_at = at
        pending = self.usual.pending
        pending.looks += count
        pending.seconds += self._counted_s(count * interval)

    def distance(self, at: float, interval: float) -> float:
        """Seconds between the last result and one at `at`, whichever came first: late rows have their due weight."""
        return interval if self.at < 0 else abs(at - self.at)

    def take(self, result: Sample, spells: BurstModel, interval: float) -> Odds:
        """Take in one result and say what it is worth."""
        dt = self.distance(result.at, interval)
        if dt > FORGETS_S:
            self.belief, self.failed, dt = 0.0, False, interval
            self.run = Run()
        if spells.since < 0:
            spells.since = result.at
        if self.since < 0:
            self._begin(result.at, interval)
            self.reckon(spells, result.at)
        if hour_of(result.at) != self.usual.hour:
            self.usual.follow(spells, result.at)
            self.reckon(spells, result.at)
        self.at = result.at
        pending = self.usual.pending
        pending.looks += 1
        pending.seconds += self._counted_s(dt)
        lasts = spells.lasts
        staying = exp(-dt / lasts)
        stays = self.belief * staying
        entered = self.entry * lasts * (1 - staying)
        if result.failed:
            if result.lasting:
                entered *= spells.lasting_share
            return self._failure(result, stays, entered, dt, spells)
        self.ok_at = max(self.ok_at, result.at)
        return self._success(stays, entered, dt, spells, interval)

    def reckon(self, spells: BurstModel, at: float) -> None:
        """Something was learned: how often spells are to be reckoned with from now on."""
        self.entry = self.usual.enters(spells, self.single, self.several, at - self.since)
        self.calm_odds = []

    def _begin(self, at: float, interval: float) -> None:
        """The first result, or the first since a state of a release that did not keep these."""
        usual = self.usual
        self.since = at - usual.looks * interval
        self.single = usual.failed

    def _failure(self, result: Sample, stays: float, entered: float, dt: float, spells: BurstModel) -> Odds:
        p = self.usual.rate
        fresh = (1 - stays) * (entered + (1 - entered) * p)
        same: bool | None = None
        if self.failed:
            same = result.symptom == self.symptom
            word, chance = (spells.alike, CHANCE) if same else (1 - spells.alike, 1 - CHANCE)
            stays, fresh, entered = stays * word, fresh * chance, entered * chance * (1 - stays)
        expected = min(MOST, max(LEAST, stays + fresh))
        self.belief = min(1 - LEAST, (stays + entered) / expected)
        self._count(result, same)
        self.failed, self.symptom = True, result.symptom
        return hypotheses.of_failure(p, expected, dt, same)

    def _success(self, stays: float, entered: float, dt: float, spells: BurstModel, interval: float) -> Odds:
        p = self.usual.rate
        spell = stays + (1 - stays) * entered
        expected = min(MOST, max(LEAST, spell + (1 - spell) * p))
        before, self.failed = self.failed, False
        if before:
            staying = exp(-dt / spells.lasts)
            self._learn(dt, staying, _unseen(interval, spells.lasts))
            self.reckon(spells, self.at)
        self.belief = 0.0
        return hypotheses.of_success(p, expected, dt, failed_before=before)

    def _count(self, result: Sample, same: bool | None) -> None:
        run = self.run
        run.length += 1
        run.lasting += result.lasting
        if run.length == 1:
            run.first_at = result.at
        if run.length == 2:
            run.second_at = result.at
        if same is not None:
            run.same += same
            run.other += not same

    def _learn(self, dt: float, staying: float, unseen: float) -> None:
        """At the end of a run: was it a spell, and what was it like? For one seen there are `unseen` between looks."""
        run, self.run = self.run, Run()
        ends = self.belief * (1 - staying)
        spell = ends / (ends + 1 - self.belief)
        pending = self.usual.pending
        pending.single += (1 - spell) * run.length
        hour = str(hour_of(self.at))
        pending.hours[hour] = pending.hours.get(hour, 0.0) + (1 - spell) * run.length
        if run.length == 1 and dt <= AGAIN_S:
            self.unsure += 1
        counts = not self._clustered(run.first_at)
        if counts:
            pending.spells += spell * unseen
        if run.length >= 2 and counts:
            pending.ended += spell
            pending.spell_s += spell * max(0.0, self.at - run.second_at - dt / 2)
            pending.same += spell * run.same
            pending.other += spell * run.other
            pending.lasting += spell * (2 * run.lasting > run.length)
        if run.length >= 2 and spell > 0.5:
            self.doubtful = [*self.doubtful[1 - REMEMBERED :], _spell(run.first_at, self.at)]

    def shown(self, first_at: float, last_at: float, spells: BurstModel, interval: float, *, lasting: bool) -> None:
        """An episode that is over turned out to be a spell: it is learned as one, at once."""
        count = _unseen(interval, spells.lasts)
        if not self._clustered(first_at):
            self.usual.spells += count
            spells.learn(Pending(spells=count, ended=1.0, spell_s=last_at - first_at, lasting=float(lasting)))
        self._remember([_spell(first_at, last_at)], count)
        self.reckon(spells, self.at)

    def _remember(self, spells: list[list[float]], unseen: float) -> None:
        """Count these spells, each for so many that no look hit, and keep the latest for people."""
        for over_at, seconds in spells:
            before = self.spells[-1][0] if self.spells else -CLUSTER_S
            self.several += unseen * (over_at - seconds - before >= CLUSTER_S)
            self.spells = [*self.spells, [over_at, seconds]][-REMEMBERED:]

    @property
    def _spell_at(self) -> float:
        """When the latest spell was over; long ago if there was none."""
        latest = self.doubtful or self.spells
        return latest[-1][0] if latest else -CLUSTER_S

    @property
    def has_spells(self) -> bool:
        """Whether it has ever shown a spell of failures."""
        return bool(self.spells or self.doubtful or self.several or self.usual.spells)

    def _clustered(self, first_at: float) -> bool:
        """Whether a spell that began then belongs to the same cluster as the one before."""
        return first_at - self._spell_at < CLUSTER_S

    def _counted_s(self, seconds: float) -> float:
        """How many of the last `seconds` count as time in which a spell would have been learned."""
        return max(0.0, min(seconds, self.at - self._spell_at - CLUSTER_S))

    def recent_spells(self, now: float) -> list[float]:
        """The lengths in seconds of the spells of the last week."""
        return [seconds for at, seconds in self.spells if now - at <= WEEK_S]

    def clear(self, spells: BurstModel, at: float, interval: float) -> None:
        """All is quiet at `at`: what was seen is learned."""
        self.usual.learn(spells, at)
        self.single += self.unsure
        self._remember(self.doubtful, _unseen(interval, spells.lasts))
        self.unsure, self.doubtful = 0.0, []

    def drop(self) -> None:
        """An episode begins or ends: what was pending belongs to it."""
        self.usual.drop()
        self.oks = 0
        self.unsure, self.doubtful = 0.0, []

    def odds_of_calm(self, spells: BurstModel, interval: float) -> list[float]:
        """What one of the waiting successes is worth; kept until something is learned."""
        if not self.calm_odds:
            entered = self.entry * spells.lasts * (1 - exp(-interval / spells.lasts))
            p = self.usual.rate
            expected = min(MOST, max(LEAST, entered + (1 - entered) * p))
            self.calm_odds = hypotheses.after_success(p, expected, interval)
        return self.calm_odds


def _spell(first_at: float, over_at: float) -> list[float]:
    """A spell as it is kept: when it was over, and how long it was from its first failure to the success after it."""
    return [over_at, max(0.0, over_at - first_at)]


def _unseen(interval: float, lasts: float) -> float:
    """How many spells there are for each that a look hits, at this distance of looks."""
    return interval / (lasts * (1 - exp(-interval / lasts)))
