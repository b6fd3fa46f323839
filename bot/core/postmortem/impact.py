"""How bad it was, in numbers with their n: the part of a report that people compare. Pure."""

from bot.core.incidents.evidence import Evidence
from bot.core.postmortem.casefile import Casefile
from bot.core.stats.intervals import FADES_S, wilson
from bot.core.text.durations import clock, duration
from bot.core.text.markdown import code, plain, table
from bot.core.text.numbers import number, percent, span
from bot.core.text.quoting import counted
from bot.core.text.sparkline import legend, spark
from bot.core.text.states import WORDS
from bot.core.text.symptoms import symptom

COLUMNS = 40
SMOOTHED = f"smoothed over {FADES_S / 60:.0f} min"
"""What a failure rate of ours is: single minutes may have been worse, and are told beside it."""


def impact(case: Casefile, now: float) -> list[str]:
    """The section in Markdown: what was hit, how badly, by our own looks."""
    incident, dossier = case.incident, case.dossier
    components = ", ".join(plain(case.names.get(c, c), 40) for c in incident.components)
    rows = [
        ("Components", components),
        ("Worst state", WORDS[incident.worst]),
        (
            "Lasted" if incident.resolved_at is not None else "Lasted so far",
            duration(incident.lasted_s(now)),
        ),
    ]
    if incident.peak_rate:
        rows.append(("Highest failure rate", f"about {percent(incident.peak_rate)} of requests, {SMOOTHED}"))
    if dossier is not None:
        rows += _measured(dossier, case)
    rows.append(("People", number(incident.reports, "user report", "user reports")))
    lines = table(("what", "figure"), rows)
    if dossier is not None and dossier.course:
        lines += ["", f"Failures over time: {code(_course(dossier))} ({plain(legend())})"]
    return [*lines, "", "Checks are our own requests: they show how often a request failed, not how many users it hit."]


def _measured(dossier: Evidence, case: Casefile) -> list[tuple[str, str]]:
    failed, looks = sum(s.failed for s in dossier.course), sum(s.total for s in dossier.course)
    rows = []
    if looks:
        share = f"{percent(failed / looks)}, 95% interval {span(*wilson(failed / looks, looks))}"
        rows.append(("Checks failed, until resolved", f"{failed} of {looks} ({share})"))
    worst = dossier.worst
    if worst is not None:
        length = "minute" if worst.minutes == 1 else f"{worst.minutes} minutes"
        at = clock(worst.minute * 60, case.incident.started_at)
        rows.append(("Worst " + length, f"{at}: {worst.failed} of {worst.total} checks failed"))
    if dossier.symptoms:
        kinds = sorted(((symptom(word), n) for word, n in dossier.symptoms.items()), key=lambda pair: -pair[1])
        rows.append(("Symptoms", plain(counted(kinds, 6))))
    hit = {c: n for c, n in (dossier.components or {}).items() if n}
    if len(hit) > 1:
        where = sorted(((case.called(c), n) for c, n in hit.items()), key=lambda pair: -pair[1])
        rows.append(("Failures by component", plain(counted(where, 8))))
    return rows


def _course(dossier: Evidence) -> str:
    first, last = dossier.course[0].minute, dossier.course[-1].minute + dossier.course[-1].minutes
    width = max(1, -(-(last - first) // COLUMNS))
    sums: dict[int, list[int]] = {}
    for stretch in dossier.course:
        column = sums.setdefault((stretch.minute - first) // width, [0, 0])
        column[0] += stretch.failed
        column[1] += stretch.total
    shares = [sums.get(n, [0, 0]) for n in range(-(-(last - first) // width))]
    return spark([failed / total if total else None for failed, total in shares])
