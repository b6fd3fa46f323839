"""`groundtruth accuracy`: how much the detector finds, how soon and how often wrongly, beside other monitors' rules."""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from math import isinf

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bot.core.text.numbers import percent
from bot.errors import UserError
from bot.trials import accuracy as rules
from bot.trials.accuracy import (
    ALLOWED,
    DAYS,
    INTERVALS_S,
    OURS,
    PAGE,
    RATES,
    SEED,
    Alarms,
    Figures,
    Outcome,
    Report,
    Trial,
)

EXAMPLES = """\
  groundtruth accuracy                           every rate, interval and rule; minutes on two cores
  groundtruth accuracy --quick                   20 days, three rates, one interval; seconds
  groundtruth accuracy --rate 20 --interval 60   one in five requests fails, a check a minute (both repeatable)
  groundtruth accuracy --seed 7 --days 400       other worlds, and longer ones
  groundtruth accuracy --markdown > accuracy.md  the tables of the docs
  groundtruth accuracy --json | jq .false_alarms
The worlds have the lengths, gaps and joint failures of real incidents. The same options print the same figures.
Exit code: 0 done, 2 an option that cannot be."""

QUICK_RATES, QUICK_INTERVALS_S, QUICK_DAYS = (0.1, 0.3, 1.0), (60.0,), 20.0
MEANING = (
    "Columns are shares of failing requests. A cell is the share of incidents found, then median / p90 in minutes from"
    " the true start, over all incidents (never: the quantile falls on a missed one)."
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("--quick", action="store_true", help="three rates, one interval, 20 days: seconds")
    parser.add_argument(
        "--rate", type=float, action="append", metavar="PERCENT", help="share of failing requests (repeatable)"
    )
    parser.add_argument(
        "--interval", type=float, action="append", metavar="SECONDS", help="a check every so often (repeatable)"
    )
    parser.add_argument("--days", type=float, metavar="N", help=f"days of each world (default {DAYS:.0f})")
    parser.add_argument("--seed", type=int, default=SEED, metavar="N", help=f"which worlds (default {SEED})")
    parser.add_argument("--jobs", type=int, metavar="N", help="processes (default: the cores of this machine)")
    style = parser.add_mutually_exclusive_group()
    style.add_argument("--json", action="store_const", const="json", dest="style", help="print all figures as JSON")
    style.add_argument("--markdown", action="store_const", const="markdown", dest="style", help="print Markdown")
    parser.set_defaults(style="")


def run(args: argparse.Namespace) -> int:
    """Run the worlds and print what came of them."""
    wanted = asked(args)
    report = rules.summed(outcomes(wanted, args.jobs or min(len(wanted), os.cpu_count() or 1)))
    if args.style == "json":
        sys.stdout.write(json.dumps(report.plain(), indent=2) + "\n")
    elif args.style == "markdown":
        sys.stdout.write("\n".join(markdown(report)) + "\n")
    else:
        show(report)
    return 0


def asked(args: argparse.Namespace) -> list[Trial]:
    """The worlds that the options ask for. Raises UserError, with all complaints at once."""
    usual = (QUICK_RATES, QUICK_INTERVALS_S, QUICK_DAYS) if args.quick else (RATES, INTERVALS_S, DAYS)
    rates = tuple(rate / 100 for rate in args.rate) if args.rate else usual[0]
    intervals = tuple(args.interval) if args.interval else usual[1]
    days: float = usual[2] if args.days is None else args.days
    wrong = []
    if not all(0.01 <= rate <= 1 for rate in rates):
        wrong.append("--rate: from 1 to 100 percent")
    if not all(5 <= one <= 3600 and one % 5 == 0 for one in intervals):
        wrong.append("--interval: from 5 to 3600 seconds, in steps of 5")
    if not 10 <= days <= 2000:
        wrong.append("--days: from 10 to 2000")
    if args.jobs is not None and not 1 <= args.jobs <= 64:
        wrong.append("--jobs: from 1 to 64")
    if wrong:
        raise UserError("\n".join(wrong))
    return rules.trials(sorted(set(rates)), sorted(set(intervals)), days, args.seed)


def outcomes(wanted: Sequence[Trial], jobs: int) -> list[Outcome]:
    """Every trial's outcomes in the order asked for; a bar on stderr where a person watches."""
    found: dict[Trial, list[Outcome]] = {}
    console = Console(stderr=True)
    columns = (TextColumn("worlds"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=len(wanted))
        for trial, done in _ran(wanted, jobs):
            found[trial] = done
            progress.advance(task)
    return [outcome for trial in wanted for outcome in found[trial]]


def _ran(wanted: Iterable[Trial], jobs: int) -> Iterator[tuple[Trial, list[Outcome]]]:
    if jobs == 1:
        yield from ((trial, rules.tried(trial)) for trial in wanted)
        return
    with ProcessPoolExecutor(jobs) as pool:
        going = {pool.submit(rules.tried, trial): trial for trial in wanted}
        try:
            for done in as_completed(going):
                yield going[done], done.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def show(report: Report) -> None:
    """The tables for people, one an interval."""
    console = Console(markup=False, emoji=False, highlight=False)
    if not console.is_terminal:
        console.width = 10_000
    for interval_s in _intervals(report):
        console.print(_heading(interval_s, report))
        head, *rows = grid(report, interval_s)
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for place, cell in enumerate(head):
            table.add_column(cell, justify="right" if place else "left")
        for row in rows:
            table.add_row(*row)
        console.print(table)
        console.print()
    for line in (MEANING, *_coverage(report)):
        console.print(line)


def markdown(report: Report) -> Iterator[str]:
    """The same tables in Markdown, and what each rule is."""
    for interval_s in _intervals(report):
        head, *rows = grid(report, interval_s)
        yield from (f"{_heading(interval_s, report)}:", "", "| " + " | ".join(head) + " |")
        yield "| --- |" + " --- |" * (len(head) - 1)
        yield from ("| " + " | ".join(row) + " |" for row in rows)
        yield ""
    yield from (MEANING, "", *_coverage(report), "")
    yield from (f"- {name}: {says}." for name, says in rules.RULE_NOTES.items())


def grid(report: Report, interval_s: float) -> Iterator[list[str]]:
    """The head, then a row for each rule and one for the bound."""
    ours = report.of(OURS, interval_s)
    yield ["rule", "false alarms a month (95% interval)", *(percent(one.rate) for one in ours)]
    for alarms in (one for one in report.alarms if one.interval_s == interval_s):
        of = report.of(alarms.rule, interval_s)
        yield [alarms.rule, _a_month(alarms), *(_cell(one) for one in of)]
    yield ["Lorden's bound on the mean", f"{ALLOWED:.2f} allowed", *(_short(one.bound_min) for one in ours)]


def _intervals(report: Report) -> list[float]:
    return list(dict.fromkeys(one.interval_s for one in report.alarms))


def _heading(interval_s: float, report: Report) -> str:
    incidents = report.of(OURS, interval_s)[0].incidents
    return f"A check every {interval_s:.0f} s; {incidents} incidents at each share of failing requests"


def _a_month(alarms: Alarms) -> str:
    between = alarms.a_month_between
    if alarms.a_month is None or between is None:
        return "–"
    return f"{_short(alarms.a_month)} ({_short(between[0])} to {_short(between[1])})"


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def _cell(one: Figures) -> str:
    return f"{percent(one.recall)} {_minutes(one.median_min)} / {_minutes(one.p90_min)}"


def _minutes(value: float) -> str:
    return "never" if isinf(value) else _short(value)


def _coverage(report: Report) -> Iterator[str]:
    hits = sum(one.covered for one in report.alarms if one.rule == OURS)
    of = sum(one.intervals for one in report.alarms if one.rule == OURS)
    if of:
        share = f"{hits} of {of} incidents ({hits / of:.1%})"
        yield f"The 95% interval of the failure rate contained the true rate in {share}."
    yield (
        f"{PAGE[0].upper()}{PAGE[1:]} has no false alarms here, because nothing is known of them;"
        " every rate is posted equally late."
    )
