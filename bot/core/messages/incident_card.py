"""The message of one incident: what fails, what the status page says, what to do now, who is on it; and its end.

Pure. Intervals, layers, request ids and the timeline are behind the button Why?. The colour is the state, which nothing
that people do changes: that stands in the last line.
"""

from collections.abc import Sequence

from bot.core.messages import buttons
from bot.core.messages import headline as headlines
from bot.core.messages.correlation_card import together
from bot.core.messages.facts import measured_facts, other_pages, people, status_page
from bot.core.messages.headline import active, fitting, in_trouble, service, unknown
from bot.core.messages.layers import DO_NOW
from bot.core.model.card import Card, CardFacts, Colour
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.snapshot import ComponentStatus, Snapshot
from bot.core.text.durations import dated, duration
from bot.core.text.escalation import next_step
from bot.core.text.inline import Style, mention, moment
from bot.core.text.numbers import percent
from bot.core.text.quoting import clean, cut, listed
from bot.core.text.states import ATTENTION, EMOJI, SILENCED, TONE
from bot.core.text.symptoms import job, nothing_worked, sure
from bot.core.text.symptoms import tone as colour
from bot.core.tips.alternatives import Option
from bot.core.tips.selection import for_each
from bot.core.tips.tip import Tip
from probes.model import State

LINE = 700
TRAIL = 10
STEPS = 90
"""Characters of all steps together."""
PAGE_LABEL = "Status page"
TAKEN = "👀"
CALM_S = 300.0
"""How long it must be quiet before the colour says so: as long as a milder state must last."""


def card(
    incident: Incident, snapshot: Snapshot, now: float, tips: Sequence[Tip], options: Sequence[Option] = ()
) -> Card:
    """The message as it should read now."""
    over = incident.status is IncidentStatus.RESOLVED
    lines = _resolved_lines(incident, snapshot) if over else _open_lines(incident, snapshot, now, (tips, options))
    tone = tone_of(incident, snapshot, now)
    return Card(
        subject=incident.id,
        kind="incident",
        tone=tone,
        emoji=EMOJI[tone],
        headline=headline(incident, snapshot, now),
        lines=tuple((label, cut(text, LINE)) for label, text in lines if text),
        footer=_footer(incident, snapshot, now),
        actions=buttons.under(incident),
        links=((PAGE_LABEL, snapshot.page_url),) if snapshot.page_url else (),
        closed=over,
        trail=incident.in_order[-TRAIL:],
        times=dated(("Began", incident.started_at), ("Over", incident.ended_at)),
        facts=_facts(incident),
        at=now,
    )


def _facts(incident: Incident) -> CardFacts:
    taken, quiet = incident.acknowledged_at is not None, incident.silence is not None and not incident.announced
    return CardFacts(incident.service, incident.components, incident.worst, acknowledged=taken, silenced=quiet)


def tone_of(incident: Incident, snapshot: Snapshot, now: float) -> Colour:
    """The colour: the end, then maintenance, then ignorance, then quiet, then how bad it is."""
    if incident.status is IncidentStatus.RESOLVED:
        return Colour.GREEN
    if (incident.silence is not None and incident.silence.work) or incident.state is State.MAINTENANCE:
        return Colour.BLUE
    if unknown(snapshot, now):
        return Colour.GREY
    mild = incident.scope == "vantage" or incident.kind == "reports"
    if mild or incident.state is State.OPERATIONAL or _calm(incident, snapshot, now):
        return Colour.YELLOW
    if incident.shade is not State.UNKNOWN:
        return TONE[incident.shade]
    sick = in_trouble(active(incident, snapshot), now)
    worst = max(sick, key=lambda m: (ATTENTION[m.state], sure(m)), default=None)
    return TONE[incident.state] if worst is None else colour(worst, now)


def _calm(incident: Incident, snapshot: Snapshot, now: float) -> bool:
    """Whether it has been quiet for long enough to look better: short silences are a part of intermittent failure.

    Where nothing worked before, the first answers that do are no such silence.
    """
    if incident.status is not IncidentStatus.MONITORING:
        return False
    voices = active(incident, snapshot)
    if voices and all(nothing_worked(v.measured) for v in voices):
        return True
    since = next((line.at for line in reversed(incident.timeline) if line.event == "monitoring"), None)
    return since is None or now - since >= CALM_S


def headline(incident: Incident, snapshot: Snapshot, now: float) -> str:
    """`emoji component: symptom, number`, in at most 60 characters; it suffices alone."""
    emoji = EMOJI[tone_of(incident, snapshot, now)]
    return f"{emoji} {fitting(headlines.wordings(incident, snapshot, now), headlines.LONGEST - len(emoji) - 1)}"


def _open_lines(
    incident: Incident, snapshot: Snapshot, now: float, helps: tuple[Sequence[Tip], Sequence[Option]]
) -> list[tuple[str, str]]:
    voices = active(incident, snapshot)
    lines = [("", line) for line in measured_facts(incident, voices, service(snapshot), now)]
    ours = incident.scope == "vantage"
    if ours:
        lines.append(("", "Other locations are fine, so the cause is probably our network there"))
    if snapshot.page_url:
        lines.append((PAGE_LABEL, status_page(incident, voices, snapshot.usual_lag_s, now)))
    lines.append(("Other pages", other_pages(snapshot.others)))
    lines.append(("At once", together(snapshot.cause) if snapshot.cause else ""))
    if incident.status is IncidentStatus.OPEN and not unknown(snapshot, now) and not ours:
        lines.append((DO_NOW, _steps(incident, voices, helps, now)))
    lines.append(("Next", next_step(incident, now)))
    return lines


