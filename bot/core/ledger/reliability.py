"""How often a service fails and for how long: MTTR, MTBF, the page's stages, joint failures. Pure.

The definitions are those of Chu et al. (ICPE 2025, "An Empirical Characterization of Outages and Incidents in Public
Services for Large Language Models"): MTTR is the mean time from the first of investigating, identified and monitoring
to resolved, MTBF the mean gap between the starts of incidents. Measured incidents start with our first failure and end
with our last one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, sqrt
from statistics import NormalDist, fmean, stdev

from bot.core.ledger.accuracy import each_once
from bot.core.model.ledger import LedgerEntry, Source
from bot.core.stats.quantiles import quantile

FEWEST = 5
"""Below this many values a mean has no interval."""
METHOD = f"95% intervals of the mean by the delta method on its logarithm, with Student's t; none below {FEWEST} values"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean in seconds of `n` values with its 95% interval, median and p90; None where there are too few."""

    n: int = 0
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    median: float | None = None
    p90: float | None = None


@dataclass(frozen=True, slots=True)
class ReliabilityFigures:
    """Of the incidents of one source: of a service, or of one `component`.

    `n` incidents, of which `unended` have no known length; `named` of them name a component and `joint` name several.
    `investigating`, `repairing` and `checking` are the page's stages, on the incidents that have both ends of one.
    """

    source: Source
    component: str
    n: int
    mttr: Estimate
    mtbf: Estimate
    unended: int = 0
    named: int = 0
    joint: int = 0
    investigating: Estimate = Estimate()
    repairing: Estimate = Estimate()
    checking: Estimate = Estimate()


@dataclass(frozen=True, slots=True)
class _Incident:
    """One incident: when it began and, where that is known, ended, by component ("" where none is named)."""

    spans: Mapping[str, tuple[float, float | None]]
    stages: tuple[float | None, float | None, float | None, float | None] = (None, None, None, None)
    """First update of investigating, identified, monitoring, resolved."""

    @property
    def components(self) -> set[str]:
        """Those it names."""
        return {name for name in self.spans if name}

    def span(self, component: str) -> tuple[float, float | None]:
        """Beginning and end for a component; for "" the first beginning and the last end of all."""
        if component:
            return self.spans[component]
        ends = [ended for _, ended in self.spans.values()]
        known = [ended for ended in ends if ended is not None]
        return min(began for began, _ in self.spans.values()), max(known) if len(known) == len(ends) else None


def reliability(rows: Iterable[LedgerEntry]) -> tuple[ReliabilityFigures, ...]:
    """For each source all incidents together, then those of each component by name."""
    every = each_once(rows)
    found: list[ReliabilityFigures] = []
    for source, incidents in ((Source.MEASURED, _measured(every)), (Source.STATED, _stated(every))):
        if incidents:
            names = sorted({name for one in incidents for name in one.components})
            found += [_figures(source, name, incidents) for name in ("", *names)]
    return tuple(found)


def estimate(values: Sequence[float]) -> Estimate:
    """The mean of lengths of time with its interval by `METHOD`: never below zero, and longer upwards."""
    if not values:
        return Estimate()
    mean, n = fmean(values), len(values)
    low = high = None
    if n >= FEWEST and mean > 0:
        factor = exp(_t(n - 1) * stdev(values) / (mean * sqrt(n)))
        low, high = mean / factor, mean * factor
    return Estimate(n, mean, low, high, quantile(values, 0.5), quantile(values, 0.9))


def _t(freedom: int) -> float:
    """The 97.5% point of Student's t, by the expansion of Abramowitz and Stegun, 26.7.5: to 0.004 from 4 degrees on."""
    z = NormalDist().inv_cdf(0.975)
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    )


def _measured(rows: Iterable[LedgerEntry]) -> list[_Incident]:
    """Our own incidents; each has a row a component, or several where it came back."""
    together: dict[str, dict[str, tuple[float, float | None]]] = {}
    for row in rows:
        if row.source is not Source.MEASURED or row.began_at is None:
            continue
        spans = together.setdefault(row.incident, {})
        for name in row.components or ("",):
            began, ended = spans.get(name, (row.began_at, row.ended_at))
            last = None if ended is None or row.ended_at is None else max(ended, row.ended_at)
            spans[name] = (min(began, row.began_at), last)
    return [_Incident(spans) for spans in together.values()]


def _stated(rows: Iterable[LedgerEntry]) -> list[_Incident]:
    """The vendor's incidents by its page: one that it wrote of only afterwards has a start and no length."""
    found = []
    for row in rows:
        if row.source is Source.STATED and row.page_posted_at is not None:
            span = (row.page_posted_at, None if row.afterwards else row.page_ended_at)
            stages = (row.investigating_at, row.identified_at, row.monitoring_at, row.page_ended_at)
            found.append(_Incident(dict.fromkeys(row.components or ("",), span), stages))
    return found


def _figures(source: Source, component: str, incidents: Iterable[_Incident]) -> ReliabilityFigures:
    of_it = [one for one in incidents if not component or component in one.spans]
    spans = [one.span(component) for one in of_it]
    lengths = [ended - began for began, ended in spans if ended is not None and ended >= began]
    starts = sorted(began for began, _ in spans)
    investigating, repairing, checking = (estimate(_stage(of_it, number)) for number in range(3))
    return ReliabilityFigures(
        source=source,
        component=component,
        n=len(of_it),
        mttr=estimate(lengths),
        mtbf=estimate([later - earlier for earlier, later in pairwise(starts)]),
        unended=len(of_it) - len(lengths),
        named=sum(bool(one.components) for one in of_it),
        joint=sum(len(one.components) > 1 for one in of_it),
        investigating=investigating,
        repairing=repairing,
        checking=checking,
    )


def _stage(incidents: Iterable[_Incident], number: int) -> list[float]:
    """From a stage's first update to the next stage's."""
    pairs = ((one.stages[number], one.stages[number + 1]) for one in incidents)
    return [later - earlier for earlier, later in pairs if earlier is not None and later is not None]
