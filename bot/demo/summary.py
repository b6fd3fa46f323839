"""The end of a demo: what happened, when we said so, when the page did, and by how much we led."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.core.model.discrepancy import Discrepancy, DiscrepancyKind
from bot.core.model.incident import Incident
from bot.core.text.numbers import percent
from bot.core.text.states import WORDS
from bot.demo.request_log import ServedRequest
from bot.demo.vendor import COMPONENTS, Vendor
from bot.store.codec import INCIDENT, discrepancies
from bot.store.store import Store

NAMES = {"claude-ai": "claude.ai", "claude-api": "Claude API", "claude-code": "Claude Code", "": "the page"}
FINE = frozenset({"ok", "not_modified", "not_found", "needs_key"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """The story for people, and whether we knew before the page did."""

    text: str
    ahead: bool


async def told(vendor: Vendor, store: Store) -> Outcome:
    """Read back what was written during the demo and set it beside what the vendor really did.

    Raises:
        StoreError: the store is away.
    """
    incidents = INCIDENT.load_all(await store.views.incidents("claude", 20))
    ours = sorted((i for i in incidents if i.scope != "vantage"), key=lambda i: i.opened_at)
    records = discrepancies(await store.views.timeline("claude", 200))
    first = min((served.at for served in vendor.log.entries if _failing(served)), default=None)
    if first is None or not ours:
        return Outcome("\nNo incident was opened.", ahead=False)
    happened = [(first, "the first request fails"), *_of_incidents(ours), *_of_discrepancies(reversed(records))]
    rows = [f"  {_clock(at)}  {(at - first) / 60:+6.1f} min  {words}" for at, words in sorted(happened)]
    alerted, page = ours[0].opened_at, ours[0].page_first_at
    ahead = page is None or alerted < page
    return Outcome(
        "\n".join(["", "What happened, in minutes since the first failure:", *rows, *_moral(ours[0], first)]),
        ahead,
    )


def _failing(served: ServedRequest) -> bool:
    return (
        served.component in COMPONENTS and not served.host.startswith(("page", "control")) and served.kind not in FINE
    )


def _of_incidents(incidents: Iterable[Incident]) -> Iterator[tuple[float, str]]:
    for incident in incidents:
        yield incident.opened_at, f"WE ALERT: {incident.why}"
        if incident.resolved_at is not None:
            yield incident.resolved_at, f"resolved (peak {percent(incident.peak_rate)} of requests failed)"


def _of_discrepancies(records: Iterable[Discrepancy]) -> Iterator[tuple[float, str]]:
    """When each was said, as it then read, and when it ended. `records` are all editions, oldest first."""
    editions = list(records)
    first = {record.id: record for record in reversed(editions)}
    for last in {record.id: record for record in editions}.values():
        record, name = first[last.id], NAMES.get(last.component, last.component)
        if record.kind is DiscrepancyKind.OVERSTATED:
            yield record.opened_at, f"discrepancy: the page is red for {name}, we measure no trouble"
        elif record.kind is not DiscrepancyKind.UNREADABLE:
            yield record.opened_at, f"discrepancy: the page says {name} is {WORDS[record.claimed]}"
        if last.mention is not None and record.mention is None:
            yield last.mention.since, f"{name}: the page has an incident, but marks no component"
        if last.closed_at is not None:
            agreed = last.page_resolved_at or last.page_seen_at if last.outcome == "page now agrees" else None
            yield agreed or last.closed_at, f"{name}: {last.outcome}"


def _moral(incident: Incident, first: float) -> list[str]:
    lines = ["", f"We alerted {(incident.opened_at - first) / 60:.1f} min after the first failing answer."]
    if incident.page_first_at is None:
        red = incident.page_red_since is not None
        return [*lines, "The page was red before it began." if red else "The page never admitted it."]
    lead = (incident.page_first_at - incident.opened_at) / 60
    lines.append(f"We {'led the page by' if lead > 0 else 'were behind the page by'} {abs(lead):.1f} min.")
    return lines


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S")
