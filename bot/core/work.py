"""Work that a vendor's page announces: which windows it states for a component. Pure.

A page may announce what it likes, so a window is believed for `LONGEST_S` at most, and only from when we first read of
it: what is announced after trouble began explains none of it. Titles are the vendor's words, and hostile.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.core.mention import WORK_S, is_over
from probes.model import Claim, Page, State

AHEAD_S = 30 * 86_400.0
"""What begins later than this is not kept."""
LONGEST_S = 24 * 3600.0
"""The longest that one announcement excuses trouble."""
KEPT = 5
"""Windows kept of one component, the next ones."""
STATE = "state"
"""Instead of an entry's id, where the page only marks the component as under maintenance."""


@dataclass(frozen=True, slots=True)
class Work:
    """One window (Unix seconds) in which the vendor means to work on a component, in its words.

    `seen_at` is our first reading of it as it is; `named`: the page names this component, not only the page as a whole.
    """

    id: str
    title: str
    since: float
    until: float
    seen_at: float
    named: bool = True


def works_of(page: Page, claim: Claim, known: Iterable[Work], since: float, at: float) -> tuple[Work, ...]:
    """The windows of one component after a reading at `at`, those under way and those to come, the next ones first.

    Args:
        page: the reading.
        claim: what it says of the component.
        known: the windows before this reading.
        since: since when the component has its present state there.
        at: when the page was read, Unix seconds.
    """
    before = {work.id: work for work in known}
    found = [_first_seen(work, before.get(work.id)) for work in _stated(page, claim.id, at)]
    found = [work for work in found if work.until > at and work.since < at + AHEAD_S]
    if claim.state is State.MAINTENANCE and not any(w.named and w.since <= at for w in found):
        found.append(Work(STATE, "", since, since + WORK_S, since))
    return tuple(sorted(found, key=lambda work: (work.since, work.id))[:KEPT])


def _stated(page: Page, component: str, at: float) -> Iterator[Work]:
    for entry in (*page.incidents, *page.planned):
        if not entry.maintenance or is_over(entry) or (entry.components and component not in entry.components):
            continue
        since = entry.started_at if entry.started_at is not None else entry.posted_at
        if since is not None:
            until = entry.ends_at if entry.ends_at is not None else since + WORK_S
            yield Work(entry.id, entry.name, since, min(until, since + LONGEST_S), at, bool(entry.components))


def _first_seen(work: Work, before: Work | None) -> Work:
    """A window that begins earlier than it was announced for is a new one: that beginning nobody had announced."""
    if before is None or work.since < before.since:
        return work
    return Work(work.id, work.title, work.since, work.until, min(before.seen_at, work.seen_at), work.named)
