"""What was measured of a component."""

from dataclasses import dataclass
from typing import Self

from probes.model import Observation, State, symptom_of


@dataclass(frozen=True, slots=True)
class OutlierCheck:
    """One check (by id) that fails far more often than the component's others: failed of total, and theirs."""

    check: str
    failed: int
    total: int
    others_failed: int
    others_total: int


@dataclass(frozen=True, slots=True)
class Measurement:
    """What we measured of one component (the assessor's figures, flattened for people and for the store).

    `rate`, `low`, `high`: failure rate and its 95% interval, 0 to 1; `failed` of `total` results in `window_s`;
    `since` when this state began; `at` the last result that carried evidence; `vantages` those that agree, of
    `all_vantages`; `layer` and `request_ids` the evidence for whose fault it is; `apart` a check that the pool hides;
    `edges` the networks in front of it, of what fails where something does. Of what is `slow`, `failed` and `rate` are
    of slow answers, and `slow_lately` says whether most of the latest ones are: only then is their median its figure.
    `blind` is why the latest results say nothing of it, "" while they do. `down`: (nearly) everything fails, as certain
    as any figure: the rate's interval is then of no interest. The latest `well` of the results worked, since the
    failure (or slow answer) at `failed_at`. `said` is what a job reported of its failure, its own words quoted.
    """

    component: str
    name: str
    state: State
    rate: float = 0.0
    low: float = 0.0
    high: float = 0.0
    failed: int = 0
    total: int = 0
    window_s: float = 0.0
    since: float | None = None
    at: float | None = None
    symptoms: tuple[tuple[str, int], ...] = ()
    layer: str = ""
    request_ids: tuple[str, ...] = ()
    vantages: tuple[str, ...] = ()
    all_vantages: tuple[str, ...] = ()
    why: str = ""
    latency_ms: float | None = None
    usual_latency_ms: float | None = None
    evidence: float = 0.0
    threshold: float = 0.0
    monitoring: bool = False
    slow: bool = False
    stale_after_s: float = 300.0
    apart: OutlierCheck | None = None
    edges: tuple[str, ...] = ()
    slow_lately: bool = True
    blind: str = ""
    down: bool = False
    failed_at: float | None = None
    well: int = 0
    said: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """One failure kept as evidence for people."""

    at: float
    symptom: str
    layer: str
    vantage: str
    request_id: str = ""
    status: int | None = None
    detail: str = ""
    edge: str = ""

    @classmethod
    def of(cls, seen: Observation, edge: str = "") -> Self:
        """The part of a result that is worth keeping; `edge` is in front of what was looked at."""
        return cls(
            seen.at,
            symptom_of(seen),
            seen.layer.value,
            seen.vantage,
            seen.request_id,
            seen.status,
            seen.detail[:200],
            edge,
        )
