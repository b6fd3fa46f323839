"""How everything stands: one row a component with the three voices and the age of each reading. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from bot.core.answers.answer import Answer
from bot.core.answers.silences import announced, coming
from bot.core.messages.correlation_card import together
from bot.core.messages.incident_card import headline
from bot.core.messages.sources import agreement, others_say, people_say, told_apart
from bot.core.model.card import Action, Colour
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.measurement import Measurement
from bot.core.model.severity import TROUBLE
from bot.core.model.snapshot import ComponentStatus, Snapshot
from bot.core.model.status import ServiceStatus
from bot.core.model.statuspage import PAGE_STALE_AFTER_S
from bot.core.text.durations import duration
from bot.core.text.inline import mention, relative
from bot.core.text.jsonable import plain
from bot.core.text.numbers import number, percent, span
from bot.core.text.quoting import clean, listed
from bot.core.text.reports import SURGE, apps_say
from bot.core.text.silences import hushed
from bot.core.text.states import ATTENTION, EMOJI, SILENCED, TONE, WORDS, emoji
from bot.core.text.symptoms import (
    Ailment,
    called,
    how_much,
    is_down,
    lately,
    named,
    present,
    quiet_for,
    quiet_words,
    quieted,
    stale,
    sure,
    suspected,
    tone,
    until_quiet,
    words,
)
from probes.model import State

ROWS, INCIDENTS, ASIDES, BUTTONS = 20, 8, 3, 5
"""Most of each in one answer."""
FEW = 6
"""So many components have a line each, whatever their state; of more, those that are fine are counted."""


def overview(standings: Sequence[ServiceStatus], now: float) -> Answer:
    """All of these services, one line a component: trouble first, the rest counted; stale readings are unknown.

    However much there is, no more is shown than a person reads: the rest is counted by state, and brief in `data`.
    """
    voices = [(s, v) for s in standings for v in s.voices]
    worst = sorted(voices, key=lambda pair: badness(pair[1], now))
    told = worst if len(worst) <= FEW else [(s, v) for s, v in worst if _going(s, v) or not _fine(v, now)]
    lines = [line(s, v, now, several=len(standings) > 1) for s, v in told[:ROWS]]
    left = [v for _, v in worst if id(v) not in {id(shown) for _, shown in told[:ROWS]}]
    lines += [("", _rest(left, now, others=bool(lines)))] if left else []
    if len(voices) == 1:
        lines = list(_voices(*voices[0], now))
    return Answer(
        title=title_of([v for _, v in worst], now),
        at=now,
        lines=(
            *lines,
            *_open(standings, {v.measured.component for _, v in told[:ROWS]} if len(voices) > 1 else set(), now),
            *_at_once(standings),
            *_coming(standings, now),
            *_asides(standings),
        ),
        footer="Groundtruth's own measurements · ⚪ unknown: no fresh result",
        data={"at": now, "services": _data(standings, {id(v) for _, v in worst[:ROWS]}, now)},
        actions=tuple(Action("why", f"Why {i.id}?", i.id) for s in standings for i in s.incidents)[:BUTTONS],
    )


def _fine(voices: ComponentStatus, now: float) -> bool:
    """Whether there is nothing to say of it: well by our measurement, by its page and by people."""
    measured, heard = voices.measured, voices.heard
    quiet = voices.silence is not None and voices.silence.until > now
    well = present(measured, now) is State.OPERATIONAL and not suspected(measured) and not quiet
    stale_page = heard.read_at is not None and now - heard.read_at > PAGE_STALE_AFTER_S
    return well and (stale_page or heard.state not in TROUBLE) and voices.reports.since is None


def line(standing: ServiceStatus, voices: ComponentStatus, now: float, *, several: bool) -> tuple[str, str]:
    """One component in one line: its colour and name; what we see, the page where it has one, people, the age."""
    measured = voices.measured
    name = named(standing.name, called(measured)) if several else called(measured)
    known = measured.at is not None and not measured.blind and present(measured, now) is not State.UNKNOWN
    parts = [_brief(measured, now), _page(standing, voices, now), _people(voices)]
    if voices.silence is not None and voices.silence.until > now:
        sign = EMOJI[Colour.BLUE] if voices.silence.work else SILENCED
        parts.append(f"{sign} {hushed(voices.silence, reason=False)}")
    parts += [_incident(i) for i in _going(standing, voices)]
    parts.append(relative(measured.at) if known and measured.at is not None else "")
    sign = EMOJI[tone(measured, now)] if known else emoji(State.UNKNOWN)
    return f"{sign} {name}", " · ".join(part for part in parts if part)


def _going(standing: ServiceStatus, voices: ComponentStatus) -> list[Incident]:
    """The open incidents on a component."""
    return [i for i in standing.incidents if voices.measured.component in i.active]


def _incident(one: Incident) -> str:
    """An open incident by its id, where alone it is measured, who is on it, and whether it is about to end."""
    where = f" only from {clean(one.vantage, 40)}" if one.scope == "vantage" else ""
    taker = f" (👀 {mention(one.acknowledged_by)})" if one.acknowledged_at is not None else ""
    quiet = f": {quiet_words(one.kind)}, not yet over" if one.status is IncidentStatus.MONITORING else ""
    return f"incident {clean(one.id, 20)}{where}{taker}{quiet}"


def _brief(measured: Measurement, now: float) -> str:
    """Our own voice in a few words."""
    state = present(measured, now)
    if measured.blind or measured.at is None or state is State.UNKNOWN:
        return f"unknown{_unknown(measured)}"
    if quieted(measured, now):
        return _quiet(measured, now)
    if state in TROUBLE:
        sick = Ailment(words(measured), ATTENTION[state], (measured,))
        return f"{sick.words}, {how_much(sick, interval=False)}{lately(measured)}"
    if suspected(measured):
        return f"{measured.failed} of {measured.total} failed, no alert yet"
    if state is not State.OPERATIONAL:
        return WORDS[state]
    return f"{measured.failed} of {measured.total} failed" if measured.total else "no failures lately"


def _page(standing: ServiceStatus, voices: ComponentStatus, now: float) -> str:
    """The page's word, where it has one and either of us speaks of trouble."""
    heard = voices.heard
    if not standing.page_url or (_fine(voices, now) and not heard.unreadable and heard.read_at is not None):
        return ""
    return f"page: {they_say(voices, now).partition(';')[0]}"


