"""The page's word, kept per component: what it says, in which words, since when by our clock. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from bot.core.model.person import PAGE, Person
from bot.core.model.severity import TROUBLE
from bot.core.model.silence import Silence, Silences
from bot.core.model.statuspage import PageMention, PageStatus
from bot.core.statuspage.maintenance import works_of
from bot.core.statuspage.mentions import goes_on, is_open, unmarked
from probes.model import Claim, Page, State, VendorIncident


def listen(
    page: Page, at: float, known: Mapping[str, PageStatus], page_ids: Mapping[str, str]
) -> dict[str, PageStatus]:
    """What is heard of each component after this reading.

    Args:
        page: the reading.
        at: when it was taken, Unix seconds.
        known: what was heard before, by our component id.
        page_ids: the vendor's id of each of our components; names change, ids do not.
    """
    claims = {claim.id: claim for claim in page.claims}
    heard: dict[str, PageStatus] = {}
    for component, page_id in page_ids.items():
        before = known.get(component, PageStatus())
        claim = claims.get(page_id)
        if before.read_at is not None and at < before.read_at:
            heard[component] = before
        elif page.unreadable or claim is None:
            reason = page.unreadable or f"the page no longer lists a component {page_id!r}"
            heard[component] = replace(before, unreadable=reason, url=page.url, gone=not page.unreadable)
        else:
            heard[component] = _heard(page, claim, before, at)
    return heard


def _heard(page: Page, claim: Claim, before: PageStatus, at: float) -> PageStatus:
    about = [i for i in page.incidents if claim.id in i.components]
    state = claim.state
    works = [i for i in (*about, *_planned(page, claim)) if goes_on(i, at)]
    if state in (State.OPERATIONAL, State.MAINTENANCE) and works:
        # Announced work on this component that goes on now, even where its state was left green.
        state, about = State.MAINTENANCE, works
    else:
        about = [i for i in about if is_open(i)]
    since = before.since if before.state is state and before.since is not None else at
    return PageStatus(
        state=state,
        words="; ".join(map(_words, about[:3])) or _overall(page, state),
        read_at=at,
        since=since,
        posted_at=min((t for i in about if (t := _posted(i, claim.id)) is not None), default=None),
        url=page.url,
        started_at=min((i.started_at for i in about if i.started_at is not None), default=None),
        mention=_mention(page, claim, before.mention, at) if state is State.OPERATIONAL else None,
        works=works_of(page, claim, before.works, since, at),
    )


def announced(heard: Mapping[str, PageStatus], service: str) -> Silences:
    """The work that the page of a service (by its name) announces on our components, as what it holds back."""
    page = Person(PAGE, "", "", f"{service}'s status page")
    return tuple(
        Silence(component, max(work.since, work.seen_at), work.until, page, work.title, work=True, endless=work.endless)
        for component, said in heard.items()
        for work in said.works
        if work.named
    )


def _overall(page: Page, state: State) -> str:
    """The words of the page as a whole, where they are true of a component in this state too."""
    trouble = any(claim.state in TROUBLE for claim in page.claims)
    return page.words if (state in TROUBLE) is trouble else ""


def _words(incident: VendorIncident) -> str:
    """An entry in the vendor's words, with where it is felt if that is not everywhere."""
    return f"{incident.name} ({incident.scope})" if incident.scope else incident.name


def _planned(page: Page, claim: Claim) -> list[VendorIncident]:
    return [i for i in page.planned if claim.id in i.components]


def _posted(incident: VendorIncident, page_id: str) -> float | None:
    """When the page says it was said of this component; of the incident, where it does not tell components apart."""
    return dict(incident.posted).get(page_id) if incident.posted else incident.posted_at


def _mention(page: Page, claim: Claim, before: PageMention | None, at: float) -> PageMention | None:
    found = unmarked(page, claim.id)
    if found is None:
        return None
    since = before.since if before is not None else at
    return PageMention(found.name, since, found.posted_at, url=found.url or page.url)
