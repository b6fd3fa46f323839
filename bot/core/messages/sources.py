"""The three voices in lines: our measurement, the status page, user reports; each with its age. Pure."""

from collections.abc import Sequence

from bot.core.model.incident import Incident
from bot.core.model.measurement import Measurement, OutlierCheck
from bot.core.model.severity import TROUBLE
from bot.core.model.snapshot import ComponentStatus
from bot.core.model.statuspage import PAGE_STALE_AFTER_S, PageMention, PageStatus
from bot.core.text.durations import duration, lag
from bot.core.text.inline import moment, relative
from bot.core.text.numbers import latency, percent, span
from bot.core.text.quoting import clean, counted, listed, quoted
from bot.core.text.reports import voices_of
from bot.core.text.states import WORDS
from bot.core.text.symptoms import called, is_down, job, quiet_for, quieted, stale, sure, symptom, until_quiet
from probes.model import Layer, State

SHOWN = 6


def seen(measured: Measurement, now: float) -> str:
    """One component's figures: how many of how many in which window, with what symptoms, agreed on by whom."""
    if measured.blind:
        last = f"last usable result {relative(measured.at)}" if measured.at is not None else "no usable result yet"
        return f"⚪ unknown: {clean(measured.blind, 200)}; {last}"
    if measured.at is None:
        return "⚪ unknown, no result yet"
    before = until_quiet(measured) if quieted(measured, now) else ""
    parts = [f"{quiet_for(measured, now)}; before that {before}" if before else _counts(measured)]
    if measured.slow and measured.slow_lately and measured.latency_ms is not None:
        usual = f", usually {latency(measured.usual_latency_ms)}" if measured.usual_latency_ms is not None else ""
        parts.insert(0, f"median latency {latency(measured.latency_ms)}{usual}")
    parts.append(agreement(measured))
    text = " · ".join(part for part in parts if part)
    if stale(measured, now):
        return f"⚪ unknown, last result {relative(measured.at)}; before that {text}"
    if measured.state is State.UNKNOWN:
        return f"⚪ unknown{f', {clean(measured.why, 120)}' if measured.why else ''}; {text}"
    return text


def what_we_see(voices: Sequence[ComponentStatus], now: float, *, rated: bool = False) -> list[tuple[str, str]]:
    """The lines "We measure"; several components each have their own, with name, rate and interval (one if `rated`)."""
    if len(voices) == 1:
        one = voices[0].measured
        return [("We measure", (_rated(one, now) if rated else "") + seen(one, now))]
    lines = [f"{called(v.measured)}: {_rated(v.measured, now)}{seen(v.measured, now)}" for v in voices[:SHOWN]]
    if len(voices) > SHOWN:
        lines.append(f"… ({len(voices) - SHOWN} more components)")
    return [
        ("We measure" if first else "", line) for first, line in zip([True] + [False] * len(lines), lines, strict=False)
    ]


def page_says(voices: Sequence[ComponentStatus], now: float) -> str:
    """The vendor's word on these components in its own words, with the age of the reading; stale is ⚪."""
    if not voices:
        return "⚪ not read yet"
    legible = [v for v in voices if not v.heard.unreadable]
    lost = [v for v in voices if v.heard.unreadable]
    said = [_read(legible, now)] if legible else []
    # What is wrong with one component's reading says nothing of the others'.
    for reason in dict.fromkeys(v.heard.unreadable for v in lost):
        about = [v for v in lost if v.heard.unreadable == reason]
        said.append(_unread(about, named=len(about) < len(voices)))
    return "; ".join(said)


def _read(voices: Sequence[ComponentStatus], now: float) -> str:
    read = [v.heard.read_at for v in voices if v.heard.read_at is not None]
    if not read:
        return "⚪ not read yet"
    said = f"{claimed(voices)} · read {relative(min(read))}"
    return f"⚪ stale: {said}" if now - min(read) > PAGE_STALE_AFTER_S else said


def _unread(voices: Sequence[ComponentStatus], *, named: bool) -> str:
    """Components of which the page cannot be read, or that it lists no longer, all for one reason."""
    first = voices[0].heard
    before = f"; last read {relative(first.read_at)}: {WORDS[first.state]}" if first.read_at is not None else ""
    who = f"{listed([called(v.measured) for v in voices])}: " if named else ""
    what = "" if first.gone else "page unreadable: "
    return f"⚪ {who}{what}{clean(first.unreadable, 120)}{before}"


def claimed(voices: Sequence[ComponentStatus]) -> str:
    """States by component as the page has them, then the words beside them, quoted."""
    names: dict[State, list[str]] = {}
    for voice in voices:
        names.setdefault(voice.heard.state, []).append(called(voice.measured))
    states = "; ".join(f"{listed(who)} {WORDS[state]}" for state, who in names.items())
    words = list(dict.fromkeys(v.heard.words for v in voices if v.heard.words.strip()))
    theirs = ", ".join(quoted(w, 120) for w in words[:2])
    return " · ".join(part for part in (states, theirs) if part)


