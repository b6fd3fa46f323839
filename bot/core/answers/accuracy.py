"""How right our own alerts were, in an answer: precision, misses and delay of 90 days, with the cases behind. Pure."""

from collections.abc import Mapping
from dataclasses import asdict

from bot.core.answers.answer import Answer, Table
from bot.core.ledger.alerts import SPAN_S, TELLING, USUAL_AT_MOST, AlertAccuracy, AlertCase, Judge, Share
from bot.core.text.durations import duration
from bot.core.text.inline import moment
from bot.core.text.numbers import number, percent, span
from bot.core.text.quoting import clean

SHOWN = 20
HEAD = ("when", "alert", "of", "verdict", "by", "told after")
RULE = (
    "a majority of people's votes decides; else the page confirms it if it admitted the trouble, then or afterwards;"
    f" else our results after the alert: right if their 95% interval is above {percent(USUAL_AT_MOST)} failed, wrong if"
    f" none of at least {TELLING} failed. Otherwise it is unknown, and never counted as right"
)
MISSES = "trouble that the page told of while we checked, with no alert of ours; each counts, the page right or not"
METHOD = "95%: Wilson's for shares, by the order of the values for the median"
BY = {
    Judge.PEOPLE: "people's votes",
    Judge.PAGE: "the status page",
    Judge.RESULTS: "results after the alert",
    Judge.NOBODY: "nobody",
}


def accuracy(name: str, found: AlertAccuracy, names: Mapping[str, str], now: float, left_out: int = 0) -> Answer:
    """The record of one service, or of all; `name` says whose, `left_out` how many older alerts were not looked at."""
    days = f"the last {SPAN_S / 86_400:.0f} days"
    data = {"at": now, "days": SPAN_S / 86_400, "rule": RULE, "method": METHOD, "left_out": left_out, **asdict(found)}
    if not found.cases:
        return Answer(
            f"no alert of {clean(name, 40)} in {days}, and no trouble on its page without one", now, data=data
        )
    lines = [
        ("Precision", _precision(found)),
        ("Recall", f"{_of(found.recall)} of known troubles were alerted" if found.recall.n else "–"),
        ("Delay", _delay(found)),
        ("Verdicts", RULE),
        ("Misses", MISSES),
        ("Intervals", METHOD),
    ]
    if left_out:
        lines.append(("Left out", f"{number(left_out, 'older alert', 'older alerts')}: ask of one service alone"))
    rows = tuple(_row(case, names) for case in found.cases[:SHOWN])
    more = len(found.cases) - len(rows)
    footer = f"and {number(more, 'older case', 'older cases')}: groundtruth ask --json accuracy" if more else ""
    return Answer(_title(name, found, days), now, tuple(lines), Table(HEAD, rows), footer, data=data)


def _title(name: str, found: AlertAccuracy, days: str) -> str:
    wrong = found.precision.n - found.precision.hits
    missed = found.recall.n - found.recall.hits
    return (
        f"{clean(name, 40)}: {number(found.least.n, 'alert', 'alerts')} in {days}, {found.precision.hits} right,"
        f" {wrong} wrong, {found.unknown} unknown; {missed} missed"
    )


def _precision(found: AlertAccuracy) -> str:
    if not found.precision.n:
        return "no alert has a verdict yet"
    known = f"{_of(found.precision)} of alerts with a verdict were right"
    return f"{known}; {_of(found.least)} of all alerts" if found.unknown else known


def _of(of: Share) -> str:
    assert of.share is not None
    assert of.low is not None
    assert of.high is not None
    return f"{percent(of.share)} ({of.hits} of {of.n}, interval {span(of.low, of.high)})"


def _delay(found: AlertAccuracy) -> str:
    if found.median_s is None or found.p90_s is None:
        return "no alert was right yet"
    between = found.median_between_s
    interval = f" (interval {duration(between[0])} to {duration(between[1])})" if between else ""
    return (
        f"from the first failure to the alert: median {duration(found.median_s)}{interval},"
        f" p90 {duration(found.p90_s)} (n={found.delays})"
    )


def _row(case: AlertCase, names: Mapping[str, str]) -> tuple[str, ...]:
    called = ", ".join(clean(names.get(c, c), 40) for c in case.components[:3])
    by = BY[case.by]
    if case.by is Judge.RESULTS:
        by = f"{by}: {case.failed} of {case.total} failed"
    return (
        moment(case.at),
        case.incident or "–",
        called + (f" and {len(case.components) - 3} more" if len(case.components) > 3 else ""),
        case.verdict.value,
        by,
        duration(case.delay_s) if case.delay_s is not None else "–",
    )
