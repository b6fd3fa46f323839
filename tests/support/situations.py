"""Situations that people will read about, as snapshots: the night of an outage from its first alert to its end."""

from dataclasses import replace

from bot.core.model.discrepancy import Discrepancy, DiscrepancyKind, Flavour
from bot.core.model.incident import Feedback, Incident, IncidentStatus, TimelineEntry
from bot.core.model.measurement import Measurement
from bot.core.model.person import Person
from bot.core.model.report import Reports
from bot.core.model.silence import Silence
from bot.core.model.snapshot import ComponentStatus, Snapshot
from bot.core.model.statuspage import PageMention, PageStatus
from probes.model import Layer, State

START = 1_776_094_260.0  # 13 April 2026, 15:31 UTC
MIN = 60.0
NOW = START + 12 * MIN

HELD = PageStatus(State.OPERATIONAL, "All Systems Operational", NOW - 35, START - 86_400, url="https://status.example")
ANNA = Person("slack", "T1", "U1", "Anna")

API = Measurement(
    component="claude-api",
    name="Claude API",
    state=State.PARTIAL,
    rate=0.181,
    low=0.112,
    high=0.272,
    failed=29,
    total=160,
    window_s=12 * MIN,
    since=START + 3 * MIN,
    at=NOW - 4,
    symptoms=(("http_500", 27), ("http_529", 2)),
    layer=Layer.APP_BACKEND,
    request_ids=("req_011CQ7example1", "req_011CQ7example2"),
    vantages=("fra", "iad", "office"),
    all_vantages=("fra", "iad", "office"),
    evidence=31_000,
    threshold=21_600,
)
WEB = replace(
    API,
    component="claude-web",
    name="claude.ai",
    rate=0.26,
    low=0.18,
    high=0.36,
    failed=41,
    total=158,
    symptoms=(("http_500", 41),),
)
CODE = replace(API, component="claude-code", name="Claude Code", rate=0.22, low=0.14, high=0.32, failed=35, total=160)

INCIDENT = Incident(
    id="4F7K",
    service="claude",
    kind="failures",
    status=IncidentStatus.OPEN,
    components=("claude-api",),
    active=("claude-api",),
    state=State.PARTIAL,
    started_at=START,
    opened_at=START + 3 * MIN,
    worst=State.PARTIAL,
    peak_rate=0.27,
    timeline=(TimelineEntry(START + 3 * MIN, "opened", "29 of 160 failed (HTTP 500 ×27) from 3 of 3 locations"),),
)
ALL_THREE = replace(
    INCIDENT, components=("claude-api", "claude-code", "claude-web"), active=("claude-api", "claude-code", "claude-web")
)
NOTICE = Discrepancy(
    id="D9QX",
    service="claude",
    component="claude-code",
    kind=DiscrepancyKind.UNACKNOWLEDGED,
    since=START + 4 * MIN,
    opened_at=START + 5 * MIN,
    incident="4F7K",
    claimed=State.OPERATIONAL,
    claimed_words="All Systems Operational",
    measured=State.PARTIAL,
    first_failure_at=START,
    alerted_at=START + 3 * MIN,
)


def voices(
    *measured: Measurement, heard: PageStatus = HELD, reports: Reports | None = None
) -> tuple[ComponentStatus, ...]:
    """The components with the same page and people around them."""
    return tuple(
        ComponentStatus(m, heard, reports or Reports(7 if m is measured[0] else 0, 0, 600, 0.4)) for m in measured
    )


def stood(lines: tuple[tuple[str, str], ...], wanted: str) -> str:
    """What stands under a label, with what goes on under it without one on lines of its own; "" where there is none."""
    found, under = [], ""
    for label, text in lines:
        under = label or under
        found += [text] if under == wanted else []
    return "\n".join(found)


def told(incident: Incident | None, about: tuple[ComponentStatus, ...], notice: Discrepancy | None = None) -> Snapshot:
    """A snapshot of this night."""
    return Snapshot(
        at=NOW - 1,
        service="claude",
        service_name="Claude",
        incident=incident,
        discrepancy=notice,
        voices=about,
        reason="opened",
        page_url="https://status.example",
        usual_lag_s=(15 * MIN, 54 * MIN),
    )


WELL = replace(API, state=State.OPERATIONAL, rate=0.0, low=0.0, high=0.02, failed=0, total=96, symptoms=(), layer="")
DOWN = replace(
    API, state=State.MAJOR, rate=0.98, low=0.93, high=1.0, failed=157, total=160, symptoms=(("http_503", 157),)
)
SLOW = replace(
    API, state=State.DEGRADED, slow=True, failed=0, rate=0.6, latency_ms=4100, usual_latency_ms=900, symptoms=()
)
OVER = replace(
    ALL_THREE,
    status=IncidentStatus.RESOLVED,
    active=(),
    state=State.OPERATIONAL,
    resolved_at=START + 65 * MIN,
    page_first_at=START + 15 * MIN,
    acknowledged_at=START + 5 * MIN,
    acknowledged_by=ANNA,
    reports=23,
)