def _people(voices: ComponentStatus) -> str:
    affected = voices.reports.affected
    apps = voices.reports.apps
    said = [number(affected, "report", "reports")] if affected else []
    said += [apps_say([apps])] if apps is not None and apps.trouble else []
    return ", ".join(said)


def _voices(standing: ServiceStatus, voices: ComponentStatus, now: float) -> Iterator[tuple[str, str]]:
    """One component with a line for each voice."""
    yield "We measure", we_see(voices.measured, now)
    if standing.page_url:
        yield "Status page", they_say(voices, now)
    if said := people_say([voices]):
        yield "User reports", said
    if voices.silence is not None and voices.silence.until > now:
        sign = EMOJI[Colour.BLUE] if voices.silence.work else SILENCED
        yield "Quiet", f"{sign} {hushed(voices.silence)}"


def badness(voices: ComponentStatus, now: float) -> tuple[int, bool, float]:
    """What to sort components by: the worst first; those that are alike keep their order."""
    measured = voices.measured
    state = present(measured, now)
    quiet, shaky = quieted(measured, now), suspected(measured)
    return -ATTENTION[state], quiet or not (shaky or state in TROUBLE), -measured.rate if state in TROUBLE else 0.0


def _rest(voices: Sequence[ComponentStatus], now: float, *, others: bool) -> str:
    """What has no line of its own, counted: "27 others are fine"."""
    fine = sum(_fine(v, now) for v in voices)
    counts = Counter(present(v.measured, now) for v in voices if not _fine(v, now))
    said = [f"{n} more {WORDS[state]}" for state, n in counts.most_common()]
    if fine:
        who = number(fine, "other is", "others are") if others else number(fine, "component is", "components are")
        said.append(f"{EMOJI[Colour.GREEN]} {who} fine")
    return ", ".join(said)


def _open(standings: Sequence[ServiceStatus], told: AbstractSet[str], now: float) -> list[tuple[str, str]]:
    """Open incidents on components of which no line has `told`."""
    every = [(i, s) for s in standings for i in s.incidents if not told & set(i.active)]
    every.sort(key=lambda pair: (-ATTENTION[pair[0].state], -pair[0].opened_at))
    lines = [(f"Incident {clean(i.id, 20)}", headline_of(i, s, now)) for i, s in every[:INCIDENTS]]
    if len(every) > INCIDENTS:
        lines.append(("", f"… and {len(every) - INCIDENTS} more open: incidents"))
    return lines


