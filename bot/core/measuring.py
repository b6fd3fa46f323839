"""From the assessor's figures and the latest failures to what people are told was measured. Pure."""

from dataclasses import dataclass
from typing import Self

from bot.core.detection.assessment import Assessment
from bot.core.incident import Measured
from probes.model import Observation


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
        """The part of an observation that is worth keeping; `edge` is in front of what was looked at."""
        return cls(
            seen.at, seen.symptom, seen.layer.value, seen.vantage, seen.request_id, seen.status, seen.detail[:200], edge
        )


def measured(figures: Assessment, name: str, failures: tuple[Failure, ...], lately: tuple[int, int, float]) -> Measured:
    """The measured voice on one component; in good times its figures are those of the last minutes (`lately`)."""
    failed, total, window_s = (figures.failed, figures.total, figures.window_s) if figures.total else lately
    # The failure that began it is left out of the rate, for it was no chance sample; a person counts it.
    first = max(0, sum(n for _, n in figures.symptoms) - failed) if figures.total else 0
    return Measured(
        component=figures.component,
        name=name,
        state=figures.state,
        rate=figures.rate,
        low=figures.low,
        high=figures.high,
        failed=failed + first,
        total=total + first,
        window_s=window_s,
        since=figures.since,
        at=figures.at,
        symptoms=figures.symptoms,
        layer=failures[-1].layer if failures else "",
        request_ids=tuple(f.request_id for f in failures if f.request_id)[-2:],
        vantages=figures.vantages,
        all_vantages=figures.all_vantages,
        why=figures.why,
        latency_ms=figures.latency_ms,
        usual_latency_ms=figures.usual_latency_ms,
        evidence=figures.evidence,
        threshold=figures.threshold,
        monitoring=figures.monitoring,
        slow=figures.slow,
        stale_after_s=figures.stale_after_s,
    )