def evening(*measured: Measurement, heard: PageStatus = HELD) -> tuple[ComponentStatus, ...]:
    """The components well again, just measured and just read."""
    return tuple(
        ComponentStatus(
            replace(WELL, component=m.component, name=m.name, at=START + 70 * MIN),
            replace(heard, read_at=START + 70 * MIN),
        )
        for m in measured
    )


HOSTILE = (
    'Elevated\x1b[31m errors\r\n<!channel> @everyone </a> **x** & <script> [red]"quoted" \u202eevil\u2066 '
    + "long " * 80
)
LATE = PageStatus(State.PARTIAL, "Elevated errors on Claude Code", NOW - 20, NOW - 60, NOW - 75)

LINGERING = replace(
    NOTICE,
    kind=DiscrepancyKind.OVERSTATED,
    flavour=Flavour.LINGERING,
    claimed=State.PARTIAL,
    claimed_words="Elevated errors on Claude Code",
    measured=State.OPERATIONAL,
    since=START + 68 * MIN,
    opened_at=START + 70 * MIN,
    page_seen_at=START + 45 * MIN,
    page_posted_at=START + 45 * MIN - 6,
    ended_at=START + 50 * MIN,
    resolved_at=START + 65 * MIN,
    incident="",
)
SAID = PageMention("Elevated errors across surfaces", START + 8 * MIN, START + 7 * MIN)

BEN = Person("discord", "G1", "U2", "Ben")
QUIET = Silence("claude-api", NOW - 120, NOW + 3600, BEN, "vendor is on it")
SETTLED = replace(OVER, resolved_by=BEN, verdict=(Feedback(ANNA, right=True), Feedback(BEN, right=False)))

