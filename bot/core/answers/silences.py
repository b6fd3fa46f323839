"""What is kept quiet, in words: silences and maintenance windows, and the answer to one by matchers. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from bot.core.answers.answer import Answer, Table
from bot.core.incidents.silences import conditions_of
from bot.core.model.action import ActionResult
from bot.core.model.silence import Silence
from bot.core.model.status import ServiceStatus
from bot.core.text.inline import between, moment, relative
from bot.core.text.numbers import number
from bot.core.text.people import person
from bot.core.text.quoting import clean, listed, quoted

HEAD = ("id", "what", "until", "by whom, and why", "silences now")
AHEAD_S = 86_400.0
"""Status says what comes within this time."""


def silences(standings: Sequence[ServiceStatus], now: float) -> Answer:
    """Every silence that stands, and announced maintenance under way or to come; one on several services is one row."""
    rows = dict[object, tuple[Silence, list[str], list[str]]]()
    for standing in standings:
        for held in standing.silences:
            one = held.silence
            key = one.id if one.id and conditions_of(one.target) else (standing.service, one)
            _, names, covers = rows.setdefault(key, (one, [], []))
            names.append(_target(one, standing))
            covers += held.covers
    listed_ = tuple(_row(one, names, covers, now) for one, names, covers in rows.values() if one.until > now)
    coming = [line for standing in standings for line in announced(standing, now)]
    quiet = number(len(listed_), "silence or maintenance window", "silences and maintenance windows")
    return Answer(
        title=quiet if listed_ else "nothing is silenced, and nobody has announced maintenance",
        at=now,
        lines=tuple(("The page" if n == 0 else "", line) for n, line in enumerate(coming)),
        table=Table(HEAD, listed_) if listed_ else None,
        data={"at": now, "silences": [{**asdict(s), "services": n, "covers": c} for s, n, c in rows.values()]},
    )


def coming(standing: ServiceStatus, now: float) -> list[str]:
    """Work that people announced and that begins within a day."""
    return [
        f"{_target(held.silence, standing)}: maintenance {_when(held.silence, now)}, by {person(held.silence.by)}"
        for held in standing.silences
        if held.silence.work and now < held.silence.since < now + AHEAD_S
    ]


def announced(standing: ServiceStatus, now: float) -> list[str]:
    """Work that the vendor's page announces, under way or within a day; a window on several components is one line."""
    found = dict[tuple[str, float, float, bool], list[str]]()
    for voices in standing.voices:
        for work in voices.heard.works:
            if work.until > now and work.since < now + AHEAD_S:
                names = found.setdefault((work.title, work.since, work.until, work.endless), [])
                names += [clean(voices.measured.name or voices.measured.component, 40)] if work.named else []
    return [
        f"{listed(names) or clean(standing.name, 40)}: maintenance announced on the status page "
        + (f"from {moment(begins)}, without a stated end" if endless else between(begins, until))
        + (f": {quoted(title, 100)}" if title.strip() else "")
        for (title, begins, until, endless), names in sorted(found.items(), key=lambda pair: pair[0][1])
    ][:5]


def together(outcomes: Sequence[ActionResult | None]) -> ActionResult | None:
    """One answer for what was asked of several services; None where no judge has come to it yet."""
    done = [one for one in outcomes if one is not None and one.ok]
    waiting = sum(one is None for one in outcomes)
    if not done:
        return None if waiting else next((one for one in outcomes if one is not None), None)
    covered, where = sum(one.covers for one in done), sum(one.covers > 0 for one in done)
    open_ = number(covered, "open incident", "open incidents")
    now = f"silences {open_} of {number(where, 'service', 'services')}" if covered else "silences no open incident"
    text = f"{done[0].text}; reaches {number(len(done), 'service', 'services')}, {now} now"
    text += f"; noted for {number(waiting, 'more service', 'more services')}" if waiting else ""
    return ActionResult(ok=True, text=text, silence=done[0].silence, covers=covered)


def _row(one: Silence, names: Iterable[str], covers: Sequence[str], now: float) -> tuple[str, ...]:
    kind = "maintenance of " if one.work else ""
    why = f": {quoted(one.reason, 80)}" if one.reason else ""
    asked = f"{person(one.by)}, {relative(min(one.since, now))}{why}" if one.since <= now else f"{person(one.by)}{why}"
    return one.id or "-", f"{kind}{listed(dict.fromkeys(names))}", _when(one, now), asked, listed(covers) or "nothing"


def _when(one: Silence, now: float) -> str:
    if one.since > now:
        return f"from {between(one.since, one.until)}"
    return "it is over" if one.till_over else moment(one.until)


def _target(one: Silence, standing: ServiceStatus) -> str:
    if conditions_of(one.target):
        return clean(one.target, 200)
    names = {v.measured.component: v.measured.name for v in standing.voices}
    if one.target in {i.id for i in standing.incidents}:
        return f"incident {one.target}"
    return clean(names.get(one.target, one.target) or standing.name, 40)
