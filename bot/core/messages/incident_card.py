"""The message of one incident: headline, three voices, what it looks like, what to do; and its whole story at the end.

Pure. All text is plain and in one line each; channels render it.
"""

from collections.abc import Sequence

from bot.core.messages import layers
from bot.core.messages.correlation_card import together
from bot.core.messages.sources import others_say, page_lag, page_says, page_word, people_say, what_we_see
from bot.core.model.card import Action, Card, CardFacts, Colour
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.snapshot import ComponentStatus, Snapshot
from bot.core.text.durations import ago, between, clock, dated, duration, lag
from bot.core.text.escalation import next_step
from bot.core.text.numbers import number, percent
from bot.core.text.people import hushed, person
from bot.core.text.quoting import clean, cut, listed, owned
from bot.core.text.states import ATTENTION, EMOJI, SILENCED, TONE
from bot.core.text.symptoms import (
    DOWN,
    Ailment,
    ailments,
    called,
    failing_words,
    first_of,
    how_much,
    named,
    quiet_words,
    stale,
    sure,
)
from bot.core.text.symptoms import tone as colour
from bot.core.tips.alternatives import Option
from bot.core.tips.selection import circumstances, for_each
from bot.core.tips.tip import Tip
from probes.model import State

HEADLINE = 250
"""Characters of a headline: the tightest title of the platforms (Discord's 256) with room to spare."""
LINE = 700
TRAIL = 10


def card(
    incident: Incident, snapshot: Snapshot, now: float, tips: Sequence[Tip], options: Sequence[Option] = ()
) -> Card:
    """The message as it should read now."""
    over = incident.status is IncidentStatus.RESOLVED
    lines = _resolved_lines(incident, snapshot, now) if over else _open_lines(incident, snapshot, now, (tips, options))
    tone = tone_of(incident, snapshot, now)
    return Card(
        subject=incident.id,
        kind="incident",
        tone=tone,
        emoji=_emoji(incident, tone),
        headline=headline(incident, snapshot, now),
        lines=tuple((label, cut(text, LINE)) for label, text in lines if text),
        footer=_footer(incident, snapshot, now),
        actions=_actions(incident),
        links=(("status page", snapshot.page_url),) if snapshot.page_url else (),
        closed=over,
        trail=incident.in_order[-TRAIL:],
        times=dated(("Began", incident.started_at), ("Over", incident.resolved_at)),
        facts=_facts(incident),
    )


def _facts(incident: Incident) -> CardFacts:
    taken, quiet = incident.acknowledged_at is not None, incident.silence is not None and not incident.announced
    return CardFacts(incident.service, incident.components, incident.worst, acknowledged=taken, silenced=quiet)


def tone_of(incident: Incident, snapshot: Snapshot, now: float) -> Colour:
    """The colour: the end, then silence, then ignorance, then quiet or acknowledged, then how bad it is."""
    if incident.status is IncidentStatus.RESOLVED:
        return Colour.GREEN
    if incident.silence is not None:
        return Colour.BLUE if incident.silence.work else Colour.GREY
    if _unknown(snapshot, now):
        return Colour.GREY
    if incident.state is State.MAINTENANCE:
        return Colour.BLUE
    calm = incident.status is IncidentStatus.MONITORING or incident.acknowledged_at is not None
    if calm or incident.scope == "vantage" or incident.state is State.OPERATIONAL:
        return Colour.YELLOW
    sick = ailments(_active(incident, snapshot), now)
    worst = max((m for a in sick for m in a.sick), key=lambda m: (ATTENTION[m.state], sure(m)), default=None)
    return TONE[incident.state] if worst is None else colour(worst, now)


def headline(incident: Incident, snapshot: Snapshot, now: float) -> str:
    """`emoji component: symptom, number`; alone it says what is broken and how sure we are."""
    emoji = _emoji(incident, tone_of(incident, snapshot, now))
    sick = ailments(_active(incident, snapshot), now)
    if incident.status is IncidentStatus.RESOLVED:
        text = _resolved_headline(incident, snapshot)
    elif incident.kind == "reports":
        text = f"{_who(incident, snapshot)}: only {people_say(_active(incident, snapshot))}; we measure none"
    elif _unknown(snapshot, now):
        text = _unknown_headline(incident, snapshot, now)
    elif incident.scope == "vantage":
        whose = owned(_service(snapshot))
        text = f"{_who(incident, snapshot)}: {_was(incident)}; other vantages are fine, so hardly {whose}"
    elif incident.status is IncidentStatus.MONITORING or not (sick or not snapshot.voices):
        quiet = f"{quiet_words(incident.kind)}, watching before we call it over"
        text = f"{_who(incident, snapshot)}: {quiet}; before: {_was(incident)}"
    elif not sick:
        text = f"{_who(incident, snapshot)}: {_was(incident)}"
    else:
        text = _sick_headline(snapshot, sick, interval=incident.acknowledged_at is None)
    tail = _in_hand(incident, now)
    return cut(f"{emoji} {text}", HEADLINE - len(tail)) + tail


