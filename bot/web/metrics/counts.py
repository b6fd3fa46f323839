"""What the results in the streams come to, by check and vantage: outcomes, durations, first tokens. Pure."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from bot.web.metrics.exposition import Rows, escaped, inner
from bot.web.metrics.families import DURATIONS, FIRST_TOKENS
from probes.model import Observation, Outcome

FORGOTTEN_S = 86_400.0
"""A check at a vantage without a result for so long is exported no longer."""
MOST = 20_000
"""Checks at vantages counted at most; what comes beyond is left out."""

Key = tuple[str, str, str, str]
"""Service, component, check, vantage."""


class Histogram:
    """Counts of seconds by upper bound, their number and their sum."""

    __slots__ = ("_bounds", "counts", "sum")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def add(self, seconds: float) -> None:
        """Count one."""
        self.counts[bisect_left(self._bounds, seconds)] += 1
        self.sum += seconds

    def text(self, name: str, of: str) -> str:
        """Its samples; "" while it is empty."""
        below, lines = 0, list[str]()
        for bound, count in zip((*self._bounds, "+Inf"), self.counts, strict=True):
            below += count
            lines.append(f'{name}_bucket{{{of},le="{bound}"}} {below}')
        if not below:
            return ""
        return "\n".join((*lines, f"{name}_count{{{of}}} {below}", f"{name}_sum{{{of}}} {self.sum!r}"))


@dataclass(slots=True)
class CheckSamples:
    """One check at one vantage; `lines` are its samples as text, written anew when something came."""

    results: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    durations: Histogram = field(default_factory=lambda: Histogram(DURATIONS))
    first_tokens: Histogram = field(default_factory=lambda: Histogram(FIRST_TOKENS))
    at: float = 0.0
    failed_at: float = 0.0
    lines: tuple[str, str, str] | None = None


class CheckCounts:
    """Counts of the configured components' results since this process began; `latest` has the newest of each."""

    def __init__(self, components: Iterable[tuple[str, str]]) -> None:
        """`components` are (service, component); results of others are nobody's."""
        self._components = frozenset(components)
        self._counted: dict[Key, CheckSamples] = {}
        self.latest: dict[str, Observation] = {}

    def take(self, seen: Observation) -> None:
        """Count one result of a component."""
        if (seen.service, seen.component) not in self._components:
            return
        key = (seen.service, seen.component, seen.check, seen.vantage)
        counted = self._counted.get(key)
        if counted is None:
            if len(self._counted) >= MOST:
                return
            counted = self._counted[key] = CheckSamples()
        counted.results[seen.outcome] += 1
        counted.at, counted.lines = max(counted.at, seen.at), None
        if seen.outcome is Outcome.FAILED:
            counted.failed_at = seen.at
        answered = seen.outcome in (Outcome.OK, Outcome.SLOW)
        if answered and seen.timings.total is not None:
            counted.durations.add(seen.timings.total / 1000)
        if answered and seen.timings.first_token is not None:
            counted.first_tokens.add(seen.timings.first_token / 1000)
        newest = self.latest.get(seen.component)
        if newest is None or newest.at <= seen.at:
            self.latest[seen.component] = seen

    def write(self) -> None:
        """Write anew what changed, so that a scrape has only to put it together."""
        for key, counted in self._counted.items():
            if counted.lines is None:
                counted.lines = _lines(key, counted)

    def rows(self, now: float, incidents: Mapping[str, str], services: Collection[str], *, openmetrics: bool) -> Rows:
        """The samples of these services. `incidents` are the open ones by component: exemplars of their failures."""
        for key in [key for key, counted in self._counted.items() if now - counted.at > FORGOTTEN_S]:
            del self._counted[key]
        self.write()
        results, durations, first_tokens = list[str](), list[str](), list[str]()
        for key, counted in self._counted.items():
            if counted.lines is None or key[0] not in services:
                continue
            said, lasted, spoke = counted.lines
            if openmetrics and counted.failed_at and (incident := incidents.get(key[1])):
                said += f' # {{incident_id="{escaped(incident)}"}} 1.0 {counted.failed_at!r}'
            results.append(said)
            if lasted:
                durations.append(lasted)
            if spoke:
                first_tokens.append(spoke)
        return dict(zip((_RESULTS, _DURATION, _FIRST_TOKEN), (results, durations, first_tokens), strict=True))


_RESULTS = "groundtruth_check_results"
_DURATION = "groundtruth_check_duration_seconds"
_FIRST_TOKEN = "groundtruth_time_to_first_token_seconds"  # noqa: S105 - a metric's name


def _lines(key: Key, counted: CheckSamples) -> tuple[str, str, str]:
    of = inner(dict(zip(("service", "component", "check", "vantage"), key, strict=True)))
    # What failed stands last: the line that has the exemplar.
    outcomes = sorted(counted.results.items(), key=lambda pair: pair[0] is Outcome.FAILED)
    results = "\n".join(f'{_RESULTS}_total{{{of},outcome="{word}"}} {count}' for word, count in outcomes)
    return results, counted.durations.text(_DURATION, of), counted.first_tokens.text(_FIRST_TOKEN, of)
