"""What every rule finds on one world, how late, and how often it is wrong; and many of those together."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil, floor, inf, isinf, sqrt
from typing import Any

from bot.core.replay.engine import Replay
from bot.core.replay.events import openings
from bot.core.replay.lorden_bound import bound_min
from bot.core.replay.other_monitors import PRODUCTS, Product, opened
from bot.core.replay.scoring import AFTER_S, MONTH_DAYS, TrueInterval, covered
from bot.core.replay.trace import World
from bot.core.stats.intervals import poisson, wilson
from bot.trials.incidents import COMPONENTS, Happening, world
from bot.trials.worlds import SLOT_S, Habits

OURS = "Groundtruth"
PAGE = "following the page"
RATES = (0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)
INTERVALS_S = (30.0, 60.0, 300.0)
DAYS = 100.0
SEED = 2311
BUDGET = 0.1
"""False alarms allowed a month and stream, the default of the detector."""
ALLOWED = BUDGET * sqrt(len(COMPONENTS))
"""What the detector allows a service of so many streams."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One world to be run: share of failing requests, interval, length and seed."""

    rate: float
    interval_s: float
    days: float = DAYS
    seed: int = SEED


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one rule did on one world: `delays_min` has an infinite one for each incident that it missed."""

    rule: str
    trial: Trial
    delays_min: tuple[float, ...]
    false_alarms: int | None
    quiet_days: float
    covered: int = 0
    intervals: int = 0
    bound_min: float = inf


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one rule at one interval and rate; delays in minutes over all incidents, infinite where most were missed."""

    rule: str
    interval_s: float
    rate: float
    incidents: int
    found: int
    recall: float
    recall_low: float
    recall_high: float
    median_min: float
    p90_min: float
    bound_min: float


@dataclass(slots=True)
class Alarms:
    """Of one rule at one interval, over all rates: false alarms in the quiet days, and the rate's interval."""

    rule: str
    interval_s: float
    false_alarms: int | None = 0
    quiet_days: float = 0.0
    covered: int = 0
    intervals: int = 0

    @property
    def a_month(self) -> float | None:
        """False alarms per 30 days; None where there can be none by the way the rule is played."""
        return None if self.false_alarms is None else self.false_alarms / self.quiet_days * MONTH_DAYS

    @property
    def a_month_between(self) -> tuple[float, float] | None:
        """Its 95% interval."""
        if self.false_alarms is None:
            return None
        low, high = poisson(self.false_alarms)
        return low / self.quiet_days * MONTH_DAYS, high / self.quiet_days * MONTH_DAYS


def tried(trial: Trial) -> list[Outcome]:
    """Every rule on one world."""
    played, truth, told = world(trial.rate, trial.interval_s, trial.days, trial.seed)
    steps = list(Replay(played, BUDGET).run())
    hits, of = covered(steps, truth, played.start)
    ours = _outcome(OURS, trial, openings(steps, played.start), truth)
    bound = sum(_bound(trial, one) for one in told) / len(told) if told else inf
    found = [replace(ours, covered=hits, intervals=of, bound_min=bound)]
    found += [_outcome(name, trial, _opened(played, product), truth) for name, product in PRODUCTS.items()]
    lags = tuple(inf if one.posted_s is None else one.posted_s / 60 for one in told)
    return [*found, Outcome(PAGE, trial, lags, None, trial.days)]


def _opened(played: World, product: Product) -> list[float]:
    every = played if product.interval_s is None else replace(played, interval_s=product.interval_s)
    return opened(every, product.make)


def _outcome(rule: str, trial: Trial, at_s: Iterable[float], truth: Sequence[TrueInterval]) -> Outcome:
    """Openings against the truth; those soon after an incident belong to it."""
    left, delays = sorted(at_s), []
    for one in truth:
        within = [t for t in left if one.start_s <= t <= one.end_s]
        delays.append((within[0] - one.start_s) / 60 if within else inf)
        left = [t for t in left if not one.start_s <= t <= one.end_s + AFTER_S]
    troubled_s = sum(one.end_s - one.start_s + AFTER_S for one in truth)
    return Outcome(rule, trial, tuple(delays), len(left), trial.days - troubled_s / 86_400)


