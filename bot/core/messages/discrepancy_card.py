"""The notice that status page and measurement differ, edited in place: who says what, since when, how it ended. Pure.

One notice tells of all components of an incident; the three times of each (claimed, first seen, posted) are in the
ledger, and here where the notice is over.
"""

from collections.abc import Iterator, Sequence

from bot.core.messages.facts import other_pages, status_page_words
from bot.core.messages.headline import fitting, service
from bot.core.model.card import Card, CardFacts, Colour
from bot.core.model.discrepancy import Discrepancy, DiscrepancyKind, Flavour
from bot.core.model.measurement import Measurement
from bot.core.model.severity import TROUBLE
from bot.core.model.snapshot import Snapshot
from bot.core.text.durations import dated, duration
from bot.core.text.inline import Style, moment
from bot.core.text.numbers import span
from bot.core.text.quoting import clean, cut, listed, owned, quoted
from bot.core.text.states import SCALES, WORDS
from bot.core.text.symptoms import brief, called, present, quiet_for, quieted, sure
from probes.model import State

LINE = 700
LONGEST = 60
MINUTE = 60.0  # below it a length says nothing yet
PAGE_LABEL = "Status page"
ADMITTED = "page now agrees"


def card(record: Discrepancy, snapshot: Snapshot, now: float) -> Card:
    """The notice as it should read now."""
    over = record.closed_at is not None if not snapshot.discrepancies else snapshot.agreed
    subject, record = record.id, next((r for r in snapshot.discrepancies if r.closed_at is None), record)
    return Card(
        subject=subject,
        kind="discrepancy",
        tone=Colour.GREY if over else Colour.YELLOW,
        emoji=SCALES,
        headline=headline(record, snapshot, now),
        lines=tuple((label, cut(text, LINE)) for label, text in _lines(record, snapshot, now) if text),
        footer=_footer(record, snapshot),
        links=((PAGE_LABEL, snapshot.page_url),) if snapshot.page_url else (),
        closed=over,
        times=dated(("Discrepancy since", record.since), ("Over", record.closed_at)),
        facts=CardFacts(record.service, tuple(r.component for r in _all(record, snapshot) if r.component)),
        at=now,
    )


def headline(record: Discrepancy, snapshot: Snapshot, now: float) -> str:
    """What differs, in at most 60 characters; alone it suffices."""
    room = LONGEST - len(SCALES) - 1
    return f"{SCALES} {fitting(_wordings(record, snapshot, now), room)}"


def _wordings(record: Discrepancy, snapshot: Snapshot, now: float) -> Iterator[str]:
    whose = owned(service(snapshot) or clean(record.service, 40))
    names = _names(_all(record, snapshot), snapshot)
    if record.closed_at is not None:
        yield from _ended(record, snapshot, whose)
        return
    elapsed = now - (record.since if record.first_failure_at is None else record.first_failure_at)
    lasting, after = (f" {word} {duration(elapsed)}" if elapsed >= 1 else "" for word in ("for", "after"))
    match record.kind:
        case DiscrepancyKind.UNREADABLE:
            if (since := now - record.since) >= MINUTE:
                yield f"{whose} status page has been unreadable for {duration(since)}"
                yield f"{cut(whose, 20)} status page has been unreadable for {duration(since)}"
            yield f"{whose} status page can't be read"
            yield f"{cut(whose, 20)} status page can't be read"
        case DiscrepancyKind.OVERSTATED:
            says = f"says {names}: {WORDS[record.claimed]}"
            yield f"{whose} status page {says}, we measure none"
            yield f"{whose} page {says}, we measure none"
            yield f"{whose} status page is red, we measure no trouble"
            yield "Status page is red, we measure no trouble"
        case DiscrepancyKind.UNDERSTATED:
            yield f"{whose} status page has understated {names}{lasting}"
            yield f"{whose} status page has understated it{lasting}"
            yield f"Status page has understated it{lasting}"
        case _:
            yield from _unadmitted(record, snapshot, now, after)


