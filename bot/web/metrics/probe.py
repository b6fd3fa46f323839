"""One component in the form of Prometheus' blackbox exporter, from the store: no check is made for it. Pure."""

from bot.core.model.measurement import Measurement
from bot.core.text.symptoms import present
from probes.model import Observation, Outcome, State

UP = frozenset({State.OPERATIONAL, State.DEGRADED})
"""States in which the target counts as up; unknown is not among them."""


def probe_text(measured: Measurement, latest: Observation | None, now: float) -> str:
    """The metrics of a probe: success by the state as measured, times and status code of the latest result."""
    state = present(measured, now)
    lines = _gauge("probe_success", "1 while the component is operational or degraded as measured, else 0.",
                   [("", int(state in UP))])  # fmt: skip
    if latest is None:
        return "\n".join(lines) + "\n"
    timings = latest.timings
    if timings.total is not None:
        lines += _gauge("probe_duration_seconds", "How long the latest check took.", [("", timings.total / 1000)])
    if timings.dns is not None:
        lines += _gauge("probe_dns_lookup_time_seconds", "The name lookup of the latest check.",
                        [("", timings.dns / 1000)])  # fmt: skip
    if latest.status is not None:
        lines += _gauge("probe_http_status_code", "HTTP status of the latest check.", [("", latest.status)])
    phases = [
        (f'{{phase="{phase}"}}', ms / 1000)
        for phase, ms in (
            ("resolve", timings.dns),
            ("connect", timings.connect),
            ("tls", timings.tls),
            ("processing", timings.first_byte),
        )
        if ms is not None
    ]
    if phases:
        lines += _gauge("probe_http_duration_seconds", "Phases of the latest check.", phases)
    if latest.expires_at is not None:
        lines += _gauge("probe_ssl_earliest_cert_expiry", "End of the certificate, Unix seconds.",
                        [("", latest.expires_at)])  # fmt: skip
    failed = int(latest.outcome is Outcome.FAILED)
    lines += _gauge("groundtruth_probe_failed", "1 where the latest check failed.", [("", failed)])
    lines += _gauge("groundtruth_probe_age_seconds", "Seconds since the latest check.",
                    [("", round(max(0.0, now - latest.at), 3))])  # fmt: skip
    return "\n".join(lines) + "\n"


def _gauge(name: str, told: str, samples: list[tuple[str, float]]) -> list[str]:
    return [
        f"# HELP {name} {told}",
        f"# TYPE {name} gauge",
        *(f"{name}{labels} {value!r}" for labels, value in samples),
    ]
