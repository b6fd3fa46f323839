"""What is kept of an incident for the report afterwards, beyond the incident itself; always bounded. Pure.

Failures by symptom and layer, a few request ids for the vendor's support, the course of the failure rate, and what the
page said when. Some 5 kB at most; the oldest detail is merged or left out first, never the counts.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from bot.core.history.recent_counts import MINUTES, Minute, RecentCounts, pooled
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.measurement import Failure
from bot.core.model.statuspage import PageStatus
from probes.model import State

KINDS, IDS, POINTS, CLAIMS, WORDS = 12, 10, 120, 40, 160
OTHER = "other"

Symptoms = Iterable[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class ResultSpan:
    """Results of some `minutes` from a minute since the epoch on, all affected components together."""

    minute: int
    minutes: int
    failed: int
    total: int


@dataclass(frozen=True, slots=True)
class PageStatusChange:
    """What the page said of a component from a moment (Unix seconds, by our clock) on."""

    at: float
    component: str
    state: State
    words: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The kept evidence of one incident; `failures` are counted by symptom and by layer, `ids` are (time, id)."""

    symptoms: dict[str, int]
    layers: dict[str, int]
    ids: tuple[tuple[float, str], ...] = ()
    course: tuple[ResultSpan, ...] = ()
    said: tuple[PageStatusChange, ...] = ()
    components: dict[str, int] | None = None

    @property
    def worst(self) -> ResultSpan | None:
        """The stretch with the highest share of failures, of those with enough results to tell; the first of equals."""
        telling = [s for s in self.course if s.total >= 8 and s.failed]
        return max(telling, key=lambda s: s.failed / s.total, default=None)


def since(dossier: Evidence, at: float) -> tuple[int, int]:
    """(failed, total) of the results of whole minutes after a moment."""
    later = [span for span in dossier.course if span.minute * 60 >= at]
    return sum(span.failed for span in later), sum(span.total for span in later)


def opened(failures: Iterable[tuple[str, Failure]], counted: Mapping[str, Symptoms] | None = None) -> Evidence:
    """Evidence that begins with the failures of which we knew when the incident was opened, by component."""
    return joined(Evidence({}, {}, components={}), failures, counted)


def joined(
    dossier: Evidence, failures: Iterable[tuple[str, Failure]], counted: Mapping[str, Symptoms] | None = None
) -> Evidence:
    """With what was known of components when they became part of the incident.

    Only the latest failures are known one by one; `counted` has how many there were of each symptom by then.
    """
    known = Counter[tuple[str, str]]()
    for component, failure in sorted(failures, key=lambda pair: pair[1].at):
        dossier = failed(dossier, component, failure)
        known[component, failure.symptom] += 1
    for component, symptoms in (counted or {}).items():
        for symptom, n in symptoms:
            more = max(0, n - known[component, symptom])
            dossier = replace(
                dossier,
                symptoms=_more(dossier.symptoms, symptom, more),
                components=_more(dossier.components or {}, component, more),
            )
    return dossier


