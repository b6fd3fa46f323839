"""The report after an incident, written from the record alone: what is known, how it is known, and what is not. Pure.

Markdown for people, the same figures as data. What only people can know is left for them to fill in.
"""

from collections.abc import Sequence

from bot.core.answers.answer import Answer
from bot.core.answers.incidents import Delivered
from bot.core.messages.layers import looks_like
from bot.core.messages.sources import page_word
from bot.core.model.discrepancy import DiscrepancyKind
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.postmortem import timeline
from bot.core.postmortem.casefile import FOLLOW_UPS, Casefile, data
from bot.core.postmortem.impact import SMOOTHED, impact
from bot.core.text.durations import clock, duration, lag
from bot.core.text.inline import moment, utc
from bot.core.text.markdown import bullets, code, plain, table
from bot.core.text.numbers import number, percent
from bot.core.text.people import person
from bot.core.text.quoting import clean, listed, owned
from bot.core.text.symptoms import DOWN, failing_words, first_of


def postmortem(case: Casefile, now: float) -> Answer:
    """The report; of an incident that goes on it is a draft and says so."""
    incident = case.incident
    parts = [
        ("Summary", [_summary(case, now)]),
        ("Impact", impact(case, now)),
        ("Timeline", timeline.timeline(incident, case.dossier, case.records, case.names)),
        ("Detection and acknowledgement", _lags(case)),
        ("Cause", _cause(case)),
        ("Workarounds", _workarounds(case)),
        ("Messages sent", _deliveries(case.deliveries)),
        ("To fill in", [f"- [ ] {line}" for line in FOLLOW_UPS]),
    ]
    title = _title(case)
    head = [f"# {plain(title)}", "", _head(case, now)]
    body = [line for name, lines in parts for line in ("", f"## {name}", "", *lines)]
    return Answer(
        title=title,
        at=now,
        lines=(("Summary", _unmarked(case, now)),),
        footer="a postmortem from the record; the full text is Markdown",
        data=data(case, now),
        text="\n".join([*head, *body, ""]),
    )


def _title(case: Casefile) -> str:
    incident = case.incident
    what = _what(incident)
    where = listed([case.called(c) for c in incident.components])
    day = clock(incident.started_at, incident.started_at + 400 * 86_400).rsplit(" ", 2)[0]
    return f"{clean(case.service, 40)}: {what} on {where}, {day}"


def _what(incident: Incident) -> str:
    """What it was, as a noun: "intermittent failures", "a full outage"."""
    if incident.kind == "slowness":
        return "slow answers"
    said = failing_words(incident.worst, incident.peak_rate)
    return "a full outage" if said == DOWN else said


def _head(case: Casefile, now: float) -> str:
    over = case.incident.status is IncidentStatus.RESOLVED
    draft = "" if over else " **A draft: the incident goes on.**"
    written = clock(now, case.incident.started_at)
    record = f"Incident `{clean(case.incident.id, 20)}`, written from Groundtruth's record at {written}"
    return f"{record}. All times are UTC.{draft}"


def _unmarked(case: Casefile, now: float) -> str:
    incident = case.incident
    begun = moment(incident.started_at)
    over = incident.resolved_at is not None
    lasted = duration(incident.lasted_s(now))
    what = _what(incident)
    where = listed([case.called(c) for c in incident.components])
    if incident.resolved_at is None:
        said = [f"From {begun} we measured {what} on {where}; it has lasted {lasted}."]
    else:
        resolved = f"resolved at {moment(incident.resolved_at)}"
        said = [f"From {begun} to {moment(case.ended(now))} ({lasted}) we measured {what} on {where}; {resolved}."]
    if incident.peak_rate:
        said.append(f"At worst about {percent(incident.peak_rate)} of requests failed ({SMOOTHED}).")
    said.append(f"We alerted {lag(incident.opened_at, incident.started_at, first_of(incident.kind))}.")
    if case.page and incident.scope != "vantage":
        page = f"{owned(clean(case.service, 40))} status page"
        if incident.page_first_at is None and incident.page_red_since is not None:
            said.append(f"{page_word(incident).capitalize()}.")
        elif incident.page_first_at is None:
            said.append(f"{page} never admitted it." if over else f"{page} has not admitted it yet.")
        else:
            late = lag(incident.page_first_at, incident.opened_at, "our alert")
            never = case.never_admitted()
            but = f", and never on {listed(case.called(c) for c in never)}" if never else ""
            said.append(f"{page} first admitted it {late}{but}.")
    return " ".join(said)


