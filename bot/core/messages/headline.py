"""An incident in one line of at most 60 characters, which suffices alone: on a lock screen, as a subject. Pure.

Where the full wording does not fit, a shorter one of the same meaning is taken; only the last of them is ever cut.
"""

from collections.abc import Iterable, Iterator, Sequence

from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.measurement import Measurement
from bot.core.model.severity import TROUBLE
from bot.core.model.snapshot import ComponentStatus, Snapshot
from bot.core.text.durations import duration
from bot.core.text.numbers import latency, number, percent, span
from bot.core.text.quoting import clean, cut, listed
from bot.core.text.states import ATTENTION
from bot.core.text.symptoms import brief, called, is_down, job, named, present, quiet_words, quieted, stale, sure
from probes.model import State

LONGEST = 60
NAME = 24
"""Characters of a name where the whole one does not fit."""
AT_ONCE_S = 10.0
"""Failures of less than this say how many they are, not for how long."""
SOON_S = 60.0
"""Before this a job's trouble has no length worth saying."""
SHOWN = 3
"""Components named one by one."""


def fitting(wordings: Iterable[str], limit: int = LONGEST) -> str:
    """The first wording that fits; the last one cut where none does."""
    last = ""
    for last in wordings:
        if len(last) <= limit:
            return last
    return cut(last, limit)


def wordings(incident: Incident, snapshot: Snapshot, now: float) -> Iterator[str]:
    """What an incident's headline says after its emoji, from the fullest wording to the shortest."""
    about = active(incident, snapshot)
    sick = in_trouble(about, now)
    if incident.status is IncidentStatus.RESOLVED:
        yield from _over(incident, snapshot)
    elif incident.kind == "reports":
        people = number(sum(v.reports.affected for v in about), "person reports", "people report")
        yield from _each(incident, snapshot, f": {people} trouble, we measure none", f": {people} trouble")
    elif unknown(snapshot, now):
        yield from _each(incident, snapshot, *_unknown(snapshot, now))
    elif incident.scope == "vantage":
        where = clean(incident.vantage, 20) or "one location"
        what = "slow" if incident.kind == "slowness" else "failing"
        yield from _each(incident, snapshot, f": {what} from {where} only", f": {what} from {where}")
    elif incident.status is IncidentStatus.MONITORING or not (sick or not snapshot.voices):
        quiet = quiet_words(incident.kind)
        yield from _each(incident, snapshot, f": {quiet}, not over yet", f": {quiet}")
    elif not sick:
        yield from _each(incident, snapshot, " is slow" if incident.kind == "slowness" else ": requests failing")
    elif len(sick) == 1:
        yield from _one(sick[0], service(snapshot))
    else:
        yield from _several(sick, service(snapshot))


def service(snapshot: Snapshot) -> str:
    """The service's name as people read it."""
    return clean(snapshot.service_name, 40) or clean(snapshot.service, 40)


def active(incident: Incident, snapshot: Snapshot) -> tuple[ComponentStatus, ...]:
    """The components affected now; of an incident that is over, all that were."""
    wanted = incident.active or incident.components
    return tuple(v for v in snapshot.voices if v.measured.component in wanted) or snapshot.voices


def unknown(snapshot: Snapshot, now: float) -> bool:
    """Whether nothing is known at present of any component."""
    every = [v.measured for v in snapshot.voices]
    return bool(every) and all(stale(m, now) or m.state is State.UNKNOWN for m in every)


def in_trouble(voices: Sequence[ComponentStatus], now: float) -> list[Measurement]:
    """The components in trouble at this moment, the worst first."""
    sick = [v.measured for v in voices if present(v.measured, now) in TROUBLE and not quieted(v.measured, now)]
    return sorted(sick, key=lambda m: (-ATTENTION[m.state], -m.rate))


def _one(measured: Measurement, whose: str) -> Iterator[str]:
    for name in _names(named(whose, called(measured))):
        yield from (f"{name}{said}" for said in (_of_job(measured) if job(measured) else _symptoms(measured)))


def _of_job(measured: Measurement) -> Iterator[str]:
    if measured.window_s >= SOON_S:
        yield f": {job(measured)}, for {duration(measured.window_s)}"
    yield f": {job(measured)}"


def _down(measured: Measurement) -> Iterator[str]:
    failed, total, lasted = measured.failed, measured.total, measured.window_s
    if not 0 < total == failed:
        yield f" is down: ~{percent(measured.rate)} of requests failing"
        yield f" is down: ~{percent(measured.rate)} failing"
    elif lasted < AT_ONCE_S:
        yield f" is down: {failed} of {total} requests failed"
    else:
        yield f" is down: every request has failed for {duration(lasted)}"
        yield f" is down: every request failed for {duration(lasted)}"
        yield f" is down for {duration(lasted)}"


