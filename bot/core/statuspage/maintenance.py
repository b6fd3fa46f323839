"""Work that a vendor's page announces: which windows it states for a component. Pure.

A page may announce what it likes, so a window is believed for `LONGEST_S` at most, and only from when we first read of
it: what is announced after trouble began explains none of it. Titles are the vendor's words, and hostile.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from bot.core.model.statuspage import MaintenanceWindow
from bot.core.statuspage.mentions import WORK_S, is_over
from probes.model import Claim, Page, State

AHEAD_S = 30 * 86_400.0
"""What begins later than this is not kept."""
LONGEST_S = 24 * 3600.0
"""The longest that one announcement excuses trouble."""
KEPT = 5
"""Windows kept of one component, the next ones."""
STATE = "state"
"""Instead of an entry's id, where the page only marks the component as under maintenance."""


def works_of(
    page: Page, claim: Claim, known: Iterable[MaintenanceWindow], since: float, at: float
) -> tuple[MaintenanceWindow, ...]:
    """The windows of one component after a reading at `at`, those under way and those to come, the next ones first.

    Args:
        page: the reading.
        claim: what it says of the component.
        known: the windows before this reading.
        since: since when the component has its present state there.
        at: when the page was read, Unix seconds.
    """
    before = {work.id: work for work in known}
    stated = [_first_seen(work, before.get(work.id)) for work in _stated(page, claim.id, at)]
    found = [work for work in stated if work.until > at and work.since < at + AHEAD_S]
    # Work whose stated end has passed excuses nothing more, though the page still marks it: nobody announced that.
    if claim.state is State.MAINTENANCE and not any(w.named and w.since <= at for w in stated):
        found.append(MaintenanceWindow(STATE, "", since, since + WORK_S, since, endless=True))
    return tuple(sorted(found, key=lambda work: (work.since, work.id))[:KEPT])


def _stated(page: Page, component: str, at: float) -> Iterator[MaintenanceWindow]:
    for entry in (*page.incidents, *page.planned):
        if not entry.maintenance or is_over(entry) or (entry.components and component not in entry.components):
            continue
        since = entry.started_at if entry.started_at is not None else entry.posted_at
        if since is not None:
            endless = entry.ends_at is None
            until = since + WORK_S if entry.ends_at is None else min(entry.ends_at, since + LONGEST_S)
            yield MaintenanceWindow(entry.id, entry.name, since, until, at, bool(entry.components), endless)


def _first_seen(work: MaintenanceWindow, before: MaintenanceWindow | None) -> MaintenanceWindow:
    """A window that begins earlier than it was announced for is a new one: that beginning nobody had announced."""
    if before is None or work.since < before.since:
        return work
    return replace(work, seen_at=min(before.seen_at, work.seen_at))