def _summary(case: Casefile, now: float) -> str:
    return plain(utc(_unmarked(case, now), case.incident.started_at), 1000)


def _lags(case: Casefile) -> list[str]:
    incident = case.incident
    begun = incident.started_at
    rows = [
        (first_of(incident.kind).removeprefix("the ").capitalize(), clock(begun, begun, seconds=True), ""),
        ("Our alert", clock(incident.opened_at, begun, seconds=True), _after(incident.opened_at, begun)),
    ]
    page, red = incident.page_first_at, incident.page_red_since
    if case.page:
        before = f"red before it, since {clock(red, begun, seconds=True)}" if red is not None else "never"
        said = clock(page, begun, seconds=True) if page else before
        rows.append(("First admitted by the page", said, _after(page, begun)))
    taken, by = incident.acknowledged_at, plain(person(incident.acknowledged_by), 60)
    said = f"{clock(taken, begun, seconds=True)} by {by}" if taken else "nobody"
    rows.append(("Acknowledged by a person", said, _after(taken, begun)))
    rows += _ends(incident)
    lines = table(("", "when", f"after {first_of(incident.kind)}"), rows)
    if case.usual_lag_s:
        usual = f"median {duration(case.usual_lag_s[0])}, p90 {duration(case.usual_lag_s[1])}"
        lines += ["", f"This page is usually late: {usual}."]
    about = [r for r in case.records if r.kind is not DiscrepancyKind.UNREADABLE]
    if about:
        lines += ["", "Discrepancies between the page and our measurements:", ""]
        lines += table(
            ("component", "how", "from", "until", "how it ended"),
            (timeline.disagreement(r, case.names, begun) for r in about),
        )
    return lines


def _ends(incident: Incident) -> list[tuple[str, str, str]]:
    """The rows of its last failure, where that is on record, and of our resolve."""
    begun, ended, resolved = incident.started_at, incident.ended_at, incident.resolved_at
    rows = []
    if ended is not None and ended != resolved:
        last = "Last slow answer" if incident.kind == "slowness" else "Last failure"
        rows.append((last, clock(ended, begun, seconds=True), _after(ended, begun)))
    said = clock(resolved, begun, seconds=True) if resolved is not None else "not yet"
    return [*rows, ("Resolved", said, _after(resolved, begun))]


def _after(at: float | None, begun: float) -> str:
    return duration(at - begun) if at is not None else ""


def _cause(case: Casefile) -> list[str]:
    dossier = case.dossier
    lines = []
    if dossier is not None and dossier.layers:
        layers = sorted(dossier.layers.items(), key=lambda pair: -pair[1])
        total = sum(dossier.layers.values())
        lines.append("What the evidence says:")
        lines.append("")
        lines += bullets(
            f"{n} of {number(total, 'failure', 'failures')}: {plain(looks_like(layer, clean(case.service, 40)))}"
            for layer, n in layers[:4]
        )
    else:
        lines.append("No failure on record shows where the problem was.")
    cannot = [
        "why it began or what fixed it: we see responses, not internals",
        "whether every region and user was affected: we measure from our own locations",
        "how many of your own requests failed: that is in your own logs",
    ]
    lines += ["", "What it can't say:", "", *bullets(cannot)]
    if dossier is not None and dossier.ids:
        ids = ", ".join(code(name, 60) for _, name in dossier.ids)
        lines += ["", f"Request ids for its support: {ids}"]
    return lines


def _workarounds(case: Casefile) -> list[str]:
    """Which steps a message showed is not on record; these fit by the same rule, and what failed is."""
    if not case.workarounds:
        return ["No tip fits what is on record."]
    return [
        "Tips for this failure:",
        "",
        *bullets(plain(w) for w in case.workarounds),
    ]


def _deliveries(rows: Sequence[Delivered]) -> list[str]:
    if not rows:
        return ["None is on record."]
    return table(
        ("about", "where", "updates", "outcome"),
        (
            (
                code(r.subject, 40),
                code(r.channel, 60),
                str(max(0, r.done_version - 1)),
                f"given up: {code(r.error, 120)}"
                if r.dead_at
                else "posted"
                if r.done_version >= r.version
                else "waiting",
            )
            for r in rows
        ),
    )
