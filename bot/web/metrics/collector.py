"""A reading of the store as the lines of a scrape. Pure; the figures are those that the desk shows."""

from collections.abc import Iterable, Mapping

from bot.core.model.discrepancy import DiscrepancyKind
from bot.core.model.incident import IncidentStatus
from bot.core.model.snapshot import ComponentStatus
from bot.core.model.statuspage import PAGE_STALE_AFTER_S, PageStatus
from bot.core.text.symptoms import present, suspected
from bot.web.metrics.exposition import Rows, escaped, labels
from bot.web.metrics.families import FAMILIES
from bot.web.metrics.reading import Reading, ServiceReading
from probes.model import State

KEPT = (
    "groundtruth_component_state",
    "groundtruth_component_suspicious",
    "groundtruth_failure_ratio",
    "groundtruth_failure_ratio_low",
    "groundtruth_failure_ratio_high",
    "groundtruth_slow_ratio",
    "groundtruth_latency_seconds",
    "groundtruth_usual_latency_seconds",
    "groundtruth_user_reports",
    "groundtruth_page_state",
    "groundtruth_page_discrepancy",
)
"""Families of a component that stay as they are until it is judged anew, or its figures have become old."""
Said = tuple[State, State | None, DiscrepancyKind | None]
"""Our state, the page's (None: no page), and how they disagree: beside the figures, time alone can change these."""
KINDS = tuple(kind for kind in DiscrepancyKind if kind is not DiscrepancyKind.UNREADABLE)


class Collector:
    """Keeps what each component came to as text, and writes anew only what changed since the last scrape."""

    def __init__(self, version: str) -> None:
        self._version = version
        self._kept: dict[tuple[str, str], tuple[ComponentStatus, Said, tuple[str, ...]]] = {}

    def rows(self, reading: Reading, now: float, deliveries: Mapping[tuple[str, str], int]) -> Rows:
        """Everything but what the streams come to. `deliveries` are this process's attempts by (channel, outcome)."""
        rows: Rows = {name: [] for name in FAMILIES}
        rows["groundtruth_build"].append(f"groundtruth_build_info{labels(version=self._version)} 1")
        rows["groundtruth_store_up"].append(f"groundtruth_store_up {int(reading.up)}")
        if reading.read_at:
            _put(rows, "groundtruth_snapshot_age_seconds", "", max(0.0, now - reading.read_at))
        for (channel, outcome), count in deliveries.items():
            of = labels(channel=channel, outcome=outcome)
            rows["groundtruth_deliveries"].append(f"groundtruth_deliveries_total{of} {count}")
        for service in reading.services:
            _service(rows, service, now)
        self._components(rows, reading, now)
        return rows

    def _components(self, rows: Rows, reading: Reading, now: float) -> None:
        kept, every = self._kept, list[tuple[str, ...]]()
        self._kept = {}
        result_ages, page_ages = rows["groundtruth_result_age_seconds"], rows["groundtruth_page_reading_age_seconds"]
        for service in reading.services:
            paged, standing = bool(service.standing.page_url), service.standing
            for voices in standing.voices:
                measured, heard = voices.measured, voices.heard
                name = standing.service, measured.component
                kind = service.discrepancies.get(measured.component)
                said = present(measured, now), page_state(heard, now) if paged else None, kind
                before = kept.get(name)
                if before is not None and before[0] is voices and before[1] == said:
                    self._kept[name] = before
                    made = before[2]
                else:
                    made = _component(name, voices, *said)
                    self._kept[name] = voices, said, made
                every.append(made)
                if measured.at is not None:
                    result_ages.append(f"groundtruth_result_age_seconds{made[0]} {max(0.0, now - measured.at):.3f}")
                if paged and heard.read_at is not None:
                    age = max(0.0, now - heard.read_at)
                    page_ages.append(f"groundtruth_page_reading_age_seconds{made[0]} {age:.3f}")
        for family, pieces in zip(KEPT, list(zip(*every, strict=True))[1:], strict=False):
            rows[family] += filter(None, pieces)


def incidents_of(reading: Reading) -> dict[str, str]:
    """The open incident of each component that has one."""
    return {
        component: incident.id
        for service in reading.services
        for incident in service.standing.incidents
        for component in incident.active
    }


def _put(rows: Rows, family: str, of: str, value: float | None) -> None:
    if value is not None:
        rows[family].append(f"{family}{of} {value!r}")