def _unadmitted(record: Discrepancy, snapshot: Snapshot, now: float, after: str) -> Iterator[str]:
    """What the page does not admit; that something still fails is said only where it does."""
    whose = owned(service(snapshot) or clean(record.service, 40))
    going = [r for r in _all(record, snapshot) if r.closed_at is None]
    names, again = _names(going, snapshot), "green again" if record.page_resolved_at is not None else "still green"
    if _quiet(going, snapshot, now):
        if record.page_resolved_at is not None:
            yield f"{whose} status page is green again, no failures now"
            yield "Status page is green again, no failures now"
            return
        yield f"{whose} status page hasn't admitted the {names} outage yet"
        yield f"{whose} status page hasn't admitted it yet"
        yield "Status page hasn't admitted it yet"
    elif _partly(record, snapshot):
        yield f"{whose} status page is {again} for {names}{after}"
        yield f"Status page is {again} for {names}{after}"
        yield f"Page is {again} for {names}{after}"
        yield f"Status page is {again} for part of it{after}"
    else:
        yield f"{whose} status page is {again}{after}"
        yield f"Status page is {again}{after}"


def _quiet(going: Sequence[Discrepancy], snapshot: Snapshot, now: float) -> bool:
    """Whether none of these components fails at this moment; unknown is not quiet."""
    known = [m for r in going if (m := _measured(r, snapshot)) is not None]
    fine = (State.OPERATIONAL, State.MAINTENANCE)
    return bool(known) and all(quieted(m, now) or present(m, now) in fine for m in known)


def _partly(record: Discrepancy, snapshot: Snapshot) -> bool:
    """Whether the page has admitted the trouble of another component of the same incident."""
    incident, going = snapshot.incident, {r.component for r in _all(record, snapshot) if r.closed_at is None}
    return incident is not None and incident.page_first_at is not None and bool(set(incident.components) - going)


def _ended(record: Discrepancy, snapshot: Snapshot, whose: str) -> Iterator[str]:
    """How it turned out, for all its components together."""
    every = _all(record, snapshot)
    names = _names(every, snapshot)
    closed = max(r.closed_at or r.since for r in every)
    began = min(r.since if r.first_failure_at is None else r.first_failure_at for r in every)
    lasted, apart = duration(closed - began), duration(closed - record.since)
    if record.kind is DiscrepancyKind.UNREADABLE:
        yield f"{whose} status page is readable again after {apart}"
        yield "Status page is readable again"
        return
    if record.kind is DiscrepancyKind.OVERSTATED:
        if record.flavour is Flavour.EARLY:
            yield f"{whose} status page was {apart} ahead of us on {names}"
            yield f"Status page was {apart} ahead of us"
        else:
            yield f"{whose} status page is green again after {apart}"
            yield f"Status page is green again after {apart}"
        return
    admitted = [r for r in every if r.page_seen_at is not None and r.claimed in TROUBLE]
    if admitted:
        late = duration(max(r.page_seen_at or closed for r in admitted) - began)
        if never := [r for r in every if r not in admitted]:
            shown = _names(admitted, snapshot)
            yield f"{whose} status page admitted {shown} after {late}, never {_names(never, snapshot)}"
            yield f"Status page admitted {shown} after {late}, never {_names(never, snapshot)}"
            yield f"{whose} status page admitted only {shown}, after {late}"
            yield f"Status page admitted only part of it, after {late}"
            return
        yield f"{whose} status page admitted {names} after {late}"
        yield f"{whose} status page admitted it after {late}"
        yield f"Status page admitted it after {late}"
        return
    yield f"{whose} status page never admitted the {names} outage ({lasted})"
    yield f"{whose} status page never admitted it ({lasted})"
    yield f"Status page never admitted it ({lasted})"


def _lines(record: Discrepancy, snapshot: Snapshot, now: float) -> list[tuple[str, str]]:
    every = _all(record, snapshot)
    if record.closed_at is not None:
        several = len(every) > 1
        said = [(f"{_name(r, snapshot)}: " if several else "") + times(r) for r in every]
        return [*(("", line) for line in said), ("", _usually(record, snapshot)), ("", _words(record))]
    lines = [("", _measured_words(record, every, snapshot, now))]
    if record.kind is DiscrepancyKind.UNREADABLE:
        lines = [("", clean(record.claimed_words, 300)), ("", "Our own measurements go on")]
    lines.append((PAGE_LABEL, _page(record, snapshot, now)))
    if record.flavour is Flavour.LINGERING:
        ended = f", which ended {moment(record.ended_at)}" if record.ended_at is not None else ""
        lines.append(("", f"Probably an entry left open after the trouble we measured{ended}"))
    elif record.kind is DiscrepancyKind.OVERSTATED:
        lines.append(("", "Could be early news, or a region or model we don't check"))
    lines.append(("", " · ".join(part for part in (_usually(record, snapshot), _others(every, snapshot)) if part)))
    return [*lines, ("", _mentioned(record)), ("Other pages", other_pages(snapshot.others))]