def _at_once(standings: Sequence[ServiceStatus]) -> list[tuple[str, str]]:
    """What vendors that fail together have in common."""
    found = dict.fromkeys(cause for standing in standings for cause in standing.causes)
    return [("At once" if n == 0 else "", together(cause)) for n, cause in enumerate(list(found)[:ASIDES])]


def _coming(standings: Sequence[ServiceStatus], now: float) -> list[tuple[str, str]]:
    """Announced work: people's within a day, the vendors' under way as well; and how much is silenced."""
    said = [line for s in standings for line in (*coming(s, now), *announced(s, now))]
    lines = [("Maintenance" if n == 0 else "", line) for n, line in enumerate(said[:INCIDENTS])]
    if len(said) > INCIDENTS:
        lines.append(("", f"… and {len(said) - INCIDENTS} more: quiet"))
    return lines


def _asides(standings: Sequence[ServiceStatus]) -> list[tuple[str, str]]:
    """What other pages say of a service, and how late its own usually is; those in trouble first, a few at most."""
    ordered = sorted(standings, key=lambda s: not s.incidents)
    several = len(ordered) > 1
    said = [(s, text) for s in ordered if (text := others_say(s.others))]
    lines = [("Other pages", f"{clean(s.name, 40)}: {text}" if several else text) for s, text in said[:ASIDES]]
    late = [(s, s.usual_lag_s) for s in ordered if s.usual_lag_s is not None][:ASIDES]
    for place, (standing, (median, p90)) in enumerate(late):
        page = f"{clean(standing.name, 40)}'s page"
        text = f"{page} usually admits trouble after {duration(median)} (90% within {duration(p90)})"
        lines.append(("Usual delay" if place == 0 else "", text))
    return lines


def headline_of(incident: Incident, standing: ServiceStatus, now: float) -> str:
    """An incident's headline from what is known of its service now."""
    return headline(incident, snapshot(incident, standing, now), now)


def snapshot(incident: Incident, standing: ServiceStatus, now: float) -> Snapshot:
    """The incident beside the present voices on its components."""
    wanted = incident.active or incident.components
    about = tuple(v for v in standing.voices if v.measured.component in wanted)
    cause = next((c for c in standing.causes if incident.id in {one.incident for one in c.going}), None)
    return Snapshot(
        at=now,
        service=standing.service,
        service_name=standing.name,
        incident=incident,
        discrepancy=None,
        voices=about,
        reason="asked",
        page_url=standing.page_url,
        usual_lag_s=standing.usual_lag_s,
        others=standing.others,
        cause=cause,
    )


def we_see(measured: Measurement, now: float) -> str:
    """Our own voice in a cell: state in words, the number, its age."""
    state = present(measured, now)
    if measured.blind or measured.at is None or state is State.UNKNOWN:
        return f"{emoji(State.UNKNOWN)} unknown{_unknown(measured)}"
    age = relative(measured.at)
    sign = EMOJI[tone(measured, now)]
    if quieted(measured, now):
        return f"{sign} {_quiet(measured, now, ', not over yet')}; {age}"
    if state in TROUBLE:
        sick = Ailment(words(measured), ATTENTION[state], (measured,))
        number = (
            how_much(sick)
            if measured.slow or is_down(measured) or not sure(measured)
            else f"about {percent(measured.rate)} ({_interval(measured)})"
        )
        apart = f", {told_apart(measured.apart)}" if measured.apart else ""
        where = f", {agreement(measured)}" if len(measured.all_vantages) > 1 else ""
        return f"{sign} {sick.words}, {number}{lately(measured)}{where}{apart}; {age}"
    if suspected(measured):
        return f"{sign} suspicious, {measured.failed} of {measured.total} failed, no alert yet; {age}"
    counts = f"{measured.failed} of {measured.total} failed" if measured.total else "no failures lately"
    aside = f"; {clean(measured.why, 120)}" if measured.why not in {"", "as usual"} else ""
    return f"{sign} {WORDS[state]}, {counts}{aside}; {age}"


def _quiet(measured: Measurement, now: float, further: str = "") -> str:
    """As in "no failures for 40 s; before that 39 of 39 failed in 80 s"."""
    before = until_quiet(measured)
    return f"{quiet_for(measured, now)}{further}{f'; before that {before}' if before else ''}"


