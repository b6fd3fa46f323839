"""The desk's answers from the record: why, incidents, one incident, deliveries. Pure."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Protocol

from bot.core.answers.answer import Answer, Table
from bot.core.answers.routing import by_which
from bot.core.answers.silences import announced
from bot.core.answers.status import headline_of, snapshot, we_see
from bot.core.detection.assessment import Explanation
from bot.core.messages.compose import card, event_line
from bot.core.messages.correlation_card import together
from bot.core.messages.sources import others_say, page_says, people_say, seen
from bot.core.model.card import Action
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.snapshot import ComponentStatus
from bot.core.model.status import ServiceStatus
from bot.core.text.durations import duration
from bot.core.text.escalation import next_step
from bot.core.text.inline import Style, moment, place, relative, tidy, utc
from bot.core.text.numbers import number, percent
from bot.core.text.quoting import clean
from bot.core.text.reports import links
from bot.core.text.silences import hushed
from bot.core.text.symptoms import named, symptom
from bot.core.tips.alternatives import Option
from bot.core.tips.tip import Tip

RECENT, TOLD = 12, 8
LEAST_SPELLS = 0.05
"""Spells a day below which there are none to speak of."""


class Delivered(Protocol):
    """A notice on its way to one channel, as the store keeps it."""

    @property
    def subject(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def done_version(self) -> int: ...
    @property
    def waiting_trail(self) -> int: ...
    @property
    def tries(self) -> int: ...
    @property
    def error(self) -> str: ...
    @property
    def due_at(self) -> float | None: ...
    @property
    def dead_at(self) -> float | None: ...
    @property
    def by(self) -> str: ...
    @property
    def held_until(self) -> float | None: ...


def why(
    voices: ComponentStatus,
    standing: ServiceStatus,
    told: Explanation | None,
    now: float,
    heard: Sequence[Delivered] | None = None,
) -> Answer:
    """The evidence on one component: the voices, the detector's figures, the latest results, what would change it.

    And what held messages back, and to whom they went: `heard` are the deliveries of its incident, if there is one.
    """
    measured, service = voices.measured, standing.name
    lines = [
        ("We measure", seen(measured, now)),
        ("Status page", page_says([voices], now) if standing.page_url else ""),
    ]
    lines.append(("Other pages", others_say(standing.others)))
    lines += [("User reports", people_say([voices])), *links(voices.reports)]
    lines.append(("Because", clean(measured.why, 300) if told else "not judged yet"))
    if told is not None:
        lines += _account(told)
    if voices.silence is not None and voices.silence.until > now:
        lines.append(("Silence", hushed(voices.silence)))
    about = {one.id for one in standing.incidents if measured.component in one.active}
    lines += [("At once", together(c)) for c in standing.causes if about & {one.incident for one in c.going}]
    lines += [("Next", next_step(one, now)) for one in standing.incidents if measured.component in one.active]
    lines += [("Maintenance", line) for line in announced(replace(standing, voices=(voices,)), now)]
    lines += [] if heard is None else sent(heard, now)
    return Answer(
        title=f"{named(service, measured.name or measured.component)}: {we_see(measured, now)}",
        at=now,
        lines=tuple((label, text) for label, text in lines if text),
        data={
            "at": now,
            "voices": asdict(voices),
            "explanation": asdict(replace(told, raised=utc(told.raised, now))) if told else None,
        },
        actions=(Action("tips", "Tips", measured.component), Action("history", "History", measured.component)),
    )


def incidents(found: Sequence[tuple[Incident, ServiceStatus]], now: float) -> Answer:
    """The latest incidents, newest first."""
    newest = sorted(found, key=lambda pair: -pair[0].opened_at)
    going = sum(i.status is not IncidentStatus.RESOLVED for i, _ in newest)
    rows = tuple(
        (clean(i.id, 20), moment(i.started_at), _lasted(i, now), headline_of(i, standing, now))
        for i, standing in newest
    )
    count = f"{number(len(newest), 'incident', 'incidents')}, {going or 'none'} open" if newest else "no incidents"
    return Answer(
        title=count if newest else f"{count} on record",
        at=now,
        table=Table(("id", "began", "lasted", "what"), rows) if rows else None,
        data={"at": now, "incidents": [asdict(i) for i, _ in newest]},
    )


def incident(  # noqa: PLR0913, PLR0917 - one handler calls it, with all that is known of it
    one: Incident,
    standing: ServiceStatus,
    now: float,
    tips: Sequence[Tip],
    options: Sequence[Option] = (),
    heard: Sequence[Delivered] | None = None,
) -> Answer:
    """One incident: its card, its timeline, and to whom it was told (`heard`)."""
    made = card(snapshot(one, standing, now), now, tips, options)
    told = [("Timeline" if n == 0 else "", f"{moment(e.at)}  {event_line(e)}") for n, e in enumerate(one.in_order)]
    return Answer(
        title=made.headline,
        at=now,
        lines=(*made.lines, *told, *([] if heard is None else sent(heard, now))),
        footer=made.footer,
        data={"at": now, "incident": asdict(one)},
        actions=made.actions,
    )


def sent(rows: Sequence[Delivered], now: float) -> list[tuple[str, str]]:
    """To whom an incident was told, and what became of it, as lines."""
    said = [f"{place(row.channel)}: {_fate(row, now)}{by_which(row.by)}{_error(row)}" for row in rows[:TOLD]]
    if len(rows) > TOLD:
        said.append(f"… and {len(rows) - TOLD} more: deliveries")
    said = said or ["nobody: no route matches, or it began during a silence"]
    return [("Sent to" if n == 0 else "", line) for n, line in enumerate(said)]


def deliveries(rows: Sequence[Delivered], now: float) -> Answer:
    """What went where: newest first, what could not be said with its reason."""
    lost = sum(row.dead_at is not None for row in rows)
    waiting = sum(row.dead_at is None and _owed(row) and not (row.done_version and not row.tries) for row in rows)
    body = tuple((clean(row.subject, 20), place(row.channel), _fate(row, now), clean(row.error, 120)) for row in rows)
    return Answer(
        title=f"{number(len(rows), 'delivery', 'deliveries')}: {waiting} waiting, {lost} undeliverable",
        at=now,
        table=Table(("subject", "channel", "state", "last error"), body) if body else None,
        data={"at": now, "deliveries": [_delivery_data(row) for row in rows]},
    )


def _account(told: Explanation) -> list[tuple[str, str]]:
    """The detector's own account: how far from an alert, what leads, what is usual, what failed last, what ends it."""
    lines = [("Leading", clean(told.leading, 200))]
    if told.raised:
        lines.append(("Evidence", tidy(told.raised, 200)))
    elif told.threshold:
        lines.append(("Evidence", f"{_whole(told.evidence)} of the {_whole(told.threshold)} needed for an alert"))
    lines += [("Rule" if n == 0 else "", clean(rule, 200)) for n, rule in enumerate(told.rules)]
    if told.usual_rate:
        lines.append(("Usual", f"a failure rate of {percent(told.usual_rate)} counts as normal; {_usual_spells(told)}"))
    label = "Slow" if told.recent and all(what == "slow" for _, _, what in told.recent) else "Failures"
    for n, (at, where, what) in enumerate(reversed(told.recent[-RECENT:])):
        said = f"{moment(at, Style.SECONDS)}  {symptom(what)} from {clean(where, 40)}"
        lines.append((label if n == 0 else "", said))
    return [*lines, ("Ends", clean(told.closes, 200)), ("Judged", relative(told.at))]


