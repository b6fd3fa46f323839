"""A day or a week in one message: uptime, incidents, the page's lag, what was held back or not delivered. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.core.answers.answer import Answer
from bot.core.answers.history import share_up
from bot.core.history.ranges import RangeHistory, uptime
from bot.core.model.incident import Incident
from bot.core.model.ledger import LedgerEntry, Source
from bot.core.stats.quantiles import quantile
from bot.core.text.durations import duration
from bot.core.text.inline import between, tidy
from bot.core.text.numbers import number
from bot.core.text.quoting import clean, listed

SERVICES = 12
"""Lines of services; those that had no trouble go into one."""
TROUBLES = 3
LINE = 300


@dataclass(frozen=True, slots=True)
class Period:
    """From when to when, Unix seconds, and what people call it: "day" or "week"."""

    name: str
    begins: float
    ends: float

    def has(self, at: float | None) -> bool:
        """Whether a moment lies in it."""
        return at is not None and self.begins <= at < self.ends


@dataclass(frozen=True, slots=True)
class ServiceDigest:
    """One service in a period: its components then and in the period before, incidents, ledger rows.

    `held` are incidents and discrepancies that quiet hours held back and that were over by their end; `failed` are
    (target, reason) of what could not be delivered.
    """

    service: str
    name: str
    pasts: Sequence[RangeHistory] = ()
    before: Sequence[RangeHistory] = ()
    incidents: Sequence[Incident] = ()
    rows: Sequence[LedgerEntry] = ()
    held: Sequence[str] = ()
    failed: Sequence[tuple[str, str]] = ()

    @property
    def lowest(self) -> tuple[float, str] | None:
        """The lowest uptime of a component, and its name; None where nothing is known."""
        known = [(up, past.name) for past in self.pasts if (up := uptime(past.sums)) is not None]
        return min(known) if known else None

    @property
    def lowest_before(self) -> float | None:
        """The same in the period before."""
        return min((up for past in self.before if (up := uptime(past.sums)) is not None), default=None)

    @property
    def eventful(self) -> bool:
        """Whether anything is on record of it."""
        return bool(self.incidents or self.rows or self.held or self.failed)

    @property
    def calm(self) -> bool:
        """Whether it was measured and nothing happened to it."""
        return not self.eventful and self.lowest is not None and self.lowest[0] == 1

    @property
    def unmeasured(self) -> bool:
        """Whether nothing at all is known of it: that is not the same as no trouble."""
        return not self.eventful and self.lowest is None


MEANING = "uptime is the lowest of a service's components: time without a partial or major outage"


def digest(period: Period, told: Sequence[ServiceDigest], ours: Sequence[str]) -> Answer:
    """The whole of it; `ours` are our own troubles in that time, in words."""
    troubled = sorted((one for one in told if not (one.calm or one.unmeasured)), key=_worst_first)
    lines = [(clean(one.name, 40), _line(one, period)) for one in troubled[:SERVICES]]
    lines += _others(told, troubled)
    lines += _not_said(told, ours)
    return Answer(
        title=_title(period, told),
        at=period.ends,
        lines=tuple((label, tidy(text, LINE)) for label, text in lines),
        footer=f"{between(period.begins, period.ends)} · {MEANING}",
        data={"period": period.name, "begins": period.begins, "ends": period.ends, "services": [*map(_data, told)]},
    )


def anything(told: Sequence[ServiceDigest]) -> bool:
    """Whether anything was measured in it."""
    return any(one.lowest is not None or one.incidents for one in told)


def _worst_first(one: ServiceDigest) -> tuple[float, int]:
    return (one.lowest[0] if one.lowest else 1.0, -len(one.incidents))


def _title(period: Period, told: Sequence[ServiceDigest]) -> str:
    count = sum(len(one.incidents) for one in told)
    known = [(*one.lowest, one.name) for one in told if one.lowest]
    if not known:
        return f"{_last(period)}: nothing was measured"
    up, component, service = min(known)
    uptimes = "everything up" if up == 1 else f"lowest uptime {share_up(up)} ({clean(component or service, 40)})"
    return f"{_last(period)}: {number(count, 'incident', 'incidents')}, {uptimes}"


def _last(period: Period) -> str:
    return "Last 24 hours" if period.name == "day" else "Last 7 days"


def _line(one: ServiceDigest, period: Period) -> str:
    return "; ".join((_uptime(one, period), *_incidents(one, period), *_lag(one)))


def _uptime(one: ServiceDigest, period: Period) -> str:
    lowest, before = one.lowest, one.lowest_before
    if lowest is None:
        return "uptime unknown"
    part = f" ({clean(lowest[1], 40)})" if lowest[0] < 1 and len(one.pasts) > 1 else ""
    return f"uptime {share_up(lowest[0])}{part}" + (
        f", the {period.name} before {share_up(before)}" if before is not None else ""
    )


def _incidents(one: ServiceDigest, period: Period) -> Iterator[str]:
    if not one.incidents:
        return
    lasted = {i: min(i.lasted_s(period.ends), period.ends - i.started_at) for i in one.incidents}
    longest = max(one.incidents, key=lambda i: lasted[i])
    going = [i.id for i in one.incidents if i.resolved_at is None or i.resolved_at >= period.ends]
    said = number(len(one.incidents), "incident", "incidents")
    said += (
        f", the longest {duration(lasted[longest])} ({longest.id})" if len(one.incidents) > 1 else f" ({longest.id})"
    )
    if len(one.incidents) == 1 and not going:
        said += f" of {duration(lasted[longest])}"
    if going:
        said += ", still open" + (f": {listed(going, 3)}" if len(one.incidents) > 1 else "")
    yield said


def _lag(one: ServiceDigest) -> Iterator[str]:
    """How late the vendor's page was, as we measured it."""
    ours = [row for row in one.rows if row.source is Source.MEASURED and row.began_at is not None]
    late = [row.ack_s for row in ours if row.ack_s is not None]
    never = sum(row.told_at is None and row.ended_at is not None for row in ours)
    if late:
        worst = f", at worst {_late(max(late))}" if len(late) > 1 else ""
        yield f"its page {_late(quantile(late, 0.5))}{worst}"
    if never:
        yield f"never admitted: {never} of {len(ours)}"


