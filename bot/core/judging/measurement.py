"""From the assessor's figures and the latest failures to what people are told was measured. Pure."""

from bot.core.detection.assessment import Assessment
from bot.core.model.measurement import Failure, Measurement
from probes.model import Layer

UNHEARD = frozenset({"ping_missed", "run_overdue"})
"""Of these a job reports nothing; when they were due is told by `why`, in the reader's time."""


def measured(
    figures: Assessment, name: str, failures: tuple[Failure, ...], lately: tuple[int, int, float]
) -> Measurement:
    """The measured voice on one component; in good times its figures are those of the last minutes (`lately`)."""
    failed, total, window_s = (figures.failed, figures.total, figures.window_s) if figures.total else lately
    # The failure that began it is left out of the rate, for it was no chance sample; a person counts it.
    last = failures[-1] if failures else None
    first = max(0, sum(n for _, n in figures.symptoms) - failed) if figures.total else 0
    return Measurement(
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
        layer=last.layer if last else "",
        said=last.detail if last and last.layer == Layer.JOB and last.symptom not in UNHEARD else "",
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
        slow_lately=figures.slow_lately,
        stale_after_s=figures.stale_after_s,
        down=figures.down,
        failed_at=figures.failed_at,
        well=figures.well,
    )
