"""The short notice that page and measurement disagree, and how the disagreement ended. Pure."""

from bot.core.model.card import Card, CardFacts, Colour
from bot.core.model.discrepancy import Discrepancy, DiscrepancyKind, Flavour
from bot.core.model.measurement import Measurement
from bot.core.model.severity import TROUBLE
from bot.core.model.snapshot import ComponentStatus, Snapshot
from bot.core.text.durations import clock, dated, duration
from bot.core.text.numbers import percent
from bot.core.text.quoting import clean, cut, quoted
from bot.core.text.states import SCALES, WORDS
from bot.core.text.symptoms import called, present, sure
from bot.core.words.discrepancy_end import SAYS, ended, times
from bot.core.words.incident_card import HEADLINE, LINE
from bot.core.words.voicing import others_say, page_says, seen, what_we_see
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
        links=(("vendor page", snapshot.page_url),) if snapshot.page_url else (),
        closed=record.closed_at is not None,
        times=dated(("Apart since", record.since), ("Over", record.closed_at)),
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
        lines.append(("Means", "what the vendor says is unknown until then; our own measurements go on"))
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
    return f"{so_far}this vendor's page is {duration(median)} late (median), 9 times in 10 within {duration(p90)}"


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