def _symptoms(measured: Measurement) -> Iterator[str]:
    failed, total = measured.failed, measured.total
    if measured.slow and measured.state is State.DEGRADED:
        if measured.latency_ms is not None and measured.slow_lately:
            usual = measured.usual_latency_ms
            if usual is not None:
                yield f" is slow: {latency(measured.latency_ms)}, usually {latency(usual)}"
            yield f" is slow: {latency(measured.latency_ms)}"
        elif total > 0:
            yield f" is slow: {failed} of {total} answers"
        yield " is slow"
    elif is_down(measured):
        yield from _down(measured)
    elif sure(measured):
        yield f": ~{percent(measured.rate)} of requests failing"
        yield f": ~{percent(measured.rate)} failing"
    elif 0 < failed == total:
        yield f": all of our last {total} requests failed" if total > 1 else ": our last request failed"
        yield f": {failed} of {total} failed"
    elif total > 0 and failed > 0:
        yield f": {failed} of our last {total} requests failed"
        yield f": {failed} of {total} failed"
    else:
        yield ": requests failing"
        yield " failing"


def _several(sick: Sequence[Measurement], whose: str) -> Iterator[str]:
    """The components one by one with their figures, then fewer of them, then their range."""
    jobs = {job(m) for m in sick}
    if "" not in jobs:
        said = jobs.pop() if len(jobs) == 1 else "jobs in trouble"
        yield from (f"{whose}: {listed([called(m) for m in sick], shown)}: {said}" for shown in (SHOWN, 1))
        yield f"{cut(whose, NAME)}: {len(sick)} jobs in trouble"
        return
    unsure = [m for m in sick if not sure(m)]
    failed, total = sum(m.failed for m in unsure), sum(m.total for m in unsure)
    if len(unsure) == len(sick) and 0 < failed <= total:
        many = f"{failed} of our last {total}" if failed < total else f"all of our last {total}"
        yield f"{whose}: {many} requests failed"
        yield f"{cut(whose, NAME)}: {many} failed"
        return
    for names in ([brief(called(m), whose) for m in sick], [called(m).removeprefix(f"{whose} ") for m in sick]):
        if len(sick) <= SHOWN:
            yield from _listed(sick, names, whose)
    yield f"{whose}: {len(sick)} components, {_range(sick)}"
    yield f"{cut(whose, NAME)}: {_range(sick)}"


def _listed(sick: Sequence[Measurement], names: Sequence[str], whose: str) -> Iterator[str]:
    down = [n for m, n in zip(sick, names, strict=True) if is_down(m)]
    slow = [n for m, n in zip(sick, names, strict=True) if m.slow and m.state is State.DEGRADED]
    rest = [(m, n) for m, n in zip(sick, names, strict=True) if n not in down and n not in slow]
    failing = ", ".join(f"{n} {_figure(m)}".strip() for m, n in rest)
    alike = not down and not slow and all(sure(m) for m, _ in rest)
    parts = [f"{listed(down)} down" if down else "", f"{failing} failing" if rest else ""]
    parts.append(f"{listed(slow)} slow" if slow else "")
    said = ", ".join(part for part in parts if part)
    if alike:
        yield f"{whose}: {failing} of requests failing"
    yield f"{whose}: {said}"


def _figure(measured: Measurement) -> str:
    if job(measured):
        return ""
    if sure(measured):
        return f"~{percent(measured.rate)}"
    return f"{measured.failed} of {measured.total}" if 0 < measured.failed <= measured.total else ""


def _range(sick: Sequence[Measurement]) -> str:
    down = sum(is_down(m) for m in sick)
    if down == len(sick):
        return "down"
    rates = [m.rate for m in sick if sure(m) and not m.slow]
    if rates and len(rates) == down:  # of the others no rate is known yet
        return f"{down} down"
    if not rates:
        return "slow" if all(m.slow for m in sick) else "failing"
    return f"~{span(min(rates), max(rates))} failing"


def _over(incident: Incident, snapshot: Snapshot) -> Iterator[str]:
    lasted = duration(incident.over_after_s or incident.lasted_s(snapshot.at))
    by = incident.resolved_by
    if by is not None and by.name.strip():
        yield from _each(incident, snapshot, f" resolved by {clean(by.name, 20)} after {lasted}")
        yield from _each(incident, snapshot, f" resolved after {lasted}")
    yield from _each(incident, snapshot, f" {'closed' if by is not None else 'recovered'} after {lasted}")


def _unknown(snapshot: Snapshot, now: float) -> tuple[str, ...]:
    last = max((v.measured.at for v in snapshot.voices if v.measured.at is not None), default=None)
    if last is None:
        return ": unknown, no result yet", ": unknown"
    return f": unknown, no usable result for {duration(now - last)}", f": unknown for {duration(now - last)}"


def _each(incident: Incident, snapshot: Snapshot, *said: str) -> Iterator[str]:
    """Every name of what is affected with every wording, the fullest first."""
    for wording in said:
        for name in who(incident, snapshot):
            yield f"{name}{wording}"


def who(incident: Incident, snapshot: Snapshot) -> tuple[str, ...]:
    """What is affected, from the fullest name to the shortest."""
    known = {v.measured.component: called(v.measured) for v in snapshot.voices}
    names = [known.get(c) or clean(c, 40) for c in incident.active or incident.components]
    whose = service(snapshot)
    if len(names) == 1:
        return _names(named(whose, names[0]))
    if not names:
        return _names(whose)
    return f"{whose} ({listed(brief(n, whose) for n in names)})", f"{whose} ({len(names)} components)", *_names(whose)


def _names(name: str) -> tuple[str, ...]:
    return (name, cut(name, NAME)) if len(name) > NAME else (name,)