def _measured_words(record: Discrepancy, every: Sequence[Discrepancy], snapshot: Snapshot, now: float) -> str:
    """`API, Claude Code: ~25% failing since 15:31`."""
    going = [r for r in every if r.closed_at is None]
    known = [m for r in going if (m := _measured(r, snapshot)) is not None]
    names = _names(going, snapshot)
    if not known or all(present(m, now) is State.UNKNOWN for m in known):
        return f"{names}: nothing measured at present"
    if record.kind is DiscrepancyKind.OVERSTATED:
        if all(quieted(m, now) for m in known):
            failed_last = max(known, key=lambda m: m.failed_at or 0.0)
            return f"{names}: {quiet_for(failed_last, now)}"
        failed, total = sum(m.failed for m in known), sum(m.total for m in known)
        window = duration(max(m.window_s for m in known))
        return f"{names}: {failed} of {total} requests failed in {window}" if total else f"{names}: no failures lately"
    sick = [m for m in known if m.state in TROUBLE and not quieted(m, now)]
    began = min((r.first_failure_at for r in going if r.first_failure_at is not None), default=None)
    since = f" since {moment(began)}" if began is not None else ""
    if not sick:
        return f"{names}: no failures at this moment, some{since}"
    rates = [m.rate for m in sick if sure(m) and not m.slow]
    what = f"~{span(min(rates), max(rates))} failing" if rates else "slow" if all(m.slow for m in sick) else "failing"
    return f"{names}: {what}{since}"


def _page(record: Discrepancy, snapshot: Snapshot, now: float) -> str:
    wanted = {r.component for r in _all(record, snapshot) if r.closed_at is None}
    voices = [v for v in snapshot.voices if v.measured.component in wanted] or list(snapshot.voices)
    if record.kind is DiscrepancyKind.UNREADABLE:
        return ""
    posted = f", posted {moment(record.page_posted_at)}" if record.page_posted_at is not None else ""
    said = status_page_words(voices, now)
    return f"{said}{posted}" if said else ""


def _usually(record: Discrepancy, snapshot: Snapshot) -> str:
    if snapshot.usual_lag_s is None or record.kind in {DiscrepancyKind.OVERSTATED, DiscrepancyKind.UNREADABLE}:
        return ""
    median, p90 = snapshot.usual_lag_s
    return f"It usually admits trouble after {duration(median)} (90% within {duration(p90)})"


def _others(every: Sequence[Discrepancy], snapshot: Snapshot) -> str:
    """What the page has admitted meanwhile, of an incident's other components."""
    said = [
        f"{_name(r, snapshot)} was admitted {moment(r.page_seen_at)}"
        for r in every
        if r.closed_at is not None and r.page_seen_at is not None and r.claimed in TROUBLE
    ]
    return " · ".join(said[:3])


def _mentioned(record: Discrepancy) -> str:
    """The page's open incident that marks no component: a word, though no agreement."""
    said = record.mention
    if said is None:
        return ""
    when = moment(said.since if said.posted_at is None else said.posted_at)
    return f"The page has an incident since {when} that marks no component: {quoted(said.words, 120)}"


def _words(record: Discrepancy) -> str:
    return f"The page says {quoted(record.claimed_words, 120)}" if record.claimed_words.strip() else ""


def _footer(record: Discrepancy, snapshot: Snapshot) -> str:
    tied = f"incident #{clean(record.incident, 20)}" if record.incident else ""
    own = snapshot.discrepancy.id if snapshot.discrepancy is not None else record.id
    parts = (tied, f"updated {moment(snapshot.at)}", f"#{clean(own, 20)}")
    return " · ".join(part for part in parts if part)


def _all(record: Discrepancy, snapshot: Snapshot) -> tuple[Discrepancy, ...]:
    """Every component's record that this notice tells of."""
    return snapshot.discrepancies or (record,)


def _names(records: Sequence[Discrepancy], snapshot: Snapshot) -> str:
    whose = service(snapshot)
    return listed([brief(_name(r, snapshot), whose) for r in records], 3)


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


def times(record: Discrepancy) -> str:
    """All times there are, by our clock unless they are the page's own words."""
    stamps = (
        ("first failure", record.first_failure_at),
        ("our alert", record.alerted_at),
        ("posted on the page", record.page_posted_at),
        ("first read by us", record.page_seen_at),
        ("our resolve", record.resolved_at),
        ("page green again", record.page_resolved_at),
    )
    return " · ".join(f"{what} {moment(at, Style.SECONDS)}" for what, at in stamps if at is not None)