def _steps(
    incident: Incident, voices: Sequence[ComponentStatus], helps: tuple[Sequence[Tip], Sequence[Option]], now: float
) -> str:
    """What to do, the best first; with whom each is for where that is not everybody.

    Where each component has one step, that of most of them needs no names: the others are named.
    """
    if jobs := [v.measured for v in voices if job(v.measured)]:
        return f"See what it reported: why {jobs[0].component}"
    steps = for_each(helps[0], voices, helps[1], now, slow=incident.kind == "slowness")
    crowd = max((who for who, _ in steps), key=len, default=())
    each = [name for who, _ in steps for name in who]
    common = crowd if len(crowd) > 1 and len(each) == len(set(each)) else ()
    said: list[str] = []
    for who, advised in sorted(steps, key=lambda step: step[0] != common) if common else steps:
        step = advised.brief
        if common and who == common:
            said.append(step[:1].upper() + step[1:])
            continue
        if who:
            # A component's name keeps its own letters: claude.ai.
            said.append(step if step.startswith(f"{listed(who)}:") else f"{listed(who)}: {step}")
        elif not said or len(" · ".join([*said, step])) <= STEPS:
            said.append(step if said else step[:1].upper() + step[1:])
    return " · ".join(said)


def _resolved_lines(incident: Incident, snapshot: Snapshot) -> list[tuple[str, str]]:
    return [("", story(incident, page=bool(snapshot.page_url))), ("", _votes(incident))]


def _votes(incident: Incident) -> str:
    right = sum(v.right for v in incident.verdict)
    wrong = len(incident.verdict) - right
    parts = [f"👍 {right} useful" if right else "", f"👎 {wrong} false alarm" if wrong else ""]
    return " · ".join(part for part in parts if part)


def story(incident: Incident, *, page: bool) -> str:
    """How bad it was, who knew first, how many it affected; `page`: whether a status page could have said so."""
    parts = [_worst(incident), f"we alerted {_after(incident.opened_at - incident.started_at)} it began"]
    if incident.page_first_at is not None:
        later = incident.page_first_at - incident.opened_at
        when = "at the same time" if abs(later) < 1 else f"{duration(abs(later))} {'later' if later > 0 else 'earlier'}"
        parts[-1] += f", the status page {when}"
    elif incident.page_red_since is not None:
        parts[-1] += ", the status page was red before"
    elif page and incident.scope != "vantage":
        parts[-1] += ", the status page never admitted it"
    parts.append(people(incident.reports))
    text = " · ".join(part for part in parts if part)
    return text[:1].upper() + text[1:]


def _after(apart: float) -> str:
    return "when" if apart < 1 else f"{duration(apart)} after"


def _worst(incident: Incident) -> str:
    """The highest rate it came to; the failures of one location, or what nobody measured, as such."""
    if incident.kind == "slowness":
        return "slow, never failing"
    if incident.kind == "reports":
        return "reported by people, never measured"
    only = f" from {clean(incident.vantage, 40) or 'one location'} only" if incident.scope == "vantage" else ""
    return f"worst ~{percent(incident.peak_rate)}{only}" if incident.peak_rate else f"failures{only}" if only else ""


def _footer(incident: Incident, snapshot: Snapshot, now: float) -> str:
    """Who is on it, until when it is silenced, when it began, how fresh this is, and its id."""
    name = f"#{clean(incident.id, 20)}"
    if incident.status is IncidentStatus.RESOLVED:
        taken = f"{TAKEN} {mention(incident.acknowledged_by)}" if incident.acknowledged_at is not None else ""
        end = incident.ended_at if incident.ended_at is not None else now
        closed = f"resolved by {mention(incident.resolved_by)}" if incident.resolved_by is not None else ""
        parts = [f"{moment(incident.started_at)} – {moment(end)}", taken, closed, name]
        return " · ".join(part for part in parts if part)
    taken, quiet = _taken(incident), _quiet(incident)
    # How long ago takes a line on a phone: not after both of these, nor where every component has a line.
    short = (taken and quiet) or len(active(incident, snapshot)) > 1
    began = moment(incident.started_at, Style.TIME if short else Style.AGO)
    parts = [taken, quiet, f"Started {began}"]
    return " · ".join(part for part in (*parts, f"updated {moment(snapshot.at)}", name) if part)


def _taken(incident: Incident) -> str:
    if incident.acknowledged_at is None:
        return ""
    return f"{TAKEN} {mention(incident.acknowledged_by)} is on it since {moment(incident.acknowledged_at)}"


def _quiet(incident: Incident) -> str:
    """Until when its messages are held back, or maintenance was announced."""
    held = incident.silence
    if held is None:
        return ""
    if held.till_over:
        return f"{SILENCED} until it is over"
    until = "without a stated end" if held.announced and held.endless else f"until {moment(held.until)}"
    return f"{EMOJI[Colour.BLUE]} maintenance {until}" if held.work else f"{SILENCED} {until}"