def _late(seconds: float) -> str:
    return f"{duration(-seconds)} ahead" if seconds < -0.5 else f"{duration(seconds)} late"


def _others(told: Sequence[ServiceDigest], troubled: Sequence[ServiceDigest]) -> Iterator[tuple[str, str]]:
    left = troubled[SERVICES:]
    if left:
        yield (
            "And",
            f"{number(len(left), 'other service', 'other services')} with trouble: {listed(o.name for o in left)}",
        )
    calm = [clean(one.name, 40) for one in told if one.calm]
    if calm:
        yield "No trouble", listed(calm)
    unmeasured = [clean(one.name, 40) for one in told if one.unmeasured]
    if unmeasured:
        yield "Not measured", listed(unmeasured)


def _not_said(told: Sequence[ServiceDigest], ours: Sequence[str]) -> Iterator[tuple[str, str]]:
    held = [subject for one in told for subject in one.held]
    if held:
        yield "Held back", f"in quiet hours, and over by their end: {listed(clean(s, 40) for s in held)}"
    failed = [pair for one in told for pair in one.failed]
    if failed:
        target, reason = failed[0]
        what = number(len(failed), "message", "messages")
        yield "Not delivered", f"{what}, the latest to {clean(target, 60)}: {clean(reason, 120)}"
    if ours:
        more = f"; and {len(ours) - TROUBLES} more" if len(ours) > TROUBLES else ""
        yield "Our own", "; ".join(clean(text, 120) for text in ours[:TROUBLES]) + more


def _data(one: ServiceDigest) -> dict[str, object]:
    lowest = one.lowest
    return {
        "service": one.service,
        "lowest_uptime": lowest[0] if lowest else None,
        "component": lowest[1] if lowest else "",
        "lowest_uptime_before": one.lowest_before,
        "incidents": [i.id for i in one.incidents],
        "held_back": list(one.held),
        "undelivered": [{"target": target, "error": error} for target, error in one.failed],
    }
