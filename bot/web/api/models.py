"""The API's answers and bodies: the models that OpenAPI is made from. Times are Unix seconds, shares 0 to 1."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from bot.core.ledger.accuracy import PageAccuracy
from bot.core.model.discrepancy import DiscrepancyKind
from bot.core.model.incident import IncidentStatus
from probes.model import State


class Shape(BaseModel):
    """Everything here: nothing that is not named."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Envelope(Shape):
    """In every answer: how old what it says is."""

    as_of: float | None = Field(None, description="when the store was last read; null: never yet")
    age_s: float | None = Field(None, description="seconds since then")
    stale: bool = Field(True, description="too old to be called the present")


class Fault(Shape):
    """Why a request was not answered."""

    status: int = Field(description="the HTTP status")
    message: str = Field(description="one sentence: what was wrong, and what was expected")


class Refusal(Envelope):
    """The answer to a request that was not answered."""

    error: Fault


class Ratio(Shape):
    """A share of the latest results with its 95 % interval."""

    ratio: float
    low: float
    high: float
    failed: int = Field(description="results counted for it: failed, or slow")
    total: int = Field(description="of so many")
    window_s: float


class PageWord(Shape):
    """What the vendor's status page says of the component."""

    state: State = Field(description="unknown where no reading is fresh")
    words: str
    read_at: float | None
    unreadable: str = Field(description="why the page cannot be read; empty where it can")


class AppCounts(Shape):
    """What apps count of their own requests in that time; no app weighs more than all others together."""

    apps: int
    failed: int
    total: int
    failing: int = Field(description="apps whose own counts say that it fails")
    trouble: bool = Field(description="so many of them that one app alone cannot have said it")


class Voices(Shape):
    """User reports of the last 15 minutes."""

    affected: int
    works: int
    usual: float = Field(description="how many are usual in that time")
    window_s: float
    apps: AppCounts | None = Field(None, description="null where no app reports")


class Component(Shape):
    """One component: what we measure, what the page says, what users report."""

    id: str
    service: str
    name: str
    state: State = Field(description="as measured; unknown where no result is fresh, which never means that it works")
    summary: str = Field(description="the same in words, as the desk answers")
    since: float | None = Field(description="since when it is in this state")
    last_result_at: float | None
    suspicious: bool = Field(description="most of the latest results failed, yet too few for an alert")
    quiet: bool = Field(description="trouble stands that shows no failure lately")
    failure: Ratio | None = Field(description="null where no result is fresh or slowness is judged")
    slow: Ratio | None = Field(description="slow answers, while slowness is judged")
    latency_ms: float | None = Field(description="median of the latest good answers")
    usual_latency_ms: float | None
    page: PageWord | None = Field(description="null where the service has no page")
    reports: Voices
    incident: str | None = Field(description="the open incident in which it is affected")
    vantages: tuple[str, ...] | None = Field(description="where it is measured; null without a token")


class Components(Envelope):
    """Components in the order of the configuration."""

    components: tuple[Component, ...]


class OneComponent(Envelope):
    """One component; `met` says whether it is at least in the state that was asked for."""

    component: Component
    at_least: str | None = None
    met: bool | None = None


class Service(Shape):
    """One service: the worst state of its components."""

    id: str
    name: str
    state: State
    components: tuple[str, ...]
    incidents: tuple[str, ...] = Field(description="open ones")
    page_url: str
    usual_lag_s: tuple[float, float] | None = Field(description="how late its page usually is: median, p90")


class Services(Envelope):
    """All services."""

    services: tuple[Service, ...]


class TimelineLine(Shape):
    """One line of an incident's timeline."""

    at: float
    event: str
    text: str


class IncidentSummary(Shape):
    """One incident."""

    id: str
    service: str
    kind: str
    status: IncidentStatus
    state: State
    worst: State
    headline: str
    components: tuple[str, ...] = Field(description="affected at any time")
    active: tuple[str, ...] = Field(description="affected now")
    scope: str
    started_at: float = Field(description="the first failure")
    opened_at: float = Field(description="when we knew")
    ended_at: float | None = Field(description="the last failure before it was resolved; null while open")
    resolved_at: float | None = Field(description="when we were sure that it was over")
    peak_failure_ratio: float
    page_first_at: float | None = Field(description="when the vendor's page first admitted it")
    reports: int
    acknowledged: bool | None = Field(description="null without a token")
    acknowledged_by: str | None = Field(description="null without a token")
    silenced_until: float | None = Field(description="null without a token")


