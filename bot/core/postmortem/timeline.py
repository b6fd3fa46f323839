"""One timeline out of three: what we decided, what the page said, what people did. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.core.incidents.evidence import Evidence
from bot.core.model.discrepancy import Discrepancy, DiscrepancyKind
from bot.core.model.incident import Incident, TimelineEntry
from bot.core.model.severity import SEVERITY
from bot.core.text.durations import clock
from bot.core.text.markdown import code, plain, table
from bot.core.text.quoting import clean
from bot.core.text.states import WORDS
from bot.core.text.symptoms import first_of
from probes.model import State

US, PAGE, PEOPLE = "we", "page", "people"
_PEOPLE = frozenset({"acknowledged", "released", "handed back", "feedback", "silenced", "silence ended"})
_PAGE = frozenset({"status page", "acknowledged by the vendor", "page red before"})
"""The page's first word in a timeline; incidents on record may have the older name."""
LINES = 120
"""Lines of one report; more is a log, and the middle is left out with a count."""


@dataclass(frozen=True, slots=True)
class PostmortemEntry:
    """One thing that happened: when (Unix seconds), on whose part, what, and the words of others that belong to it."""

    at: float
    who: str
    what: str
    words: str = ""


def timeline(
    incident: Incident, dossier: Evidence | None, records: Sequence[Discrepancy], names: Mapping[str, str]
) -> list[str]:
    """The merged timeline as a table in Markdown."""
    lines = merged(incident, dossier, records, names)
    shown, left = lines, 0
    if len(lines) > LINES:
        shown, left = [*lines[: LINES // 2], *lines[-LINES // 2 :]], len(lines) - LINES
    rows = [
        (
            clock(line.at, incident.started_at, seconds=True).removesuffix(" UTC"),
            line.who,
            plain(line.what) + (f" {code(line.words, 160)}" if line.words else ""),
        )
        for line in shown
    ]
    note = ["", f"({left} lines in the middle are left out.)"] if left else []
    return [*table(("UTC", "who", "what"), rows), *note]


def merged(
    incident: Incident, dossier: Evidence | None, records: Sequence[Discrepancy], names: Mapping[str, str]
) -> list[PostmortemEntry]:
    """All lines in the order in which they happened."""
    lines = [PostmortemEntry(incident.started_at, US, first_of(incident.kind))]
    for entry in incident.timeline:
        by_hand = entry.event in _PEOPLE or (entry.event == "resolved" and incident.resolved_by is not None)
        if entry.event not in _PAGE:
            lines.append(PostmortemEntry(entry.at, PEOPLE if by_hand else US, _entry(entry)))
        elif dossier is None or not dossier.said:
            lines.append(PostmortemEntry(entry.at, PAGE, clean(entry.text, 400)))
    lines += _page(incident, dossier, names)
    lines += _disagreed(records, names)
    return sorted(lines, key=lambda line: (line.at, line.who != US))


def disagreement(record: Discrepancy, names: Mapping[str, str], begun: float) -> tuple[str, ...]:
    """One discrepancy as a row in Markdown."""
    posted = f" (posted {clock(record.page_posted_at, begun, seconds=True)})" if record.page_posted_at else ""
    return (
        plain(names.get(record.component, record.component), 40),
        _kind(record),
        clock(record.since, begun, seconds=True),
        clock(record.closed_at, begun, seconds=True) if record.closed_at is not None else "still",
        plain(record.outcome, 120) + posted,
    )


def _entry(entry: TimelineEntry) -> str:
    """The event and its text; a text that begins or ends with the event stands alone."""
    event, text = clean(entry.event, 40), clean(entry.text, 400)
    return text if text.startswith(event) or text.endswith(f" {event}") else f"{event}: {text}" if text else event


def _page(incident: Incident, dossier: Evidence | None, names: Mapping[str, str]) -> Iterable[PostmortemEntry]:
    first: set[str] = set()
    for said in dossier.said if dossier else ():
        name = clean(names.get(said.component, said.component), 40)
        known = said.component in first
        first.add(said.component)
        if not known and said.at <= incident.started_at:
            # What it said all along belongs to the beginning.
            yield PostmortemEntry(incident.started_at, PAGE, f"{name} shown as {WORDS[said.state]}", said.words)
        elif known or SEVERITY.get(said.state):
            yield PostmortemEntry(said.at, PAGE, f"{name} now shown as {WORDS[said.state]}", said.words)


def _disagreed(records: Sequence[Discrepancy], names: Mapping[str, str]) -> Iterable[PostmortemEntry]:
    for record in records:
        name = clean(names.get(record.component, record.component), 40)
        if record.kind is not DiscrepancyKind.UNREADABLE:
            yield PostmortemEntry(record.opened_at, US, f"we report a discrepancy on {name} ({_kind(record)})")
        if record.closed_at is not None:
            yield PostmortemEntry(record.closed_at, US, f"{name}: {clean(record.outcome, 120)}")


def _kind(record: Discrepancy) -> str:
    if record.kind is DiscrepancyKind.OVERSTATED:
        return "red on the page, fine as we measure it"
    said = WORDS[record.claimed] if record.claimed is not State.UNKNOWN else "says nothing"
    return f"{record.kind.value}, it says {said}" if record.kind is DiscrepancyKind.UNDERSTATED else "not admitted"
