"""What a page says in words beside its components' states, and what other vendors' pages say of this vendor. Pure."""

import re
from collections.abc import Iterable
from functools import lru_cache

from bot.core.model.severity import TROUBLE
from bot.core.model.statuspage import PageMention
from probes.model import Page, VendorIncident

OVER = frozenset({"resolved", "postmortem", "closed", "fixed", "recovered", "mitigated", "completed", "available",
                  "cancelled", "canceled"})  # fmt: skip
"""Words of vendors for an incident that is over."""

UNDERWAY = frozenset({"inprogress", "verifying", "maintenanceinprogress", "underway", "started"})
"""Words of vendors, run together, for announced maintenance that goes on."""

WORK_S = 6 * 3600.0
"""How long maintenance may go on that no page calls finished: longer, and it would excuse an outage for days."""


def is_over(incident: VendorIncident) -> bool:
    """Whether an entry has ended, or was called off; feeds say so by the word alone, without the time of the end."""
    return incident.resolved_at is not None or _run_together(incident.status) in OVER


def is_open(incident: VendorIncident) -> bool:
    """Whether an entry is of trouble that goes on."""
    return not incident.maintenance and incident.resolved_at is None and incident.status.lower() not in OVER


def goes_on(incident: VendorIncident, at: float) -> bool:
    """Whether this is announced maintenance that goes on at `at` (Unix seconds), rather than work to come or long past.

    By the page's word; where it has none, from the start for as long as was planned, but for `WORK_S` at most: the ends
    pages state are plans.
    """
    if not incident.maintenance or is_over(incident):
        return False
    begun = incident.started_at is not None and 0 <= at - incident.started_at < WORK_S
    planned = incident.ends_at is None or at < incident.ends_at
    return (begun and planned) or _run_together(incident.status) in UNDERWAY


def unmarked(page: Page, component: str) -> VendorIncident | None:
    """The first open incident about this component, or about none by name, that turned no component red.

    An incident that marks some components says of the others that they are fine, whether it lists them or not; where
    pages do not tie incidents to components (incident.io), any red component may be the one it is about.
    """
    red = {claim.id for claim in page.claims if claim.state in TROUBLE}
    found = [
        incident
        for incident in page.incidents
        if is_open(incident)
        and (component in incident.components or not incident.components)
        and not red & set(incident.components or red)
    ]
    return min(found, key=_posted, default=None)


def corroboration(
    page: Page, who: str, words: Iterable[str], at: float, before: PageMention | None
) -> PageMention | None:
    """What another vendor's page says of this one: its first open incident whose title has one of the words.

    It is evidence beside ours, never the vendor's own word; a page that cannot be read bears witness of nothing.
    """
    named = _named(tuple(sorted(words)))
    found = [i for i in page.incidents if is_open(i) and named.search(i.name)]
    first = min(found, key=_posted, default=None)
    if first is None:
        return None
    since = before.since if before is not None and before.words == first.name else at
    return PageMention(first.name, since, first.posted_at, who, first.url or page.url)


def _run_together(status: str) -> str:
    return re.sub(r"[\s_-]", "", status.lower())


def _posted(incident: VendorIncident) -> float:
    return incident.posted_at if incident.posted_at is not None else float("inf")


@lru_cache(maxsize=200)
def _named(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words)) or '(?!)'})(?!\w)", re.IGNORECASE)