def _unknown(measured: Measurement) -> str:
    """Why a state is unknown."""
    if measured.blind:
        return f": {clean(measured.blind, 200)}{_last(measured)}"
    return ", no result yet" if measured.at is None else f", last result {relative(measured.at)}"


def _last(measured: Measurement) -> str:
    return f"; last usable result {relative(measured.at)}" if measured.at is not None else ""


def they_say(voices: ComponentStatus, now: float) -> str:
    """The page's voice in a cell: its state in words and the age of the reading."""
    heard = voices.heard
    if heard.unreadable:
        what = "" if heard.gone else "unreadable: "
        return f"{emoji(State.UNKNOWN)} {what}{clean(heard.unreadable, 80 if heard.gone else 60)}"
    if heard.read_at is None:
        return f"{emoji(State.UNKNOWN)} not read yet"
    if now - heard.read_at > PAGE_STALE_AFTER_S:
        return f"{emoji(State.UNKNOWN)} unknown, was {WORDS[heard.state]}; {relative(heard.read_at)}"
    return f"{emoji(heard.state)} {WORDS[heard.state]}; {relative(heard.read_at)}"


def _interval(measured: Measurement) -> str:
    return f"95% interval {span(measured.low, measured.high)}"


def title_of(voices: Sequence[ComponentStatus], now: float) -> str:
    """How everything stands in one sentence, with its emoji first."""
    if not voices:
        return f"{EMOJI[TONE[State.UNKNOWN]]} nothing is measured yet"
    blind = [called(v.measured) for v in voices if present(v.measured, now) is State.UNKNOWN]
    of_all = f"of {len(voices)} component{'s' if len(voices) > 1 else ''}"
    unknown = f"; {len(blind)} unknown" if blind else ""
    if any(present(v.measured, now) in TROUBLE for v in voices):
        return f"{_in_trouble(voices, of_all, now)}{unknown}"
    shaky = [called(v.measured) for v in voices if suspected(v.measured) and not stale(v.measured, now)]
    if shaky:
        return f"{EMOJI[Colour.YELLOW]} {len(shaky)} {of_all} suspicious, no alert yet: {listed(shaky)}{unknown}"
    told = [called(v.measured) for v in voices if v.reports.since is not None]
    if told:
        return f"{EMOJI[Colour.YELLOW]} {SURGE} with {listed(told)}, none measured{unknown}"
    if blind:
        elsewhere = "; no trouble measured elsewhere" if len(blind) < len(voices) else ""
        return f"{emoji(State.UNKNOWN)} {len(blind)} {of_all} unknown: {listed(blind)}{elsewhere}"
    fine = f"{called(voices[0].measured)} is" if len(voices) == 1 else f"All {len(voices)} components are"
    return f"{emoji(State.OPERATIONAL)} {fine} operational"


def _in_trouble(voices: Sequence[ComponentStatus], of_all: str, now: float) -> str:
    sick = [v.measured for v in voices if _troubled(v.measured, now)]
    quiet = [called(v.measured) for v in voices if quieted(v.measured, now)]
    if not sick:
        return f"{EMOJI[Colour.YELLOW]} {len(quiet)} {of_all} with no failures lately, not yet over: {listed(quiet)}"
    worst = max(sick, key=lambda m: (ATTENTION[present(m, now)], sure(m)))
    also = f"; no failures lately on {listed(quiet)}" if quiet else ""
    return f"{EMOJI[tone(worst, now)]} {len(sick)} {of_all} in trouble: {listed([called(m) for m in sick])}{also}"


def _troubled(measured: Measurement, now: float) -> bool:
    return present(measured, now) in TROUBLE and not quieted(measured, now)


def _data(standings: Sequence[ServiceStatus], shown: AbstractSet[int], now: float) -> list[dict[str, object]]:
    return [
        {
            "service": standing.service,
            "name": standing.name,
            "components": [_voices_data(v, now, whole=id(v) in shown) for v in standing.voices],
            "incidents": [plain(incident) for incident in standing.incidents],
            "usual_lag_s": plain(standing.usual_lag_s),
            "others": plain(standing.others),
        }
        for standing in standings
    ]


def _voices_data(voices: ComponentStatus, now: float, *, whole: bool) -> dict[str, object]:
    measured, state = voices.measured, present(voices.measured, now).value
    if whole:
        return {"state": state, **plain(voices)}
    return {"state": state, "component": measured.component, "rate": measured.rate, "at": measured.at}