def page_lag(
    incident: Incident, voices: Sequence[ComponentStatus], usual: tuple[float, float] | None, now: float
) -> str:
    """How late the page is: first admitted when, or not admitted for how long; beside what is usual."""
    median = f" (its median is {duration(usual[0])})" if usual else ""
    if incident.page_first_at is not None:
        heard = next((v.heard for v in voices if v.heard.posted_at is not None), PageStatus())
        posted = f", posted {moment(heard.posted_at)}" if heard.posted_at is not None else ""
        late = lag(incident.page_first_at, incident.opened_at, "our alert")
        return f"first admitted {moment(incident.page_first_at)}{posted}: {late}"
    if incident.page_red_since is not None:
        return f"red since {moment(incident.page_red_since)}, before our first failure"
    green = [v for v in voices if v.heard.state is State.OPERATIONAL and not v.heard.unreadable]
    read = min((v.heard.read_at for v in green if v.heard.read_at is not None), default=None)
    if read is None or now - read > PAGE_STALE_AFTER_S or any(v.heard.state in TROUBLE for v in voices):
        return ""
    said = next((v.heard.mention for v in green if v.heard.mention is not None), None)
    if said is not None:
        return f"an incident since {moment(said.posted_at or said.since)} marks none of it: {quoted(said.words, 80)}"
    return f"not admitted for {duration(now - incident.started_at)}{median}"


def page_word(incident: Incident) -> str:
    """Whether and when the page admitted an incident, in half a sentence: the one source of that in every text."""
    if incident.page_first_at is not None:
        return f"the page admitted it {lag(incident.page_first_at, incident.opened_at, 'our alert')}"
    if incident.page_red_since is not None:
        return f"the page was red before it began, since {moment(incident.page_red_since)}"
    return "the page never admitted it"


def people_say(voices: Sequence[ComponentStatus]) -> str:
    """Voices of people on these components together, and how many are usual."""
    return voices_of([v.reports for v in voices]) if voices else "no user reports"


def others_say(others: Sequence[PageMention]) -> str:
    """Other vendors' pages that name this one: evidence beside ours, never this vendor's own word."""
    times = [m.since if m.posted_at is None else m.posted_at for m in others]
    said = [
        f"{clean(m.who, 40)}'s page: {quoted(m.words, 100)}, {moment(at)}"
        for m, at in zip(others[:3], times, strict=False)
    ]
    return " · ".join(said) + (f" … ({len(others) - 3} more)" if len(others) > 3 else "")


def agreement(measured: Measurement) -> str:
    """Where it is seen: "3 of 3 locations", "2 of 3 locations (...)", "only from eu-west", "1 location"."""
    agree, every = len(measured.vantages), len(measured.all_vantages)
    if measured.layer == Layer.JOB:
        return ""
    if every == 1:
        return "1 location"
    if not every or not agree or measured.state not in TROUBLE:
        return ""
    if agree == every:
        return f"{every} of {every} locations"
    names = listed([clean(v, 40) for v in measured.vantages], 3)
    if agree == 1:
        return f"only from {names} (1 of {every} locations)"
    return f"{agree} of {every} locations ({names})"


def _counts(measured: Measurement) -> str:
    if said := job(measured):
        since = f", since {moment(measured.since)}" if measured.since is not None else ""
        return f"{clean(measured.said, 200) or said}{since}"
    if not measured.total:
        return "no failures lately" if measured.state is State.OPERATIONAL else "nothing counted yet"
    if measured.slow:
        return f"{measured.failed} of {measured.total} answers slow in {duration(measured.window_s)}"
    kinds = [(symptom(word), n) for word, n in measured.symptoms]
    what = f": {counted(kinds)}" if kinds and measured.failed else ""
    pool = f"{measured.failed} of {measured.total} requests failed in {duration(measured.window_s)}{what}"
    return f"{pool} · {told_apart(measured.apart)}" if measured.apart else pool


def told_apart(one: OutlierCheck) -> str:
    """The check that fails beside those that do not: "messages: 3 of 3 failed, other checks: 0 of 40"."""
    name = clean(one.check.rpartition("/")[2], 40) or "some checks"
    theirs = f"other checks: {one.others_failed} of {one.others_total}"
    return f"{name}: {one.failed} of {one.total} failed, {theirs}"


def _rated(measured: Measurement, now: float) -> str:
    if quieted(measured, now) or stale(measured, now) or measured.state not in TROUBLE:
        return ""
    if measured.slow or is_down(measured) or not sure(measured):
        return ""
    return f"{percent(measured.rate)} ({span(measured.low, measured.high)}): "
