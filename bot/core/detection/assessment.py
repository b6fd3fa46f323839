"""The values of judging by measurement: what the assessor is told, believes, announces and explains. No I/O, no clock.

Times are Unix seconds, rates are shares (0 to 1), latencies milliseconds.
"""

from dataclasses import dataclass, field
from typing import Literal

from probes.model import State

Event = Literal["opened", "changed", "resolved"]
Scope = Literal["service", "component", "vantage"]
Kind = Literal["failures", "slowness", "reports"]


@dataclass(frozen=True, slots=True)
class AssessorSettings:
    """What the operator decides.

    `false_alarms_per_month` is the budget of one stream (a check at a vantage) per 30 days, and a service of n streams
    may cry wolf sqrt(n) times as often; `interval_s` how often each check of each component runs at each vantage; a
    component without evidence for `stale_after_s` is unknown (0: five intervals, at least two minutes).
    """

    components: tuple[str, ...] = ()
    interval_s: float = 30.0
    false_alarms_per_month: float = 0.1
    stale_after_s: float = 0.0
    reprobe_every_s: float = 5.0

    @property
    def silence_s(self) -> float:
        """How long without evidence until nothing is known."""
        return self.stale_after_s or max(120.0, 5 * self.interval_s)


@dataclass(frozen=True, slots=True)
class Transition:
    """Something began, changed or ended.

    `started_at` is the first failure of the episode; `components` are those it concerns (of a vantage's own trouble:
    those measured there). A `resolved` may name only some of an episode's components; the others go on. `failed_at` is
    the last failure (or slow answer) of those it names, None where nothing was measured; `down`: (nearly) everything
    fails on one of them.
    """

    at: float
    event: Event
    scope: Scope
    components: tuple[str, ...]
    state: State
    rate: float
    low: float
    high: float
    kind: Kind = "failures"
    started_at: float = 0.0
    vantage: str = ""
    why: str = ""
    failed_at: float | None = None
    down: bool = False


@dataclass(frozen=True, slots=True)
class Trouble:
    """A component's failures or slow answers (state `DEGRADED`), from the first one at `began` to the last so far.

    This is how long it was in trouble, in every figure. `quiet`: none for a while; `over`: that was all of it.
    """

    began: float
    failed_at: float
    state: State
    quiet: bool = False
    over: bool = False

    @property
    def slow(self) -> bool:
        """Whether it is of slow answers."""
        return self.state is State.DEGRADED


@dataclass(frozen=True, slots=True)
class Assessment:
    """What we believe of one component.

    `failed` of `total` results within `window_s`; `at` is the last evidence; `symptoms` those of the failures, most
    frequent first; `vantages` where it fails, of `all_vantages` that measure it; `evidence` against `threshold` is the
    detector's distance from an alarm; `monitoring`: an episode stands, but no failure for a while; `down`: one stands
    in which (nearly) everything fails; the latest `well` results worked, since the failure at `failed_at`.
    """

    component: str
    state: State
    rate: float = 0.0
    low: float = 0.0
    high: float = 1.0
    failed: int = 0
    total: int = 0
    window_s: float = 0.0
    since: float | None = None
    at: float | None = None
    symptoms: tuple[tuple[str, int], ...] = ()
    vantages: tuple[str, ...] = ()
    all_vantages: tuple[str, ...] = ()
    why: str = ""
    latency_ms: float | None = None
    usual_latency_ms: float | None = None
    evidence: float = 0.0
    threshold: float = 0.0
    monitoring: bool = False
    slow: bool = False
    usual_rate: float = 0.0
    stale_after_s: float = 0.0
    slow_lately: bool = True
    down: bool = False
    failed_at: float | None = None
    well: int = 0


@dataclass(frozen=True, slots=True)
class SilentVantage:
    """A vantage without results: the components it measured, when the last result came, when it is forgotten."""

    vantage: str
    components: tuple[str, ...]
    last_at: float
    forgotten_at: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer to "why": the belief in words, the same in numbers, and what would change it.

    While an episode stands its evidence has been used: `raised` then says when, and `leading` nothing. `rules` are the
    plain rules of its checks in words, each with how far it is; `spells` the lengths in seconds of this component's
    short spells of failures in the last week, which delay an alert.
    """

    component: str
    at: float
    summary: str
    lines: tuple[str, ...] = ()
    evidence: float = 0.0
    threshold: float = 0.0
    leading: str = ""
    usual_rate: float = 0.0
    usual_spells_per_day: float = 0.0
    usual_spell_s: float = 0.0
    recent: tuple[tuple[float, str, str], ...] = field(default=())
    closes: str = ""
    raised: str = ""
    rules: tuple[str, ...] = ()
    spells: tuple[float, ...] = ()
