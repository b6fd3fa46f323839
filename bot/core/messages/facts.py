"""The facts of an open incident in a line or two: what was counted, where, how many people, what the status page says.

Pure. Everything more is behind Why?.
"""

from collections.abc import Sequence

from bot.core.messages.sources import told_apart
from bot.core.model.incident import Incident
from bot.core.model.measurement import Measurement
from bot.core.model.severity import TROUBLE
from bot.core.model.snapshot import ComponentStatus
from bot.core.model.statuspage import PAGE_STALE_AFTER_S, PageMention
from bot.core.text.durations import duration, lag
from bot.core.text.inline import moment
from bot.core.text.numbers import latency, number, percent
from bot.core.text.quoting import clean, listed, quoted
from bot.core.text.states import WORDS, emoji
from bot.core.text.symptoms import (
    brief,
    called,
    job,
    lately,
    quiet_for,
    quieted,
    stale,
    sure,
    symptom,
    until_quiet,
)
from probes.model import State

SHOWN = 6
"""Components with a line of their own."""
NAMED = 3
"""Kinds of failures named."""
EARLY_S = 60.0
"""A page is not late within this, however fast it usually is."""


def measured_facts(incident: Incident, voices: Sequence[ComponentStatus], whose: str, now: float) -> list[str]:
    """One line; of several components one line each and what holds for all of them below."""
    if not voices:
        return [clean(incident.why, 300)]
    affected = people(max(incident.reports, sum(v.reports.affected for v in voices)))
    if len(voices) == 1:
        one = voices[0].measured
        return [_joined(_counted(one, now, alone=True), _where(one), affected)]
    places = dict.fromkeys(_where(v.measured) for v in voices)
    place = next(iter(places)) if len(places) == 1 else ""
    window = _window(voices, now)
    told = [_share(v.measured) if window else _counted(v.measured, now) for v in voices[:SHOWN]]
    lines = [f"{brief(called(v.measured), whose)}: {said}" for v, said in zip(voices, told, strict=False)]
    if len(voices) > SHOWN:
        lines.append(f"… ({len(voices) - SHOWN} more components)")
    if window:
        return [_joined(f"Requests failed in {window}", place, affected), *lines]
    return [*lines, *filter(None, [_joined(place, affected)])]


def _window(voices: Sequence[ComponentStatus], now: float) -> str:
    """How long was counted, where that is the same for all and nothing else is to be said: then it stands once."""
    every = [v.measured for v in voices]
    plainly = all(
        0 < m.failed <= m.total
        and not (job(m) or m.slow or m.blind or m.apart or stale(m, now) or quieted(m, now) or lately(m))
        for m in every
    )
    windows = {duration(m.window_s) for m in every}
    return windows.pop() if plainly and len(windows) == 1 else ""


def _share(measured: Measurement) -> str:
    """`29 of 160 (HTTP 500, 529)`, below a line that says what is counted and for how long."""
    why = kinds(measured)
    return f"{measured.failed} of {measured.total}{f' ({why})' if why else ''}"


def people(count: int) -> str:
    """`7 people affected`, "" for nobody."""
    return f"{number(count, 'person', 'people')} affected" if count > 0 else ""


def kinds(measured: Measurement) -> str:
    """What failures were, each once, the most frequent first: "HTTP 500, 529, timeout"."""
    words = list(dict.fromkeys(symptom(word) for word, n in measured.symptoms if n > 0 and word != "failed"))
    first = [w for w in words if w.startswith("HTTP ")][:1]
    shown = [w.removeprefix("HTTP ") if w.startswith("HTTP ") and w not in first else w for w in words]
    shown.sort(key=lambda w: not (w in first or w.isdigit()))
    more = f", {len(shown) - NAMED} more" if len(shown) > NAMED else ""
    return f"{', '.join(shown[:NAMED])}{more}"


def status_page(
    incident: Incident, voices: Sequence[ComponentStatus], usual: tuple[float, float] | None, now: float
) -> str:
    """What the page says of these components, and whether it has admitted it; "" where nothing was ever read."""
    read = [v for v in voices if v.heard.read_at is not None and not v.heard.unreadable]
    fresh = bool(read) and now - _oldest(read) <= PAGE_STALE_AFTER_S
    return status_page_words(voices, now, _admitted(incident, read, usual, now) if fresh else "")


def status_page_words(voices: Sequence[ComponentStatus], now: float, further: str = "") -> str:
    """What the page says of these components at present, and `further`; "" where nothing was ever read."""
    lost = [v for v in voices if v.heard.unreadable]
    read = [v for v in voices if v.heard.read_at is not None and not v.heard.unreadable]
    if not read:
        return _lost(lost) if lost else ""
    if now - _oldest(read) > PAGE_STALE_AFTER_S:
        return f"{emoji(State.UNKNOWN)} not read since {moment(_oldest(read))}; it said {_states(read)}"
    parts = [_states(read), further, _lost(lost) if lost else ""]
    return ", ".join(part for part in parts if part)


def _oldest(read: Sequence[ComponentStatus]) -> float:
    return min(v.heard.read_at for v in read if v.heard.read_at is not None)