SITUATIONS: dict[str, tuple[Snapshot, float]] = {
    "silenced": (told(replace(INCIDENT, silence=QUIET), voices(API)), NOW),
    "silenced_and_acknowledged": (
        told(
            replace(INCIDENT, silence=QUIET, acknowledged_at=NOW - 180, acknowledged_by=ANNA),
            voices(API),
        ),
        NOW,
    ),
    "own_maintenance": (told(replace(INCIDENT, silence=replace(QUIET, work=True)), voices(API)), NOW),
    "resolved_by_a_person": (told(SETTLED, evening(WEB, API, CODE)), START + 66 * MIN),
    "intermittent": (told(INCIDENT, voices(API)), NOW),
    "three_components": (told(ALL_THREE, voices(WEB, API, CODE)), NOW),
    "unequal_components": (
        told(ALL_THREE, voices(replace(DOWN, component="claude-web", name="claude.ai"), API, CODE)),
        NOW,
    ),
    "down_capacity": (
        told(
            replace(INCIDENT, state=State.MAJOR, worst=State.MAJOR, peak_rate=1.0),
            voices(replace(DOWN, symptoms=(("http_529", 157),), layer=Layer.CAPACITY)),
        ),
        NOW,
    ),
    "first_results": (
        told(
            replace(ALL_THREE, state=State.MAJOR, worst=State.MAJOR),
            voices(
                replace(
                    WEB, state=State.MAJOR, rate=1.0, low=0.0, high=1.0, failed=0, total=0, window_s=0, symptoms=()
                ),
                replace(API, state=State.MAJOR, rate=0.67, low=0.07, high=0.98, failed=3, total=4, window_s=23),
                replace(CODE, state=State.PARTIAL, rate=0.0, low=0.0, high=0.9, failed=0, total=1, window_s=2),
            ),
        ),
        NOW,
    ),
    "acknowledged": (
        told(
            replace(INCIDENT, acknowledged_at=NOW - 300, acknowledged_by=ANNA, page_first_at=NOW - 60),
            voices(API, heard=replace(LATE, words="Elevated errors on the API")),
        ),
        NOW,
    ),
    "monitoring": (
        told(replace(INCIDENT, status=IncidentStatus.MONITORING), voices(replace(API, monitoring=True))),
        NOW,
    ),
    "resolved": (told(OVER, evening(WEB, API, CODE)), START + 66 * MIN),
    "resolved_never_said": (
        told(replace(INCIDENT, status=IncidentStatus.RESOLVED, active=(), resolved_at=START + 23 * MIN), evening(API)),
        START + 23 * MIN,
    ),
    "slow": (
        told(
            replace(INCIDENT, kind="slowness", state=State.DEGRADED, worst=State.DEGRADED, peak_rate=0.6), voices(SLOW)
        ),
        NOW,
    ),
    "stale": (told(INCIDENT, voices(replace(API, at=NOW - 900), heard=replace(HELD, read_at=NOW - 700))), NOW),
    "one_vantage": (
        told(replace(INCIDENT, scope="vantage", vantage="office"), voices(replace(API, vantages=("office",)))),
        NOW,
    ),
    "hostile": (
        told(
            replace(INCIDENT, id="4F7K", why=HOSTILE),
            voices(
                replace(API, name=HOSTILE, symptoms=((HOSTILE, 27),), request_ids=(HOSTILE, "b", "c", "d")),
                heard=replace(HELD, words=HOSTILE),
            ),
        ),
        NOW,
    ),
    "page_unreadable": (
        told(INCIDENT, voices(API, heard=replace(HELD, unreadable="HTTP 403, a page for people instead of JSON"))),
        NOW,
    ),
    "discrepancy_open": (told(ALL_THREE, voices(CODE), NOTICE), NOW),
    "discrepancy_closed": (
        told(
            None,
            evening(CODE, heard=replace(LATE, words="Elevated errors on Claude Code")),
            replace(
                NOTICE,
                claimed=State.PARTIAL,
                claimed_words="Elevated errors on Claude Code",
                page_seen_at=START + 45 * MIN,
                page_posted_at=START + 45 * MIN - 6,
                closed_at=START + 45 * MIN + 1,
                outcome="page now agrees",
            ),
        ),
        START + 45 * MIN + 2,
    ),
    "discrepancy_never": (
        told(None, evening(CODE), replace(NOTICE, closed_at=START + 23 * MIN, outcome="never admitted")),
        START + 24 * MIN,
    ),
    "discrepancy_overstated": (
        told(
            None,
            voices(replace(WELL, component="claude-code", name="Claude Code"), heard=LATE),
            replace(
                NOTICE, kind=DiscrepancyKind.OVERSTATED, claimed=State.PARTIAL, measured=State.OPERATIONAL, incident=""
            ),
        ),
        NOW,
    ),
    "discrepancy_understated": (
        told(
            ALL_THREE,
            voices(
                replace(DOWN, component="claude-code", name="Claude Code"), heard=replace(LATE, state=State.DEGRADED)
            ),
            replace(NOTICE, kind=DiscrepancyKind.UNDERSTATED, claimed=State.DEGRADED, measured=State.MAJOR),
        ),
        NOW,
    ),
    "page_gone": (
        told(
            None,
            voices(WELL),
            Discrepancy(
                "D77A",
                "claude",
                "",
                DiscrepancyKind.UNREADABLE,
                NOW - 300,
                NOW - 120,
                claimed_words="HTTP 503 three times",
            ),
        ),
        NOW,
    ),
    "page_just_gone": (
        told(
            None,
            voices(WELL),
            Discrepancy("D77A", "claude", "", DiscrepancyKind.UNREADABLE, NOW, NOW, claimed_words="HTTP 503"),
        ),
        NOW,
    ),
    "discrepancy_lingering": (told(None, evening(CODE, heard=LATE), LINGERING), START + 71 * MIN),
    "discrepancy_lingered": (
        told(
            None,
            evening(CODE),
            replace(
                LINGERING,
                claimed=State.OPERATIONAL,
                page_resolved_at=START + 80 * MIN,
                closed_at=START + 80 * MIN,
                outcome="page now agrees",
            ),
        ),
        START + 80 * MIN,
    ),
    "discrepancy_in_words": (
        replace(
            told(ALL_THREE, voices(CODE), replace(NOTICE, mention=SAID)),
            others=(PageMention('Elevated errors for "Anthropic" models', NOW - 240, NOW - 300, "Cursor"),),
        ),
        NOW,
    ),
    "discrepancy_words_only": (
        told(
            None,
            evening(CODE),
            replace(NOTICE, mention=SAID, closed_at=START + 23 * MIN, resolved_at=START + 23 * MIN),
        ),
        START + 24 * MIN,
    ),
    "page_moved": (
        told(
            None,
            voices(WELL),
            Discrepancy(
                "D77B",
                "claude",
                "",
                DiscrepancyKind.UNREADABLE,
                NOW - 300,
                NOW - 120,
                claimed_words="an HTML page instead of JSON; looks like incident_io now: set dialect: incident_io",
            ),
        ),
        NOW,
    ),
    "in_words": (
        replace(
            told(INCIDENT, voices(API, heard=replace(HELD, mention=SAID))),
            others=(PageMention("Elevated errors for Anthropic models", NOW - 240, NOW - 300, "Cursor"),),
        ),
        NOW,
    ),
}