def failed(dossier: Evidence, component: str, failure: Failure) -> Evidence:
    """With one more failure."""
    ids = dossier.ids
    if failure.request_id:
        # The first ones show how it began, the last ones are freshest in the vendor's logs.
        ids = (*ids, (failure.at, failure.request_id))
        ids = (*ids[: IDS // 2], *ids[len(ids) - IDS // 2 :]) if len(ids) > IDS else ids
    return replace(
        dossier,
        symptoms=_more(dossier.symptoms, failure.symptom),
        layers=_more(dossier.layers, failure.layer),
        components=_more(dossier.components or {}, component),
        ids=ids,
    )


def followed(dossier: Evidence, incident: Incident, tallies: Mapping[str, tuple[Minute, ...]]) -> Evidence:
    """With the latest minutes of the components' results, from the first failure on."""
    latest: dict[int, list[int]] = {}
    for component in incident.components:
        for minute in tallies.get(component, ()):
            if minute.number >= int(incident.started_at // 60):
                sums = latest.setdefault(minute.number, [0, 0])
                sums[0] += minute.failed
                sums[1] += minute.total
    if not latest:
        return dossier
    # A component that is behind has older minutes than the others, of which they know no more: those stay as they are.
    first = max(latest) - MINUTES + 1
    latest = {number: sums for number, sums in latest.items() if number >= first}
    kept = [s for s in dossier.course if s.minute + s.minutes <= first or s.minute not in latest]
    fresh = [ResultSpan(number, 1, *sums) for number, sums in latest.items()]
    held = {s.minute: s for s in kept} | {s.minute: s for s in fresh if not _covered(s, kept)}
    course = [held[number] for number in sorted(held)]
    while len(course) > POINTS:
        course = _halved(course)
    return replace(dossier, course=tuple(course))


def begun(dossier: Evidence, incident: Incident, counts: Iterable[tuple[int, int]]) -> Evidence:
    """With the results since the first failure that the kept minutes no longer have, as one stretch.

    `counts` are (failed, total) of each component since it began to fail, as the detector has them. An alert may come
    later than the minutes reach back; without this the postmortem would count fewer failures than it names.
    """
    start, course = int(incident.started_at // 60), dossier.course
    if not course or course[0].minute <= start:
        return dossier
    pairs = list(counts)
    failed = sum(f for f, _ in pairs) - sum(s.failed for s in course)
    total = sum(n for _, n in pairs) - sum(s.total for s in course)
    if total <= 0 or not 0 <= failed <= total:
        return dossier
    return replace(dossier, course=(ResultSpan(start, course[0].minute - start, failed, total), *course))


def heard(dossier: Evidence, incident: Incident, says: Mapping[str, PageStatus]) -> Evidence:
    """With what the page says now of the components, where its state there has changed."""
    for component in incident.components:
        now = says.get(component)
        if now is None or now.read_at is None or now.unreadable:
            continue
        last = next((s for s in reversed(dossier.said) if s.component == component), None)
        if last is None or last.state is not now.state:
            said = (*dossier.said, PageStatusChange(now.since or now.read_at, component, now.state, now.words[:WORDS]))
            said = (*said[: CLAIMS // 2], *said[len(said) - CLAIMS // 2 :]) if len(said) > CLAIMS else said
            dossier = replace(dossier, said=said)
    return dossier


def _more(counts: Mapping[str, int], word: str, n: int = 1) -> dict[str, int]:
    if not n:
        return dict(counts)
    name = word[:64] or "unknown"
    if name not in counts and len(counts) >= KINDS:
        name = OTHER
    return {**counts, name: counts.get(name, 0) + n}


def _covered(fresh: ResultSpan, kept: Iterable[ResultSpan]) -> bool:
    """Whether a minute lies in a longer stretch already."""
    return any(s.minutes > 1 and s.minute <= fresh.minute < s.minute + s.minutes for s in kept)


def _halved(course: list[ResultSpan]) -> list[ResultSpan]:
    """Neighbours merged, but for the minutes that may still change."""
    old, fresh = course[:-MINUTES], course[-MINUTES:]
    pairs = [old[n : n + 2] for n in range(0, len(old), 2)]
    merged = [
        ResultSpan(
            p[0].minute, p[-1].minute + p[-1].minutes - p[0].minute, sum(s.failed for s in p), sum(s.total for s in p)
        )
        for p in pairs
    ]
    return [*merged, *fresh]


EVERY_S = 300.0
"""How often the dossier of an incident that does not change is written."""


@dataclass(frozen=True, slots=True)
class EvidenceState:
    """The state between two commits: dossiers by incident, and when each was last written."""

    dossiers: dict[str, Evidence] = field(default_factory=dict)
    written: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewEvidence:
    """All that may go into a dossier now, by component."""

    failures: Mapping[str, tuple[Failure, ...]]
    tallies: RecentCounts
    heard: Mapping[str, PageStatus]
    symptoms: Mapping[str, Symptoms] = field(default_factory=dict)
    counts: Mapping[str, tuple[int, int]] = field(default_factory=dict)


class EvidenceCollector:
    """Keeps a dossier for each incident until it is over and written."""

    def __init__(self, kept: EvidenceState) -> None:
        self._dossiers = dict(kept.dossiers)
        self._written = dict(kept.written)
        self._over: set[str] = set()

    def failed(self, incidents: Iterable[Incident], component: str, failure: Failure) -> None:
        """A failure of a component, while these incidents are open."""
        for incident in incidents:
            kept = self._dossiers.get(incident.id)
            # One that has only just joined is counted whole, with its earlier failures, when `follow` takes it in.
            if kept is not None and component in incident.components and _has(kept, component):
                self._dossiers[incident.id] = failed(kept, component, failure)

    def follow(self, incidents: Iterable[Incident], touched: Iterable[str], evidence: NewEvidence) -> None:
        """Bring the dossiers up to date; those of `touched` incidents are to be written with them."""
        for incident in incidents:
            kept = self._dossiers.get(incident.id)
            if kept is None and incident.status is IncidentStatus.RESOLVED:
                continue  # one of the past that somebody acted on: its dossier is written
            minutes = {c: pooled(evidence.tallies.get(c, {})) for c in incident.components}
            if kept is None:
                kept = followed(_opened(incident, evidence), incident, minutes)
                if incident.kind == "failures":
                    kept = begun(kept, incident, (evidence.counts.get(c, (0, 0)) for c in incident.components))
            else:
                kept = followed(_joined(kept, incident, evidence), incident, minutes)
            self._dossiers[incident.id] = heard(kept, incident, evidence.heard)
            if incident.status is IncidentStatus.RESOLVED:
                self._over.add(incident.id)
        for name in touched:
            self._written.pop(name, None)

    def take(self, now: float) -> dict[str, Evidence]:
        """Those to be written now; those that are over are forgotten by this."""
        due = {i: d for i, d in self._dossiers.items() if not 0 <= now - self._written.get(i, -EVERY_S) < EVERY_S}
        self._written |= dict.fromkeys(due, now)
        for name in self._over & set(due):
            del self._dossiers[name], self._written[name]
        self._over = set()
        return due

    def state(self) -> EvidenceState:
        """What must be written for another process to go on here."""
        return EvidenceState(dict(self._dossiers), dict(self._written))


def _opened(incident: Incident, evidence: NewEvidence) -> Evidence:
    return _joined(Evidence({}, {}, components={}), incident, evidence)


def _has(dossier: Evidence, component: str) -> bool:
    """Whether failures of a component are counted there; evidence of a former version did not say."""
    return dossier.components is None or component in dossier.components


def _joined(dossier: Evidence, incident: Incident, evidence: NewEvidence) -> Evidence:
    fresh = [c for c in incident.components if not _has(dossier, c)]
    if not fresh:
        return dossier
    known = [(c, f) for c in fresh for f in evidence.failures.get(c, ()) if f.at >= incident.started_at]
    counted = {c: evidence.symptoms.get(c, ()) for c in fresh if c in incident.active}
    dossier = joined(dossier, known, counted if incident.kind == "failures" else None)
    return replace(dossier, components=dict.fromkeys(fresh, 0) | (dossier.components or {}))
