"""The ledger in an answer: how late a vendor's page is, how often never, and what grade that makes. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from bot.core.answers.answer import Answer, Table
from bot.core.ledger.accuracy import RULE, AccuracyFigures, PageAccuracy
from bot.core.model.ledger import LedgerEntry, Source
from bot.core.stats.quantiles import DEFINITION
from bot.core.text.durations import duration
from bot.core.text.numbers import number, percent
from bot.core.text.quoting import clean

HEAD = (
    "of",
    "by",
    "n",
    "late",
    "p75",
    "p90",
    "max",
    "lingers",
    "its p90",
    "never",
    "page first",
    "after the end",
    "grade",
)
CSV_HEAD = (
    "service", "source", "incident", "components", "impact",
    "began_at", "alerted_at", "ended_at", "resolved_at", "page_seen_at", "page_posted_at", "page_started_at",
    "page_ended_at", "mention_at", "investigating_at", "identified_at", "monitoring_at", "ack_s", "closing_s",
    "page_first", "late",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def ledger(told: Sequence[tuple[str, PageAccuracy]], now: float) -> Answer:
    """The ledgers of services by name: all slices of one, the totals of several."""
    shown = [(name, f) for name, of in told for f in of.figures if len(told) == 1 or not f.slice]
    if not shown:
        what = told[0][0] if len(told) == 1 else "any service"
        return Answer(
            f"nothing in the ledger of {clean(what, 40)} yet",
            now,
            (("Import", "groundtruth ledger import FILE, a vendor's own history"),),
            data={"at": now, "ledger": []},
        )
    rows = tuple(_row(name if len(told) > 1 else f.slice or "all", f) for name, f in shown)
    return Answer(
        title="; ".join(_title(name, of) for name, of in told if of.figures),
        at=now,
        lines=(*_notes([f for _, f in shown]), ("Grade", RULE), ("Quantiles", DEFINITION)),
        table=Table(HEAD, rows),
        data={"at": now, "ledger": [asdict(of) for _, of in told], "rule": RULE, "quantiles": DEFINITION},
    )


def table(rows: Iterable[LedgerEntry]) -> str:
    """The rows as CSV, times in Unix seconds; no cell can be taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_HEAD)
    for row in rows:
        values = [row.service, row.source.value, row.incident, "|".join(row.components), row.impact]
        values += ["" if (v := getattr(row, name)) is None else str(v) for name in CSV_HEAD[5:-2]]
        values += [str(row.page_first).lower(), str(row.late).lower()]
        writer.writerow(_harmless(value, text=place < 5) for place, value in enumerate(values))
    return out.getvalue()


def _title(name: str, of: PageAccuracy) -> str:
    found = of.overall(Source.MEASURED) or of.overall(Source.STATED)
    assert found is not None
    whose = "measured" if found.source is Source.MEASURED else "by the vendor's own statements"
    of_n = f"{number(found.n, 'case', 'cases')} {whose}"
    graded = f", grade {found.grade}" if found.grade else ""
    if found.ack.median is None or found.ack.p90 is None:
        return f"{clean(name, 40)}'s page: {of_n}, none with a lag{graded}"
    late = f"median {_lag(found.ack.median)}, p90 {_lag(found.ack.p90)}"
    return f"{clean(name, 40)}'s page admits trouble after {late} ({of_n}){graded}"


def _row(name: str, f: AccuracyFigures) -> tuple[str, ...]:
    ack, closing = f.ack, f.closing
    return (
        clean(name, 40),
        f.source.value,
        str(f.n),
        *(_lag(value) for value in (ack.median, ack.p75, ack.p90, ack.max, closing.median, closing.p90)),
        *(_share(count, f.n) for count in (f.never, f.page_first, f.late)),
        f.grade or "–",
    )


def _notes(shown: Sequence[AccuracyFigures]) -> list[tuple[str, str]]:
    notes = []
    sources = {f.source for f in shown}
    if Source.MEASURED in sources:
        notes.append(
            ("Measured", "from our first failure to the first reading of the page that admitted it, per component")
        )
    if Source.STATED in sources:
        notes.append(
            (
                "Stated",
                "the vendor's own times, published afterwards: a lower bound, only where it says when trouble began",
            )
        )
    totals = [f for f in shown if not f.slice]
    left, only = sum(f.left_out for f in totals), sum(f.page_only for f in totals)
    after = sum(f.afterwards for f in totals)
    if left:
        notes.append(("Left out", f"{left} with a stated start over 12 h before the post, or over 5 min after it"))
    if only:
        late = f", {after} of them posted only after they were over" if after else ""
        notes.append(("Besides", f"{only} on the page with no known start{late}"))
    return notes


def _lag(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    return f"−{duration(-seconds)}" if seconds < -0.5 else duration(seconds)


def _share(count: int, n: int) -> str:
    return percent(count / n) if n else "–"


def _harmless(value: str, *, text: bool) -> str:
    return f"'{value}" if text and value.startswith(_FORMULA) else value
