"""How everything stands: one row a component with the three voices and the age of each reading. Pure."""

from collections.abc import Sequence
from dataclasses import asdict

from bot.core.incident import Incident, Measured, Snapshot, Tone, Voices
from bot.core.words.answer import Answer, Standing, Table
from bot.core.words.durations import ago
from bot.core.words.figures import percent, span
from bot.core.words.incident_card import headline
from bot.core.words.quoting import clean, listed
from bot.core.words.symptoms import Ailment, called, how_much, present, stale, sure, suspected, words
from bot.core.words.tones import EMOJI, SEVERITY, TONE, TROUBLE, WORDS, emoji
from bot.core.words.voicing import PAGE_STALE_AFTER_S, agreement, people_say
from probes.model import State

HEAD = ("component", "we see", "they say", "people say")


def overview(standings: Sequence[Standing], now: float) -> Answer:
    """All of these services, every component, what is open; stale readings are unknown."""
    voices = [(s, v) for s in standings for v in s.voices]
    rows = tuple((called(v.measured), we_see(v.measured, now), they_say(v, now), people_say([v])) for _, v in voices)
    return Answer(
        title=_title([v for _, v in voices], now),
        at=now,
        lines=tuple((f"Incident {clean(i.id, 20)}", headline_of(i, s, now)) for s in standings for i in s.incidents),
        table=Table(HEAD, rows) if rows else None,
        footer="groundtruth's own measurements; ⚪ unknown means no fresh reading, never fine",
        data={"at": now, "services": [_data(s, now) for s in standings]},
    )


def headline_of(incident: Incident, standing: Standing, now: float) -> str:
    """An incident's headline from what is known of its service now."""
    return headline(incident, snapshot(incident, standing, now), now)


def snapshot(incident: Incident, standing: Standing, now: float) -> Snapshot:
    """The incident beside the present voices on its components."""
    wanted = incident.active or incident.components
    about = tuple(v for v in standing.voices if v.measured.component in wanted)
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
    )


def we_see(measured: Measured, now: float) -> str:
    """Our own voice in a cell: state in words, the number, its age."""
    state = present(measured, now)
    if measured.at is None:
        return f"{emoji(State.UNKNOWN)} unknown, no result yet"
    age = ago(measured.at, now)
    if state is State.UNKNOWN:
        return f"{emoji(State.UNKNOWN)} unknown, last result {age}"
    if state in TROUBLE:
        sick = Ailment(words(measured), SEVERITY[state], (measured,))
        number = (
            how_much(sick)
            if measured.slow or not sure(measured)
            else f"about {percent(measured.rate)} ({_interval(measured)})"
        )
        quiet = ", none lately" if measured.monitoring else ""
        where = f", {agreement(measured)}" if len(measured.all_vantages) > 1 else ""
        return f"{emoji(state)} {sick.words}, {number}{where}{quiet}; {age}"
    if suspected(measured):
        return f"{EMOJI[Tone.YELLOW]} suspicious, {measured.failed} of {measured.total} failed, no alert yet; {age}"
    counts = f"{measured.failed} of {measured.total} failed" if measured.total else "no failures lately"
    aside = f"; {clean(measured.why, 120)}" if measured.why not in {"", "as usual"} else ""
    return f"{emoji(state)} {WORDS[state]}, {counts}{aside}; {age}"


def they_say(voices: Voices, now: float) -> str:
    """The page's voice in a cell: its state in words and the age of the reading."""
    heard = voices.heard
    if heard.unreadable:
        return f"{emoji(State.UNKNOWN)} unreadable: {clean(heard.unreadable, 60)}"
    if heard.read_at is None:
        return f"{emoji(State.UNKNOWN)} nothing read yet"
    if now - heard.read_at > PAGE_STALE_AFTER_S:
        return f"{emoji(State.UNKNOWN)} unknown, was {WORDS[heard.state]}; {ago(heard.read_at, now)}"
    return f"{emoji(heard.state)} {WORDS[heard.state]}; {ago(heard.read_at, now)}"


def _interval(measured: Measured) -> str:
    return f"95 % interval {span(measured.low, measured.high)}"


def _title(voices: Sequence[Voices], now: float) -> str:
    if not voices:
        return f"{EMOJI[TONE[State.UNKNOWN]]} nothing is measured yet"
    states = [(present(v.measured, now), called(v.measured)) for v in voices]
    sick = [name for state, name in states if state in TROUBLE]
    blind = [name for state, name in states if state is State.UNKNOWN]
    of_all = f"of {len(states)} component{'s' if len(states) > 1 else ''}"
    unknown = f"; {len(blind)} unknown" if blind else ""
    if sick:
        worst = max((state for state, _ in states), key=SEVERITY.__getitem__)
        return f"{emoji(worst)} {len(sick)} {of_all} in trouble: {listed(sick)}{unknown}"
    shaky = [called(v.measured) for v in voices if suspected(v.measured) and not stale(v.measured, now)]
    if shaky:
        return f"{EMOJI[Tone.YELLOW]} {len(shaky)} {of_all} suspicious, no alert yet: {listed(shaky)}{unknown}"
    if blind:
        elsewhere = "; no trouble measured elsewhere" if len(blind) < len(states) else ""
        return f"{emoji(State.UNKNOWN)} {len(blind)} {of_all} unknown: {listed(blind)}{elsewhere}"
    fine = "component is" if len(states) == 1 else f"{len(states)} components are"
    return f"{emoji(State.OPERATIONAL)} {'the' if len(states) == 1 else 'all'} {fine} operational"


def _data(standing: Standing, now: float) -> dict[str, object]:
    return {
        "service": standing.service,
        "name": standing.name,
        "components": [{"state": present(v.measured, now).value, **asdict(v)} for v in standing.voices],
        "incidents": [asdict(incident) for incident in standing.incidents],
    }
