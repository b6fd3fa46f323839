"""From the rows of a ledger to figures: how late, how often never or first, and a grade by a stated rule. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.core.model.ledger import LedgerEntry, Source, quarter
from bot.core.stats.quantiles import quantile

EARLIEST_S, LATEST_S = -5 * 60.0, 12 * 3600.0
"""A stated start further from the post than this is a slip of the pen or another matter, and is left out; so is an end
further than the latter from the record's own."""
PROMPT_S = 600.0
GRADES = ((0.9, "A"), (0.75, "B"), (0.5, "C"), (0.25, "D"), (0.0, "F"))
FEWEST = 5
RULE = (
    f"share of cases the page admitted within {PROMPT_S / 60:.0f} min of the first failure:"
    " A from 90%, B from 75%, C from 50%, D from 25%, F below"
    f" (never admitted counts as late; no grade below {FEWEST} cases)"
)


@dataclass(frozen=True, slots=True)
class Lags:
    """The distribution of a lag in seconds over `n` troubles that have one; all None where `n` is 0."""

    n: int = 0
    median: float | None = None
    p75: float | None = None
    p90: float | None = None
    max: float | None = None


@dataclass(frozen=True, slots=True)
class AccuracyFigures:
    """What the ledger says of one slice of rows, all of one source.

    `n` troubles whose beginning is known, of which `never` were never spoken of by the page; `page_first` and `late`
    (only when it was over) are numbers of these. Besides: `page_only` troubles on the page with no known start,
    `afterwards` of them written of only when they were over; `left_out` have lags beyond belief.
    """

    source: Source
    slice: str
    n: int
    ack: Lags
    closing: Lags
    never: int = 0
    page_first: int = 0
    late: int = 0
    page_only: int = 0
    afterwards: int = 0
    left_out: int = 0
    grade: str = ""


@dataclass(frozen=True, slots=True)
class PageAccuracy:
    """A service's ledger in figures: for each source in all, by component and by quarter."""

    service: str
    figures: tuple[AccuracyFigures, ...]

    def overall(self, source: Source) -> AccuracyFigures | None:
        """The figures of all rows of a source."""
        return next((f for f in self.figures if f.source is source and not f.slice), None)


def honesty(service: str, rows: Iterable[LedgerEntry]) -> PageAccuracy:
    """The figures of a service's rows."""
    every = each_once(rows)
    found: list[AccuracyFigures] = []
    for source in Source:
        of_source = [row for row in every if row.source is source]
        if not of_source:
            continue
        found.append(figures(of_source, source))
        found += _sliced(of_source, source, lambda row: row.components)
        found += _sliced(of_source, source, lambda row: (quarter(row.at),))
    return PageAccuracy(service, tuple(found))


def figures(rows: Sequence[LedgerEntry], source: Source, name: str = "") -> AccuracyFigures:
    """The figures of rows of one source."""
    believed = [row for row in rows if _is_believable(row)]
    known = [row for row in believed if row.began_at is not None]
    return AccuracyFigures(
        source=source,
        slice=name,
        n=len(known),
        ack=lags([row.ack_s for row in known]),
        closing=lags([row.closing_s for row in known if _ends_believably(row)]),
        never=sum(row.told_at is None for row in known),
        page_first=sum(row.page_first for row in known),
        late=sum(row.late for row in known),
        page_only=len(believed) - len(known),
        afterwards=sum(row.afterwards for row in believed if row.began_at is None),
        left_out=len(rows) - len(believed),
        grade=grade(known),
    )


def lags(values: Iterable[float | None]) -> Lags:
    """The distribution of the lags there are."""
    there = [value for value in values if value is not None]
    if not there:
        return Lags()
    median, p75, p90 = (quantile(there, share) for share in (0.5, 0.75, 0.9))
    return Lags(len(there), median, p75, p90, max(there))


def grade(rows: Sequence[LedgerEntry]) -> str:
    """The letter by `RULE`, "" where there are too few troubles to tell."""
    if len(rows) < FEWEST:
        return ""
    prompt = sum(row.ack_s is not None and row.ack_s <= PROMPT_S for row in rows) / len(rows)
    return next(letter for least, letter in GRADES if prompt >= least)


def usual_lag(rows: Iterable[LedgerEntry], least: int = 10) -> tuple[float, float] | None:
    """Median and p90 of the acknowledgement lag in seconds: measured if there are enough, else as stated, else None."""
    of = honesty("", rows)
    for source in Source:
        overall = of.overall(source)
        ack = overall.ack if overall else Lags()
        if ack.n >= least and ack.median is not None and ack.p90 is not None:
            return max(0.0, ack.median), max(0.0, ack.p90)
    return None


def each_once(rows: Iterable[LedgerEntry]) -> list[LedgerEntry]:
    """Rows without the vendor's second account of the same incident: the one that names components is kept."""
    kept: dict[object, LedgerEntry] = {}
    for number, row in enumerate(rows):
        key: object = row.incident if row.source is Source.STATED and row.incident else number
        if key not in kept or (row.components and not kept[key].components):
            kept[key] = row
    return list(kept.values())


def _sliced(
    rows: Sequence[LedgerEntry], source: Source, names: Callable[[LedgerEntry], Sequence[str]]
) -> list[AccuracyFigures]:
    slices: dict[str, list[LedgerEntry]] = {}
    for row in rows:
        for name in names(row):
            slices.setdefault(name, []).append(row)
    return [figures(slices[name], source, name) for name in sorted(slices)]


def _is_believable(row: LedgerEntry) -> bool:
    """Whether the lag of the first word is no slip: what the vendor wrote of afterwards may be of any day it names."""
    known = row.source is Source.MEASURED or row.ack_s is None or row.afterwards
    return known or EARLIEST_S <= (row.ack_s or 0.0) <= LATEST_S


def _ends_believably(row: LedgerEntry) -> bool:
    """The same of the end: a record that somebody closed days later, or dated back, is no lag of the page."""
    return row.source is Source.MEASURED or row.closing_s is None or abs(row.closing_s) <= LATEST_S
