"""The short notice that page and measurement differ, and how the discrepancy ended. Pure."""

from bot.core.messages.incident_card import HEADLINE, LINE
from bot.core.messages.sources import others_say, page_says, seen, what_we_see
from bot.core.model.card import Card, CardFacts, Colour
from bot.core.model.discrepancy import Discrepancy, DiscrepancyKind, Flavour
from bot.core.model.measurement import Measurement
from bot.core.model.severity import TROUBLE
from bot.core.model.snapshot import ComponentStatus, Snapshot
from bot.core.text.durations import clock, dated, duration, lag
from bot.core.text.numbers import percent
from bot.core.text.quoting import clean, cut, quoted
from bot.core.text.states import SCALES, WORDS
from bot.core.text.symptoms import called, present, sure
from probes.model import State

REASON = 80
"""Characters of a reason in the headline; a longer one, with its remedy at the end, has a line of its own."""


def card(record: Discrepancy, snapshot: Snapshot, now: float) -> Card:
    """The notice as it should read now."""
    voices = tuple(v for v in snapshot.voices if v.measured.component == record.component) or snapshot.voices
    return Card(
        subject=record.id,
        kind="discrepancy",
        tone=Colour.GREY if record.closed_at is not None else Colour.YELLOW,
        emoji=SCALES,
        headline=headline(record, snapshot, now),
        lines=tuple((label, cut(text, LINE)) for label, text in _lines(record, voices, snapshot, now) if text),
        footer=_footer(record, snapshot, now),
        links=(("status page", snapshot.page_url),) if snapshot.page_url else (),
        closed=record.closed_at is not None,
        times=dated(("Discrepancy since", record.since), ("Over", record.closed_at)),
        facts=CardFacts(record.service, (record.component,) if record.component else ()),
    )


def headline(record: Discrepancy, snapshot: Snapshot, now: float) -> str:
    """Who says what, and what we measure; alone it suffices."""
    page = f"{clean(snapshot.service_name, 40) or clean(record.service, 40)}'s status page"
    name = _name(record, snapshot)
    if record.closed_at is not None:
        text = ended(record, page, name, now)
    elif record.kind is DiscrepancyKind.UNREADABLE:
        reason = clean(record.claimed_words, REASON) or "no reason known"
        text = f"{page} cannot be read for {duration(now - record.since)}: {reason}"
    else:
        text = f"{page} says {name} {SAYS[record.claimed]}; we measure {_measure(record, snapshot, now)}"
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


def _lines(
    record: Discrepancy, voices: tuple[ComponentStatus, ...], snapshot: Snapshot, now: float
) -> list[tuple[str, str]]:
    if record.closed_at is not None:
        ours = [("We see", seen(voices[0].measured, now))] if record.component and voices else []
        words = f"{quoted(record.claimed_words, 160)}" if record.claimed_words.strip() else ""
        return [*ours, ("They say", words), ("Times", times(record, now)), ("Usually", _usual(record, snapshot, now))]
    lines = what_we_see(voices, now, rated=True) if voices else []
    if record.kind is not DiscrepancyKind.UNREADABLE:
        posted = f" · posted {clock(record.page_posted_at, now)}" if record.page_posted_at is not None else ""
        lines.append(("They say", page_says(voices, now) + posted))
    lines += [("Besides", _mentioned(record, now)), ("Others say", others_say(snapshot.others, now))]
    if record.flavour is Flavour.LINGERING:
        ended_at = f", which ended {clock(record.resolved_at, now)}" if record.resolved_at is not None else ""
        lines.append(("Looks like", f"an old entry left standing after the trouble we measured{ended_at}"))
    elif record.kind is DiscrepancyKind.OVERSTATED:
        lines.append(("Could be", "early news, or a region or model we do not probe"))
    elif record.kind is DiscrepancyKind.UNREADABLE:
        lines.append(("Reason", clean(record.claimed_words, 300) if len(record.claimed_words) > REASON else ""))
        lines.append(("Means", "what it says is unknown until then; our own measurements go on"))
    else:
        lines.append(("Usually", _usual(record, snapshot, now)))
    return lines


def _mentioned(record: Discrepancy, now: float) -> str:
    """The page's open incident that marks no component: a word, though no agreement."""
    said = record.mention
    if said is None:
        return ""
    when = clock(said.since if said.posted_at is None else said.posted_at, now)
    return f"the page has an incident since {when} that marks no component: {quoted(said.words, 120)}"


def _usual(record: Discrepancy, snapshot: Snapshot, now: float) -> str:
    if snapshot.usual_lag_s is None or record.kind is DiscrepancyKind.OVERSTATED:
        return ""
    median, p90 = snapshot.usual_lag_s
    waiting = record.closed_at is None and record.first_failure_at is not None
    so_far = f"{duration(now - record.first_failure_at)} so far; " if waiting and record.first_failure_at else ""
    return f"{so_far}this page is {duration(median)} late (median), 9 times in 10 within {duration(p90)}"


