"""How a component has done over a day, a week, a quarter: uptime, failures, latency, incidents, a sparkline. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from bot.core.answers.answer import Answer, Table
from bot.core.answers.charts import charts
from bot.core.history.ranges import Point, RangeHistory, failure_rate, first_tokens, folded, latencies, uptime
from bot.core.history.rollups import HELD, OUTCOMES
from bot.core.stats.histogram import ERROR
from bot.core.text.durations import duration
from bot.core.text.inline import moment, relative
from bot.core.text.numbers import latency, number, percent, span
from bot.core.text.quoting import clean
from bot.core.text.sparkline import legend, spark
from bot.core.text.states import WORDS
from bot.core.text.symptoms import named
from probes.model import State

SHOWN = 5
HEAD = ("component", "uptime", "failed", "p50", "p99", "unknown", "failures over time")
UPTIME = "uptime is the share of the known time without a partial or major outage; unknown is neither up nor down"


def history_answer(pasts: Sequence[RangeHistory], service: str, now: float, *, ascii_only: bool = False) -> Answer:
    """One component in full, several as a table, over the same span; `service` is the service's name.

    `data` has every point for machines: a picture needs nothing else.
    """
    if not pasts:
        return Answer(f"{clean(service, 40)}: nothing is measured", now, data={"at": now, "history": []})
    span_s = pasts[0].span
    if len(pasts) == 1:
        one = pasts[0]
        title = f"{named(service, clean(one.name, 40))}, {span_s.name}: {_summary(one)}"
        lines, table = _lines(one, now, ascii_only=ascii_only), None
    else:
        title = f"{clean(service, 40)}, {span_s.name}: {_overall(pasts)}"
        lines = ()
        table = Table(HEAD, tuple(_row(past, ascii_only=ascii_only) for past in pasts))
    return Answer(
        title=title,
        at=now,
        lines=lines,
        table=table,
        footer=f"{legend(ascii_only=ascii_only)}. {UPTIME[0].upper()}{UPTIME[1:]}.",
        data={"at": now, "uptime_rule": UPTIME, "latency_error": ERROR, "history": [_data(past) for past in pasts]},
        charts=charts(pasts, service),
    )


def trend(past: RangeHistory, *, ascii_only: bool = False) -> tuple[str, str]:
    """The last hours as one line, for whoever asks for the present."""
    columns = folded(past.points, past.span)
    line = spark([_share(point) for point in columns], ascii_only=ascii_only)
    every = duration(past.span.step.seconds * past.span.fold)
    return "Trend", f"{line}  failures in {past.span.name}, {every} a column: history {past.component}"


def _summary(past: RangeHistory) -> str:
    up, failed = uptime(past.sums), failure_rate(past.sums)
    if up is None and failed is None:
        return "nothing measured"
    known = f" of the {duration(past.sums.known_ms / 1000)} known" if past.unknown_s > past.span.seconds / 20 else ""
    said = [f"uptime {share_up(up)}{known}"] if up is not None else ["uptime unknown"]
    said.append(f"{percent(failed[0])} of checks failed" if failed else "no results")
    return ", ".join(said)


def _overall(pasts: Sequence[RangeHistory]) -> str:
    known = [(up, past) for past in pasts if (up := uptime(past.sums)) is not None]
    if not known:
        return "nothing measured"
    up, worst = min(known, key=lambda pair: pair[0])
    if up == 1:
        return "no outage measured on any component"
    return f"lowest uptime {share_up(up)} ({clean(worst.name, 40)})"


def _lines(past: RangeHistory, now: float, *, ascii_only: bool) -> tuple[tuple[str, str], ...]:
    sums = past.sums
    lines = [("Uptime", _uptime_line(past)), ("Failures", _failures(past))]
    lines.append(("Latency", _quantiles(latencies(sums)) or "no answer was timed"))
    if sums.first_tokens:
        lines.append(("First token", _quantiles(first_tokens(sums))))
    columns = folded(past.points, past.span)
    line = spark([_share(point) for point in columns], ascii_only=ascii_only)
    every = duration(past.span.step.seconds * past.span.fold)
    lines.append(("Over time", f"{line}  {every} a column, {moment(past.points[0].begins)} to now"))
    lines += _worst(columns)
    if sums.counts[3]:
        lines.append(
            ("Left out", f"{number(sums.unusable, 'result', 'results')} that say nothing of it (ours, unclear)")
        )
    lines += _incidents(past, now)
    if not past.written_to or now - past.counted_to > 1:
        lines.append(("Counted", f"until {relative(past.counted_to)}" if past.written_to else "nothing yet"))
    return tuple(lines)


def share_up(share: float) -> str:
    """An uptime as people compare them: "100%", "99.98%", "97.3%"; it never rounds to 100 what is less."""
    points = share * 100
    if points in (0.0, 100.0):
        return f"{points:.0f}%"
    digits = 2 if points >= 99 else 1
    return f"{min(points, 100 - 10**-digits):.{digits}f}%"


def _uptime_line(past: RangeHistory) -> str:
    up, sums = uptime(past.sums), past.sums
    said = [share_up(up) if up is not None else "unknown"]
    said += [
        f"{WORDS[state]} {duration(ms / 1000)}"
        for state, ms in zip(HELD, sums.held_ms, strict=True)
        if ms >= 500 and state is not State.OPERATIONAL
    ]
    if past.unknown_s >= 1:
        said.append(f"unknown {duration(past.unknown_s)} of {duration(past.span.seconds)}")
    return " · ".join(said)


def _failures(past: RangeHistory) -> str:
    figures, sums = failure_rate(past.sums), past.sums
    if figures is None:
        return "no results"
    rate, low, high = figures
    slow = f" · {number(sums.slow, 'answer', 'answers')} slow" if sums.slow else ""
    of_all = f"{sums.failed:,} of {sums.total:,} checks failed".replace(",", " ")
    return f"{of_all}: {percent(rate)} (95% interval {span(low, high)}){slow}"


def _quantiles(found: Mapping[str, float]) -> str:
    """Each quantile, "" without any."""
    said = " · ".join(f"{name} {latency(ms)}" for name, ms in found.items())
    return f"{said} (within {percent(ERROR)})" if said else ""


def _worst(columns: Sequence[Point]) -> list[tuple[str, str]]:
    """The columns with the most failures in words, for those who cannot see a line of blocks."""
    failing = sorted((c for c in columns if c.sums.failed), key=lambda c: (-(_share(c) or 0), c.begins))
    if not failing:
        return []
    said = [
        f"{moment(c.begins)} {percent(_share(c) or 0)} ({c.sums.failed} of {c.sums.total})" for c in failing[:SHOWN]
    ]
    more = f" … ({len(failing) - SHOWN} more with failures)" if len(failing) > SHOWN else ""
    return [("Worst", ", ".join(said) + more)]


def _incidents(past: RangeHistory, now: float) -> list[tuple[str, str]]:
    if not past.incidents:
        return [("Incidents", "none")]
    told = [
        f"{clean(i.id, 20)}: {moment(i.started_at)}, "
        f"{duration(i.lasted_s(now))}{' so far' if i.ended_at is None else ''}"
        + (f", at worst {percent(i.peak_rate)} failed" if i.peak_rate else "")
        for i in past.incidents[:SHOWN]
    ]
    if len(past.incidents) > SHOWN:
        told.append(f"… ({len(past.incidents) - SHOWN} more)")
    return [("Incidents" if n == 0 else "", line) for n, line in enumerate(told)]


def _row(past: RangeHistory, *, ascii_only: bool) -> tuple[str, ...]:
    up, failed, speeds = uptime(past.sums), failure_rate(past.sums), latencies(past.sums)
    return (
        clean(past.name, 40),
        share_up(up) if up is not None else "unknown",
        f"{percent(failed[0])} ({span(*failed[1:])})" if failed else "–",
        *(latency(speeds[name]) if name in speeds else "–" for name in ("p50", "p99")),
        duration(past.unknown_s) if past.unknown_s >= 1 else "–",
        spark([_share(point) for point in folded(past.points, past.span)], ascii_only=ascii_only),
    )


def _share(point: Point) -> float | None:
    return point.sums.failed / point.sums.total if point.sums.total else None


def _data(past: RangeHistory) -> dict[str, object]:
    return {
        "service": past.service,
        "component": past.component,
        "span": past.span.name,
        "written_to": past.written_to,
        "unknown_s": past.unknown_s,
        **_figures(past.points[0].begins, past.span.seconds, past),
        "incidents": [asdict(one) for one in past.incidents],
        "series": [_figures(point.begins, point.seconds, point) for point in past.points],
    }


def _figures(begins: int, seconds: int, of: RangeHistory | Point) -> dict[str, object]:
    sums = of.sums
    return {
        "begins": begins,
        "seconds": seconds,
        **dict(zip(OUTCOMES, sums.counts, strict=True)),
        "state_s": {state.value: ms / 1000 for state, ms in zip(HELD, sums.held_ms, strict=True) if ms},
        "uptime": uptime(sums),
        "failure_rate": failure_rate(sums),
        "latency_ms": latencies(sums),
        "first_token_ms": first_tokens(sums),
    }