def _bound(trial: Trial, one: Happening) -> float:
    usual = Habits()
    share = usual.rate + usual.spells_a_day * usual.spell_s / 86_400
    struck = len(one.components)
    return bound_min(trial.rate, share, len(COMPONENTS), struck, struck, trial.interval_s, SLOT_S, ALLOWED)


@dataclass(slots=True)
class Report:
    """All outcomes, as figures in the order of the rules."""

    figures: list[Figures] = field(default_factory=list)
    alarms: list[Alarms] = field(default_factory=list)

    def of(self, rule: str, interval_s: float) -> list[Figures]:
        """One row: the figures of a rule at an interval, by rate."""
        return [one for one in self.figures if (one.rule, one.interval_s) == (rule, interval_s)]

    def plain(self) -> dict[str, Any]:
        """As JSON-able values; an infinite delay is None: it was not found."""
        return {
            "figures": [
                {name: _finite(getattr(one, name)) for name in Figures.__dataclass_fields__} for one in self.figures
            ],
            "false_alarms": [
                {name: getattr(one, name) for name in Alarms.__dataclass_fields__}
                | {"a_month": one.a_month, "a_month_between": one.a_month_between}
                for one in self.alarms
            ],
        }


def summed(outcomes: Iterable[Outcome]) -> Report:
    """The figures of many worlds: one row a rule, interval and rate."""
    cells: dict[tuple[float, str, float], list[Outcome]] = {}
    alarms: dict[tuple[float, str], Alarms] = {}
    for one in outcomes:
        cells.setdefault((one.trial.interval_s, one.rule, one.trial.rate), []).append(one)
        key = (one.trial.interval_s, one.rule)
        kept = alarms.setdefault(key, Alarms(one.rule, one.trial.interval_s))
        kept.quiet_days += one.quiet_days
        kept.covered += one.covered
        kept.intervals += one.intervals
        both = kept.false_alarms is not None and one.false_alarms is not None
        kept.false_alarms = (kept.false_alarms or 0) + (one.false_alarms or 0) if both else None
    return Report([_figures(*key, found) for key, found in cells.items()], list(alarms.values()))


def _figures(interval_s: float, rule: str, rate: float, found: Sequence[Outcome]) -> Figures:
    delays = [delay for one in found for delay in one.delays_min]
    heard = sum(not isinf(delay) for delay in delays)
    recall = heard / len(delays) if delays else 0.0
    low, high = wilson(recall, len(delays)) if delays else (0.0, 1.0)
    return Figures(
        rule, interval_s, rate, len(delays), heard, recall, low, high,
        _quantile(delays, 0.5), _quantile(delays, 0.9), sum(one.bound_min for one in found) / len(found),
    )  # fmt: skip


def _quantile(delays: Sequence[float], q: float) -> float:
    """The quantile over all incidents; infinite where one that was missed has a part in it."""
    if not delays:
        return inf
    later, place = sorted(delays), q * (len(delays) - 1)
    before, after = later[floor(place)], later[ceil(place)]
    return inf if isinf(after) else before + (after - before) * (place - floor(place))


def _finite(value: object) -> object:
    return None if isinstance(value, float) and isinf(value) else value


Ran = Callable[[Sequence[Trial]], Iterable[list[Outcome]]]
"""Runs trials, each perhaps in a process of its own, and gives their outcomes in any order."""


def trials(rates: Sequence[float], intervals_s: Sequence[float], days: float, seed: int) -> list[Trial]:
    """The longest ones first, so that two cores end together."""
    return [Trial(rate, interval, days, seed) for interval in sorted(intervals_s) for rate in rates]


RULE_NOTES: Mapping[str, str] = {OURS: "the detector that runs in production, with its re-probes"} | {
    name: product.says for name, product in PRODUCTS.items()
}