def _emoji(incident: Incident, tone: Colour) -> str:
    hushed_up = incident.silence is not None and not incident.silence.work
    return SILENCED if hushed_up and incident.status is not IncidentStatus.RESOLVED else EMOJI[tone]


def _in_hand(incident: Incident, now: float) -> str:
    """Who keeps it quiet until when, who took it and how long ago."""
    if incident.status is IncidentStatus.RESOLVED:
        return ""
    quiet = f" · {hushed(incident.silence, now, reason=False)}" if incident.silence else ""
    if incident.acknowledged_at is None:
        return quiet
    return f"{quiet} · acknowledged by {person(incident.acknowledged_by)} {ago(incident.acknowledged_at, now)}"


def _sick_headline(snapshot: Snapshot, sick: tuple[Ailment, ...], *, interval: bool) -> str:
    service = clean(snapshot.service_name, 40)
    if len(sick) == 1:
        first = sick[0]
        if len(first.sick) == 1:
            return f"{named(service, called(first.sick[0]))}: {first.words}, {how_much(first, interval=interval)}"
        names = listed([called(m) for m in first.sick])
        what = f"{names} {DOWN}" if first.words == DOWN else f"{first.words} on {names}"
        return f"{service}: {what}, {how_much(first, interval=interval)}"
    parts = [f"{listed([called(m) for m in a.sick], 3)} {a.words}, {how_much(a, interval=False)}" for a in sick]
    return f"{service}: {'; '.join(parts)}"


def _resolved_headline(incident: Incident, snapshot: Snapshot) -> str:
    lasted = duration((incident.resolved_at or snapshot.at) - incident.started_at)
    by = f" by {person(incident.resolved_by)}" if incident.resolved_by else ""
    told = snapshot.page_url and incident.scope != "vantage"
    said = f" · {page_word(incident, snapshot.at)}" if told else ""
    return f"{_who(incident, snapshot)}: resolved{by} after {lasted}{said}"


def _unknown_headline(incident: Incident, snapshot: Snapshot, now: float) -> str:
    last = max((v.measured.at for v in snapshot.voices if v.measured.at is not None), default=None)
    age = f"no usable result for {duration(now - last)}" if last is not None else "no usable result yet"
    why = next((f" ({clean(v.measured.blind, 60)})" for v in snapshot.voices if v.measured.blind), "")
    return f"{_who(incident, snapshot)}: state unknown, {age}{why}; before: {_was(incident)}"


def _open_lines(
    incident: Incident, snapshot: Snapshot, now: float, helps: tuple[Sequence[Tip], Sequence[Option]]
) -> list[tuple[str, str]]:
    voices = _active(incident, snapshot)
    lines = what_we_see(voices, now) if voices else [("We see", clean(incident.why, 300))]
    ours = incident.scope == "vantage"
    if snapshot.page_url:
        said = [page_says(voices, now), "" if ours else page_lag(incident, voices, snapshot.usual_lag_s, now)]
        lines.append(("They say", " · ".join(part for part in said if part)))
    lines.append(("Others say", others_say(snapshot.others, now)))
    lines.append(("People say", people_say(voices)))
    if incident.status is IncidentStatus.OPEN and not _unknown(snapshot, now) and not ours:
        slow = incident.kind == "slowness"
        at = circumstances(voices, now, slow=slow, trouble=True)
        lines.append(("Looks like", "" if slow else layers.looks_like(at.layer, _service(snapshot))))
        steps = for_each(helps[0], voices, helps[1], now, slow=slow)
        lines += layers.do_now([_step(who, advised.said(now)) for who, advised in steps])
    ids = list(dict.fromkeys(clean(i, 80) for v in voices for i in v.measured.request_ids if i.strip()))
    more = f" … ({len(ids) - 3} more)" if len(ids) > 3 else ""
    lines.append(("At once", together(snapshot.cause) if snapshot.cause else ""))
    lines.append(("Next", next_step(incident, now)))
    lines.append(("Quiet", hushed(incident.silence, now) if incident.silence else ""))
    lines.append(("Request ids", ", ".join(ids[:3]) + more))
    return lines