def _footer(record: Discrepancy, snapshot: Snapshot, now: float) -> str:
    tied = f" · incident {clean(record.incident, 20)}" if record.incident else ""
    when = "" if record.closed_at is not None else f" · standing for {duration(now - record.since)}"
    as_of = clock(snapshot.at, now, seconds=True)
    return f"Discrepancy {clean(record.id, 20)}{tied}{when} · as of {as_of}"


def _measured(record: Discrepancy, snapshot: Snapshot) -> Measurement | None:
    return next((v.measured for v in snapshot.voices if v.measured.component == record.component), None)


def _name(record: Discrepancy, snapshot: Snapshot) -> str:
    measured = _measured(record, snapshot)
    return called(measured) if measured else clean(record.component, 40) or "the service"


SAYS = {
    State.OPERATIONAL: "is operational",
    State.DEGRADED: "has degraded performance",
    State.PARTIAL: "has a partial outage",
    State.MAJOR: "has a major outage",
    State.MAINTENANCE: "is under maintenance",
    State.UNKNOWN: "is in a state it does not name",
}
"""What a page says of a component, after its name."""


def ended(record: Discrepancy, page: str, name: str, now: float) -> str:
    """The sentence of a closed record; `page` and `name` as people read them."""
    closed = record.closed_at if record.closed_at is not None else now
    match record.kind:
        case DiscrepancyKind.UNREADABLE:
            return f"{page} is readable again after {duration(closed - record.since)}"
        case DiscrepancyKind.OVERSTATED:
            return _overstated(record, page, name, closed)
    if record.page_seen_at is None or record.claimed not in TROUBLE:
        return _unmarked(record, page, name, closed, now)
    over = record.resolved_at is not None
    began = record.first_failure_at if record.first_failure_at is not None else record.since
    lasted = duration(closed - began)
    if record.kind is DiscrepancyKind.UNDERSTATED and over:
        return f"{page} said no more than {WORDS[record.claimed]} of {name} until the trouble ended after {lasted}"
    if record.outcome == "we now measure less":
        return f"{page} and we now agree on {name} ({WORDS[record.claimed]}): it became less, {lasted} after it began"
    posted = f" posted {clock(record.page_posted_at, now, seconds=True)}" if record.page_posted_at else ""
    return f"{page} now agrees on {name} ({WORDS[record.claimed]}{posted}): {_lags(record, closed)}"


def times(record: Discrepancy, now: float) -> str:
    """All times there are, by our clock unless they are the page's own words."""
    stamps = (
        ("first failure", record.first_failure_at),
        ("our alert", record.alerted_at),
        ("posted on the page", record.page_posted_at),
        ("first read by us", record.page_seen_at),
        ("our resolve", record.resolved_at),
        ("the page green again", record.page_resolved_at),
    )
    return " · ".join(f"{what} {clock(at, now, seconds=True)}" for what, at in stamps if at is not None)


def _unmarked(record: Discrepancy, page: str, name: str, closed: float, now: float) -> str:
    """The end of trouble that the page never marked."""
    if record.claimed is State.MAINTENANCE:
        return f"{page} now announces maintenance of {name}, {_lags(record, closed)}"
    lasted = duration(closed - (record.since if record.first_failure_at is None else record.first_failure_at))
    if record.mention is not None:
        said = clock(record.mention.since, now)
        return f"{page} never marked {name} in its incident of {said}; the trouble there ended after {lasted}"
    return f"{page} never admitted the trouble on {name}, which ended after {lasted}"


def _overstated(record: Discrepancy, page: str, name: str, closed: float) -> str:
    if record.flavour is Flavour.EARLY or record.claimed in TROUBLE:
        return f"we now see trouble on {name} too: {page} was ahead of us by {duration(closed - record.since)}"
    if record.flavour is Flavour.ELSEWHERE:
        fine = duration(closed - record.since)
        ours = (
            f"some of our requests failed, and no alert came of it in {fine}"
            if record.failed
            else (f"we measured no trouble there for all of {fine}")
        )
        return f"{page} now says {name} {SAYS[record.claimed]}; {ours}"
    seen = record.page_resolved_at if record.page_resolved_at is not None else closed
    over = record.resolved_at if record.resolved_at is not None else record.since
    return f"{page} now agrees that {name} {SAYS[record.claimed]}, {duration(seen - over)} after our measurements did"


def _lags(record: Discrepancy, closed: float) -> str:
    """Both lags: after the first failure and after our alert, by our clock."""
    seen_at = record.page_seen_at if record.page_seen_at is not None else closed
    parts = []
    if record.first_failure_at is not None:
        parts.append(lag(seen_at, record.first_failure_at, "the first failure"))
    if record.alerted_at is not None:
        parts.append(lag(seen_at, record.alerted_at, "our alert"))
    return ", ".join(parts) or f"after {duration(closed - record.since)}"
