"""The page's word, kept per component: what it says, in which words, since when by our clock. Pure."""

from collections.abc import Mapping

from bot.core.incident import Heard
from probes.model import Page, State, VendorIncident

SEVERITY = {
    State.OPERATIONAL: 0,
    State.DEGRADED: 1,
    State.PARTIAL: 2,
    State.MAJOR: 3,
}
"""Order of the states that can be compared; maintenance and unknown have no rank."""


def listen(page: Page, at: float, known: Mapping[str, Heard], page_ids: Mapping[str, str]) -> dict[str, Heard]:
    """What is heard of each component after this reading.

    Args:
        page: the reading.
        at: when it was taken, Unix seconds.
        known: what was heard before, by our component id.
        page_ids: the vendor's id of each of our components; names change, ids do not.
    """
    claims = {claim.id: claim for claim in page.claims}
    heard: dict[str, Heard] = {}
    for component, page_id in page_ids.items():
        before = known.get(component, Heard())
        if before.read_at is not None and at < before.read_at:
            heard[component] = before
            continue
        claim = claims.get(page_id)
        if page.unreadable or claim is None:
            reason = page.unreadable or f"the page no longer lists a component {page_id!r}"
            heard[component] = Heard(
                before.state, before.words, before.read_at, before.since, before.posted_at, reason, page.url
            )
            continue
        about = [i for i in page.incidents if page_id in i.components and not i.resolved_at and not i.maintenance]
        since = before.since if before.state is claim.state and before.since is not None else at
        heard[component] = Heard(claim.state, _words(page, about), at, since, _posted(about), "", page.url)
    return heard


def _words(page: Page, about: list[VendorIncident]) -> str:
    return "; ".join(incident.name for incident in about[:3]) or page.words


def _posted(about: list[VendorIncident]) -> float | None:
    return min((i.posted_at for i in about if i.posted_at is not None), default=None)