def _step(who: Sequence[str], step: str) -> str:
    """A step with whom it is for, unless it says so itself."""
    return step if not who or step.startswith(f"{listed(who)}:") else f"{listed(who)}: {step}"


def _resolved_lines(incident: Incident, snapshot: Snapshot, now: float) -> list[tuple[str, str]]:
    right = sum(v.right for v in incident.verdict)
    votes = f"{right} right, {len(incident.verdict) - right} wrong" if incident.verdict else ""
    page = page_says(snapshot.voices, now) if snapshot.page_url else ""
    return [("Story", story(incident, now, page=bool(snapshot.page_url))), ("They say", page), ("You say", votes)]


def story(incident: Incident, now: float, *, page: bool) -> str:
    """The whole incident in one line: how long, how bad, who knew first, who took it, how many reported.

    `page`: whether there is a status page that could have said so.
    """
    end = incident.resolved_at if incident.resolved_at is not None else now
    parts = [
        f"{between(incident.started_at, end, now)} ({duration(end - incident.started_at)})",
        _was(incident),
        f"we alerted {lag(incident.opened_at, incident.started_at, first_of(incident.kind))}",
    ]
    if incident.page_first_at is not None:
        first = lag(incident.page_first_at, incident.started_at, first_of(incident.kind))
        ours = lag(incident.page_first_at, incident.opened_at, "our alert")
        parts.append(f"the page first admitted it {clock(incident.page_first_at, now)}, {first} and {ours}")
    elif page and incident.scope != "vantage":
        parts.append(page_word(incident, now))
    if incident.acknowledged_at is not None:
        parts.append(f"acknowledged by {person(incident.acknowledged_by)} at {clock(incident.acknowledged_at, now)}")
    if incident.resolved_by is not None:
        parts.append(f"called over by {person(incident.resolved_by)}")
    parts.append(number(incident.reports, "user report", "user reports"))
    return " · ".join(parts)


def _active(incident: Incident, snapshot: Snapshot) -> tuple[ComponentStatus, ...]:
    wanted = incident.active or incident.components
    return tuple(v for v in snapshot.voices if v.measured.component in wanted) or snapshot.voices


def _unknown(snapshot: Snapshot, now: float) -> bool:
    voices = [v.measured for v in snapshot.voices]
    return bool(voices) and all(stale(m, now) or m.state is State.UNKNOWN for m in voices)


def _who(incident: Incident, snapshot: Snapshot) -> str:
    known = {v.measured.component: called(v.measured) for v in snapshot.voices}
    names = [known.get(c) or clean(c, 40) for c in incident.active or incident.components]
    service = _service(snapshot)
    if len(names) == 1:
        return named(service, names[0])
    return f"{service} ({listed(names)})" if names else service


def _service(snapshot: Snapshot) -> str:
    return clean(snapshot.service_name, 40) or clean(snapshot.service, 40)


def _was(incident: Incident) -> str:
    """What it was at its worst, in words and with the highest rate."""
    if incident.kind == "slowness":
        return "slow"
    if incident.kind == "reports":
        return "only people reported it, we measured none"
    only = f", only from {clean(incident.vantage, 40) or 'one vantage'}" if incident.scope == "vantage" else ""
    words = failing_words(incident.worst, incident.peak_rate)
    worst = f", at worst about {percent(incident.peak_rate)} of requests" if incident.peak_rate else ""
    return f"{words}{worst}{only}"


def _footer(incident: Incident, snapshot: Snapshot, now: float) -> str:
    if incident.status is IncidentStatus.RESOLVED:
        return f"Incident {clean(incident.id, 20)}"
    since = f"Since {clock(incident.started_at, now)} ({duration(now - incident.started_at)})"
    return f"{since} · as of {clock(snapshot.at, now, seconds=True)} · incident {clean(incident.id, 20)}"


def _actions(incident: Incident) -> tuple[Action, ...]:
    if incident.status is IncidentStatus.RESOLVED:
        verbs = [("right", "Right 👍"), ("wrong", "Wrong 👎"), ("postmortem", "Postmortem")]
    else:
        taken = incident.acknowledged_at is not None
        verbs = [("unack", "Release"), ("resolve", "Resolve")] if taken else [("ack", "Acknowledge")]
        verbs += [("report", "I'm affected"), ("works", "Works for me")]
        hushed_up = incident.silence is not None and not incident.announced
        verbs.append(("unsilence", "Unsilence") if hushed_up else ("silence", "Silence"))
        verbs += [("why", "Why?"), ("tips", "Tips")]
    return tuple(Action(verb, label, incident.id) for verb, label in verbs)