def _usual_spells(told: Explanation) -> str:
    """As in "0.4 short spells a day, of 20 s each on average"."""
    if told.usual_spells_per_day < LEAST_SPELLS:
        return "no short spells of failures seen"
    return f"{told.usual_spells_per_day:.1f} short spells a day, of {duration(told.usual_spell_s)} each on average"


def _lasted(one: Incident, now: float) -> str:
    return f"{duration(one.lasted_s(now))}{' so far' if one.ended_at is None else ''}"


def _owed(row: Delivered) -> bool:
    return row.done_version < row.version or row.waiting_trail > 0


def _fate(row: Delivered, now: float) -> str:
    if row.dead_at is not None:
        after = f" after {number(row.tries, 'try', 'tries')}" if row.tries else ""
        return f"given up {relative(row.dead_at)}{after}"
    if not _owed(row):
        return _posted(row.version)
    if row.held_until is not None and row.held_until > now and not row.done_version:
        return f"held until {moment(row.held_until)} by quiet hours"
    later = f", again in {duration(row.due_at - now)}" if row.due_at is not None and row.due_at > now else ""
    if row.done_version:
        tried = f": {number(row.tries, 'try', 'tries')} so far" if row.tries else ""
        return f"{_posted(row.done_version)}; a newer one waits{tried}{later}"
    tried = f"{number(row.tries, 'try', 'tries')} so far" if row.tries else "not tried yet"
    return f"waiting: {tried}{later}"


def _posted(version: int) -> str:
    """Which update the message shows; those that a newer one overtook were never shown."""
    return f"posted, shows update {version - 1}" if version > 1 else "posted"


def _error(row: Delivered) -> str:
    return f" · {clean(row.error, 120)}" if row.error else ""


def _delivery_data(row: Delivered) -> dict[str, object]:
    names = ("subject", "channel", "version", "done_version", "waiting_trail", "tries", "error", "due_at", "dead_at")
    return {name: getattr(row, name) for name in names}


def _whole(figure: float) -> str:
    return f"{figure:,.0f}".replace(",", " ")