def other_pages(others: Sequence[PageMention]) -> str:
    """Other vendors' pages that name this one: evidence beside ours, never this vendor's own word."""
    said = [
        f"{clean(m.who, 40)}'s: {quoted(m.words, 80)}, {moment(m.since if m.posted_at is None else m.posted_at)}"
        for m in others[:2]
    ]
    return " · ".join(said) + (f" … ({len(others) - 2} more)" if len(others) > 2 else "")


def _lost(lost: Sequence[ComponentStatus]) -> str:
    first = lost[0].heard
    what = "" if first.gone else "can't be read: "
    return f"{emoji(State.UNKNOWN)} {what}{clean(first.unreadable, 120)}"


def _states(voices: Sequence[ComponentStatus]) -> str:
    """The page's states in its own words; by component where they differ."""
    found: dict[State, list[ComponentStatus]] = {}
    for voice in voices:
        found.setdefault(voice.heard.state, []).append(voice)
    return " · ".join(_state(state, those, named=len(found) > 1) for state, those in found.items())


def _state(state: State, those: Sequence[ComponentStatus], *, named: bool) -> str:
    """One state, and the vendor's words for one of these components."""
    words = next((v.heard.words for v in those if v.heard.words.strip()), "")
    said = f" {quoted(words, 90)}" if words else ""
    if not named:
        return f"{emoji(state)}{said or f' {WORDS[state]}'}"
    return f"{emoji(state)} {listed([called(v.measured) for v in those])} {WORDS[state]}{said}"


def _admitted(
    incident: Incident, voices: Sequence[ComponentStatus], usual: tuple[float, float] | None, now: float
) -> str:
    if incident.scope == "vantage":
        return ""
    red = any(v.heard.state in TROUBLE for v in voices)
    green = all(v.heard.state is State.OPERATIONAL for v in voices)
    if incident.page_first_at is not None:
        late = lag(incident.page_first_at, incident.opened_at, "our alert")
        return _still(voices) if green else f"admitted {moment(incident.page_first_at)}, {late}"
    if incident.page_red_since is not None:
        return f"red since {moment(incident.page_red_since)}, before our first failure"
    mention = next((v.heard.mention for v in voices if v.heard.mention is not None), None)
    if mention is not None and not red:
        since = moment(mention.since if mention.posted_at is None else mention.posted_at)
        return f"with an incident since {since} that marks none of it: {quoted(mention.words, 80)}"
    if red or not green:
        return ""
    waited = now - incident.started_at
    late = f" (usually {duration(usual[0])} late)" if usual and usual[0] >= 1 else ""
    early = usual is None or waited < max(usual[0], EARLY_S)
    return f"not admitted {'yet' if early else f'after {duration(waited)}'}{late}"


def _still(voices: Sequence[ComponentStatus]) -> str:
    """The page is green again and we are not."""
    failing = [v.measured.rate for v in voices if v.measured.state in TROUBLE and sure(v.measured)]
    return f"says resolved; we still measure {percent(max(failing))}" if failing else "says resolved"


def _counted(measured: Measurement, now: float, *, alone: bool = False) -> str:
    if measured.blind:
        since = f"; last usable result {moment(measured.at)}" if measured.at is not None else ""
        return f"unknown: {clean(measured.blind, 200)}{since}"
    if measured.at is None:
        return "no result yet"
    if stale(measured, now):
        return f"no result since {moment(measured.at)}; before that {_pool(measured, alone=alone)}"
    if quieted(measured, now) and (before := until_quiet(measured)):
        why = kinds(measured)
        return f"{quiet_for(measured, now)}; before that {before}{f' ({why})' if why else ''}"
    return f"{_pool(measured, alone=alone)}{lately(measured)}"


def _pool(measured: Measurement, *, alone: bool) -> str:
    """What was counted; the latency of a component that is `alone` stands in the headline."""
    if said := job(measured):
        since = f", since {moment(measured.since)}" if measured.since is not None else ""
        return f"{clean(measured.said, 200) or said}{since}"
    if not measured.total:
        return "no failures lately" if measured.state is State.OPERATIONAL else "nothing counted yet"
    window = duration(measured.window_s)
    if measured.slow:
        slow = f"{measured.failed} of {measured.total} answers slow in {window}"
        if alone or measured.latency_ms is None or not measured.slow_lately:
            return slow
        usual = f", usually {latency(measured.usual_latency_ms)}" if measured.usual_latency_ms is not None else ""
        return f"median {latency(measured.latency_ms)}{usual} · {slow}"
    why = kinds(measured) if measured.failed else ""
    requests = " requests" if alone else ""
    pool = f"{measured.failed} of {measured.total}{requests} failed in {window}{f' ({why})' if why else ''}"
    return f"{pool} · {told_apart(measured.apart)}" if measured.apart else pool


def _where(measured: Measurement) -> str:
    """`3 of 3 locations`, where there are several."""
    agree, every = len(measured.vantages), len(measured.all_vantages)
    if every < 2 or not agree or measured.state not in TROUBLE:
        return ""
    return f"{agree} of {every} locations"


def _joined(*said: str) -> str:
    return " · ".join(part for part in said if part)