class Incidents(Envelope):
    """Incidents, newest first."""

    incidents: tuple[IncidentSummary, ...]


class OneIncident(Envelope):
    """One incident with its timeline."""

    incident: IncidentSummary
    timeline: tuple[TimelineLine, ...] = Field(description="without a token only what is not about people")


class Point(Shape):
    """What a piece of time came to."""

    begins: int
    seconds: int
    ok: int
    slow: int
    failed: int
    unusable: int = Field(description="results that say nothing of the component")
    state_s: dict[State, float] = Field(description="seconds in each state; what is missing was unknown")
    uptime: float | None
    failure_rate: tuple[float, float, float] | None = Field(description="share, low and high end of its 95 % interval")
    latency_ms: dict[str, float] = Field(description="p50, p90, p95, p99 of good answers")
    first_token_ms: dict[str, float] = Field(description="the same to a model's first words; empty where none is read")


class History(Point):
    """One component over a span."""

    service: str
    component: str
    span: str
    written_to: float = Field(description="until when the judge has written")
    unknown_s: float
    incidents: tuple[str, ...]
    series: tuple[Point, ...]


class Histories(Envelope):
    """The past of one component, or of a service's components."""

    uptime_rule: str = Field(description="what counts as up")
    latency_error: float = Field(description="relative error of a latency")
    history: tuple[History, ...]


class Ledger(Envelope):
    """How late, how often never, and with what grade the vendors' pages speak."""

    rule: str
    quantiles: str
    ledger: tuple[PageAccuracy, ...]


class DiscrepancyRow(Shape):
    """Page and measurement disagree."""

    service: str
    component: str = Field(description="empty: the page as a whole")
    kind: DiscrepancyKind


class Discrepancies(Envelope):
    """Those that stand now."""

    discrepancies: tuple[DiscrepancyRow, ...]


class Label(Shape):
    """A line of an answer."""

    label: str
    text: str


class Table(Shape):
    """A table of an answer."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class DeskAnswer(Envelope):
    """An answer of the desk: its words, and the data behind them."""

    title: str
    lines: tuple[Label, ...]
    table: Table | None
    text: str = Field(description="a long body in Markdown, where there is one")
    data: dict[str, Any] = Field(description="as `groundtruth ask --json` prints it")


class Act(Envelope):
    """What became of an act. `judged` is false where it is noted and the judge has not come to it yet."""

    message: str
    ok: bool | None
    judged: bool
    incident: str
    data: dict[str, Any]


class SilenceRow(Shape):
    """One silence or maintenance window."""

    id: str
    service: str
    what: str = Field(description="an incident, a component, matchers; empty: the whole service")
    since: float
    until: float
    by: str
    reason: str
    maintenance: bool
    covers: tuple[str, ...] = Field(description="open incidents that it holds back")


class Silences(Envelope):
    """Those that stand."""

    silences: tuple[SilenceRow, ...]


class OutcomeResult(Shape):
    """What became of one component's counts: the voice they make, and why."""

    component: str
    voice: str = Field(description="affected, works, or none")
    why: str


class OutcomesTaken(Envelope):
    """What became of an app's counts."""

    outcomes: tuple[OutcomeResult, ...]


Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class ExplainBody(Shape):
    """An error as it was pasted."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=20_000)]


class SilenceBody(Shape):
    """What is to be held back, and for how long."""

    what: Words = Field(description="an incident, component, service, or matchers such as state=partial_outage")
    duration: Annotated[str, StringConstraints(pattern=r"^(\d{1,4}[mhd]|until resolved)$")] = Field(
        description="30m, 2h, 1d, or: until resolved"
    )
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""


Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,40}$")]


class OutcomeCounts(Shape):
    """Requests of an app to one component since its last report."""

    component: Annotated[str, StringConstraints(max_length=100)]
    total: Annotated[int, Field(ge=0, le=10**9)]
    failed: Annotated[int, Field(ge=0, le=10**9)] = Field(description="of them failed")
    codes: dict[Code, Annotated[int, Field(ge=1, le=10**9)]] = Field(
        default_factory=dict,
        max_length=30,
        description="the failed ones by HTTP status or word (529, timeout); those of the app's own fault are left out",
    )


class OutcomesBody(Shape):
    """Counts only: no text, no ids, no latencies."""

    outcomes: Annotated[tuple[OutcomeCounts, ...], Field(min_length=1, max_length=100)]