def _service(rows: Rows, read: ServiceReading, now: float) -> None:
    standing = read.standing
    of = labels(service=standing.service)
    going = [one for one in standing.incidents if one.status is not IncidentStatus.RESOLVED]
    judged = None if read.judged_at is None else max(0.0, now - read.judged_at)
    _put(rows, "groundtruth_judgement_age_seconds", of, judged)
    _put(rows, "groundtruth_incidents_open", of, len(going))
    _put(rows, "groundtruth_incidents_unacknowledged", of, sum(one.acknowledged_at is None for one in going))
    _put(rows, "groundtruth_stream_unjudged_rows", of, read.unjudged)
    _put(rows, "groundtruth_deliveries_undeliverable", of, read.undeliverable)
    for channel, count in read.waiting.items():
        _put(rows, "groundtruth_deliveries_waiting", labels(service=standing.service, channel=channel), count)
    for share, seconds in read.lags.items():
        _put(rows, "groundtruth_page_lag_seconds", labels(service=standing.service, share=share), seconds)
    _put(rows, "groundtruth_detection_lead_seconds", of, read.lead_s)
    if standing.page_url:
        _put(rows, "groundtruth_page_unreadable", of, int("" in read.discrepancies))
    if read.spending is not None:
        spent = read.spending
        rows["groundtruth_spent_dollars"].append(f"groundtruth_spent_dollars_total{of} {spent.usd!r}")
        rows["groundtruth_spent_tokens"].append(f"groundtruth_spent_tokens_total{of} {spent.tokens}")
        rows["groundtruth_checks_refused"].append(f"groundtruth_checks_refused_total{of} {spent.refused}")
        _put(rows, "groundtruth_budget_dollars", of, spent.allowed_usd)


def _component(
    name: tuple[str, str], voices: ComponentStatus, ours: State, page: State | None, kind: DiscrepancyKind | None
) -> tuple[str, ...]:
    """The labels of a component, and the text of each family of `KEPT`, "" where there is nothing to say."""
    measured, reports = voices.measured, voices.reports
    inner = f'service="{escaped(name[0])}",component="{escaped(name[1])}"'
    fresh = ours is not State.UNKNOWN
    counted = fresh and measured.total > 0
    failing, slow = counted and not measured.slow, counted and measured.slow
    values: dict[str, float | None] = {
        "groundtruth_component_suspicious": int(fresh and suspected(measured)),
        "groundtruth_failure_ratio": measured.rate if failing else None,
        "groundtruth_failure_ratio_low": measured.low if failing else None,
        "groundtruth_failure_ratio_high": measured.high if failing else None,
        "groundtruth_slow_ratio": measured.rate if slow else None,
        "groundtruth_latency_seconds": _seconds(measured.latency_ms) if fresh else None,
        "groundtruth_usual_latency_seconds": _seconds(measured.usual_latency_ms),
    }
    said = {family: "" if value is None else f"{family}{{{inner}}} {value!r}" for family, value in values.items()}
    said["groundtruth_component_state"] = _one_of("groundtruth_component_state", inner, "state", State, ours)
    says = (("affected", reports.affected), ("works", reports.works))
    said["groundtruth_user_reports"] = "\n".join(
        f'groundtruth_user_reports{{{inner},says="{word}"}} {count}' for word, count in says
    )
    if page is not None:
        said["groundtruth_page_state"] = _one_of("groundtruth_page_state", inner, "state", State, page)
        said["groundtruth_page_discrepancy"] = _one_of("groundtruth_page_discrepancy", inner, "kind", KINDS, kind)
    return (f"{{{inner}}}", *(said.get(family, "") for family in KEPT))


def page_state(heard: PageStatus, now: float) -> State:
    """The page's word as of now: one that is old, or none that can be read, is unknown."""
    if heard.unreadable or heard.read_at is None or now - heard.read_at > PAGE_STALE_AFTER_S:
        return State.UNKNOWN
    return heard.state


def _one_of(family: str, inner: str, label: str, words: Iterable[str], present: str | None) -> str:
    """One line a word: 1 for that which is so, 0 for the others."""
    return "\n".join(f'{family}{{{inner},{label}="{one}"}} {int(one == present)}' for one in words)


def _seconds(ms: float | None) -> float | None:
    return None if ms is None else ms / 1000
