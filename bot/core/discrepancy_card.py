"""The short notice that page and measurement disagree, and how the disagreement ended. Pure."""

from bot.core.durations import clock, duration, lag
from bot.core.figures import percent
from bot.core.incident import Card, Discrepancy, DiscrepancyKind, Measured, Snapshot, Tone, Voices
from bot.core.incident_card import HEADLINE, LINE
from bot.core.quoting import clean, cut, quoted
from bot.core.symptoms import called, present, sure
from bot.core.tones import SCALES, TROUBLE, WORDS
from bot.core.voicing import page_says, seen, what_we_see
from probes.model import State

_SAYS = {
    State.OPERATIONAL: "is operational",
    State.DEGRADED: "has degraded performance",
    State.PARTIAL: "has a partial outage",
    State.MAJOR: "has a major outage",
    State.MAINTENANCE: "is under maintenance",
    State.UNKNOWN: "is in a state it does not name",
}


def card(record: Discrepancy, snapshot: Snapshot, now: float) -> Card:
    """The notice as it should read now."""
    voices = tuple(v for v in snapshot.voices if v.measured.component == record.component) or snapshot.voices
    return Card(
        subject=record.id,
        kind="discrepancy",
        tone=Tone.GREY if record.closed_at is not None else Tone.YELLOW,
        emoji=SCALES,
        headline=headline(record, snapshot, now),
        lines=tuple((label, cut(text, LINE)) for label, text in _lines(record, voices, snapshot, now) if text),
        footer=_footer(record, snapshot, now),
        links=(("vendor page", snapshot.page_url),) if snapshot.page_url else (),
        closed=record.closed_at is not None,
    )


def headline(record: Discrepancy, snapshot: Snapshot, now: float) -> str:
    """Who says what, and what we measure; alone it suffices."""
    page = f"{clean(snapshot.service_name, 40) or clean(record.service, 40)}'s status page"
    name = _name(record, snapshot)
    if record.closed_at is not None:
        text = _ended(record, page, name, now)
    elif record.kind is DiscrepancyKind.UNREADABLE:
        reason = clean(record.claimed_words, 80) or "no reason known"
        text = f"{page} cannot be read for {duration(now - record.since)}: {reason}"
    else:
        text = f"{page} says {name} {_SAYS[record.claimed]}; we measure {_measure(record, snapshot, now)}"
    return cut(f"{SCALES} {text}", HEADLINE)


def _measure(record: Discrepancy, snapshot: Snapshot, now: float) -> str:
    measured = _measured(record, snapshot)
    since = record.first_failure_at
    began = f" since {clock(since, now)}" if since is not None else ""
    if measured is None or present(measured, now) is State.UNKNOWN:
        return f"{_plainly(record.measured)}{began}" if record.measured is not State.UNKNOWN else "nothing certain now"
    if record.kind is DiscrepancyKind.OVERSTATED:
        counts = f"{measured.failed} of {measured.total} requests failing in {duration(measured.window_s)}"
        return counts if measured.total else "no failures there lately"
    if measured.slow:
        return f"slow answers there{began}"
    if measured.state not in TROUBLE:
        return f"no failures at this moment{began.replace('since', 'after failures since')}"
    return f"{percent(measured.rate)} failures there{began}" if sure(measured) else f"failures there{began}"


def _plainly(state: State) -> str:
    return "no trouble there" if state is State.OPERATIONAL else f"a {WORDS[state]} there"


def _ended(record: Discrepancy, page: str, name: str, now: float) -> str:
    closed = record.closed_at if record.closed_at is not None else now
    if record.kind is DiscrepancyKind.UNREADABLE:
        return f"{page} is readable again after {duration(closed - record.since)}"
    if record.kind is DiscrepancyKind.OVERSTATED:
        return _overstated_ended(record, page, name, closed)
    if record.page_seen_at is not None and record.claimed in TROUBLE:
        posted = f" posted {clock(record.page_posted_at, now, seconds=True)}" if record.page_posted_at else ""
        agrees = "now agrees on" if record.kind is DiscrepancyKind.UNACKNOWLEDGED else "has moved on"
        return f"{page} {agrees} {name} ({WORDS[record.claimed]}{posted}): {_lags(record, closed)}"
    if record.claimed is State.MAINTENANCE:
        return f"{page} now announces maintenance of {name}, {_lags(record, closed)}"
    began = record.first_failure_at if record.first_failure_at is not None else record.since
    return f"{page} never acknowledged the trouble on {name}, which ended after {duration(closed - began)}"


def _overstated_ended(record: Discrepancy, page: str, name: str, closed: float) -> str:
    if record.claimed in TROUBLE:
        return f"we now see trouble on {name} too: {page} was ahead of us by {duration(closed - record.since)}"
    lingered = duration(closed - record.since)
    return f"{page} now agrees that {name} {_SAYS[record.claimed]}, {lingered} after our measurements did"


def _lags(record: Discrepancy, closed: float) -> str:
    """Both lags: after the first failure and after our alert, by our clock."""
    seen_at = record.page_seen_at if record.page_seen_at is not None else closed
    parts = []
    if record.first_failure_at is not None:
        parts.append(lag(seen_at, record.first_failure_at, "the first failure"))
    if record.alerted_at is not None:
        parts.append(lag(seen_at, record.alerted_at, "our alert"))
    return ", ".join(parts) or f"after {duration(closed - record.since)}"


def _lines(record: Discrepancy, voices: tuple[Voices, ...], snapshot: Snapshot, now: float) -> list[tuple[str, str]]:
    if record.closed_at is not None:
        ours = [("We see", seen(voices[0].measured, now))] if record.component and voices else []
        words = f"{quoted(record.claimed_words, 160)}" if record.claimed_words.strip() else ""
        return [*ours, ("They say", words), ("Usually", _usual(snapshot))]
    lines = what_we_see(voices, now, rated=True) if voices else []
    if record.kind is not DiscrepancyKind.UNREADABLE:
        posted = f" · posted {clock(record.page_posted_at, now)}" if record.page_posted_at is not None else ""
        lines.append(("They say", page_says(voices, now) + posted))
    if record.kind is DiscrepancyKind.OVERSTATED:
        lines.append(("Could be", "early news, an old entry left standing, or a region or model we do not probe"))
    elif record.kind is DiscrepancyKind.UNREADABLE:
        lines.append(("Means", "what the vendor says is unknown until then; our own measurements go on"))
    else:
        lines.append(("Usually", _usual(snapshot)))
    return lines


def _usual(snapshot: Snapshot) -> str:
    if snapshot.usual_lag_s is None:
        return ""
    median, p90 = snapshot.usual_lag_s
    return f"this vendor's page is {duration(median)} late (median), 9 times in 10 within {duration(p90)}"


def _footer(record: Discrepancy, snapshot: Snapshot, now: float) -> str:
    tied = f" · incident {clean(record.incident, 20)}" if record.incident else ""
    when = "" if record.closed_at is not None else f" · standing for {duration(now - record.since)}"
    as_of = clock(snapshot.at, now, seconds=True)
    return f"Discrepancy {clean(record.id, 20)}{tied}{when} · as of {as_of}"


def _measured(record: Discrepancy, snapshot: Snapshot) -> Measured | None:
    return next((v.measured for v in snapshot.voices if v.measured.component == record.component), None)


def _name(record: Discrepancy, snapshot: Snapshot) -> str:
    measured = _measured(record, snapshot)
    return called(measured) if measured else clean(record.component, 40) or "the service"
