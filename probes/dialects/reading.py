"""From the bytes of a page to its reading: by its dialect, by the platform's feed, or a reason that names a move.

What holds for every platform is done here, once: whose page it is, that open incidents count beside summaries, that
announced work is no incident, and which component an entry is about where the page does not say so by an id.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from probes.dialects.content import opened
from probes.dialects.errors import NotUnderstoodError
from probes.dialects.registry import DIALECTS
from probes.dialects.scope import Rules, matches, only, regions, rules_from
from probes.dialects.shapes import word
from probes.dialects.sniff import sniffed
from probes.dialects.states import NOT_BEGUN, PAGE, impact_state, is_closed, worst
from probes.dialects.xml_feed import looks_like_xml
from probes.model import Claim, Page, State, VendorIncident

MAX_CLAIMS = 1000
"""The largest page known has some 470 components."""
MAX_INCIDENTS = 200


def understand(dialect: str, body: bytes, options: Mapping[str, Any]) -> Page:
    """The page in `body`.

    A feed at a fallback address is read by the rules at `options["feed"]`, or those at `options["scope"]`.

    Options of every dialect:
        scope: the page is of several products; our ids on it -> rules of words (`probes.dialects.scope`). Entries that
            name other components, or none and none of these words, are other products'.
        named: ids of ours -> exact names of components, for pages whose own ids nobody has written down.
        parts: the page speaks only of itself as a whole; ids -> rules of words. Such a part is operational while the
            page is. When it is not, the open entries that name the part say how bad it is, and without one nothing is
            known of it: a page's aggregate never speaks for one component. Without words the page is of this part
            alone, and speaks for it.
        still_days: for how long the page's own stamp may stand still, instead of the platform's own limit.

    Raises NotUnderstoodError, whose reason ends with the platform the body is of, where that is another one; KeyError
    for a dialect there is none of.
    """
    platform = DIALECTS[dialect]
    name = platform.feed if platform.feed and looks_like_xml(body) else dialect
    rules = options if name == dialect else _feed_rules(options)
    other = sniffed(opened(body))
    try:
        page = DIALECTS[name].read(body, rules)
    except NotUnderstoodError as error:
        if other in {"", name, dialect}:
            raise
        raise NotUnderstoodError(f"{error}; {_moved(other)}") from error
    if other not in {"", name}:
        raise NotUnderstoodError(f"the page of another platform; {_moved(other)}")
    return _bounded(_parted(_scoped(_renamed(_settled(page), options), options), options))


def _moved(other: str) -> str:
    return f"looks like {other} now: set dialect: {other}"


def _feed_rules(options: Mapping[str, Any]) -> Mapping[str, Any]:
    rules = options.get("feed")
    if isinstance(rules, Mapping):
        return rules
    return {"components": options["scope"]} if isinstance(options.get("scope"), Mapping) else {}


def _settled(page: Page) -> Page:
    """The reading with what its own entries say: the worst of summary and open incidents, work to come set apart."""
    waiting = [one for one in page.incidents if one.maintenance and word(one.status) in NOT_BEGUN]
    entries = [_placed(one) for one in page.incidents if one not in waiting]
    claims = tuple(replace(claim, state=_with_entries(claim, entries)) for claim in page.claims)
    return replace(page, claims=claims, incidents=tuple(entries), planned=(*page.planned, *waiting))


def _placed(incident: VendorIncident) -> VendorIncident:
    """The entry with the regions its title names; a title that names none is of everywhere."""
    return incident if incident.scope else replace(incident, scope=only(regions(incident.name)))


def _with_entries(claim: Claim, entries: Iterable[VendorIncident]) -> State:
    """The claim's state beside the entries about it.

    A state of one component stands as the page states it, unless in a word unknown to us; the page as a whole is as bad
    as the worst of what is open on it.
    """
    if claim.id != PAGE and claim.state is not State.UNKNOWN:
        return claim.state
    about = (one for one in entries if _is_open(one) and (claim.id == PAGE or claim.id in one.components))
    return worst([claim.state, *(impact_state(one.impact) for one in about)])


def _is_open(incident: VendorIncident) -> bool:
    """Whether an entry says that it is of trouble that goes on."""
    says = bool(incident.status or incident.impact)
    return says and not incident.maintenance and incident.resolved_at is None and not is_closed(incident.status)


def _renamed(page: Page, options: Mapping[str, Any]) -> Page:
    """The reading with our ids in the place of those of the components that have just these names."""
    named = options.get("named") or {}
    if not isinstance(named, Mapping):
        raise NotUnderstoodError("the option named is a table of ids and names")
    ours = {str(name).casefold(): str(key) for key, name in named.items()}
    ids = {one.id: ours[one.name.casefold()] for one in page.claims if one.name.casefold() in ours}
    if len(set(ids.values())) < len(ids):
        raise NotUnderstoodError("two components have the same name: take their ids instead")
    claims = tuple(replace(one, id=ids.get(one.id, one.id)) for one in page.claims)
    entries, planned = (
        tuple(replace(one, components=tuple(ids.get(key, key) for key in one.components)) for one in group)
        for group in (page.incidents, page.planned)
    )
    return replace(page, claims=claims, incidents=entries, planned=planned)


def _scoped(page: Page, options: Mapping[str, Any]) -> Page:
    """The reading without other products' entries."""
    scope = _table(options, "scope")
    if not scope:
        return page
    return replace(page, incidents=_about(page.incidents, scope), planned=_about(page.planned, scope))


def _about(entries: Iterable[VendorIncident], scope: Mapping[str, Rules]) -> tuple[VendorIncident, ...]:
    found = []
    for one in entries:
        named = one.components or _named(one, scope)
        if set(named) & scope.keys():
            found.append(replace(one, components=named))
    return tuple(found)


def _named(entry: VendorIncident, table: Mapping[str, Rules]) -> tuple[str, ...]:
    return tuple(key for key, rules in table.items() if matches(rules, entry.name))


def _parted(page: Page, options: Mapping[str, Any]) -> Page:
    """The reading with a claim for each part of a page that speaks only of itself as a whole."""
    parts = _table(options, "parts")
    whole = next((claim for claim in page.claims if claim.id == PAGE), None)
    if not parts or whole is None:
        return page
    entries = tuple(replace(one, components=one.components or _named(one, parts)) for one in page.incidents)
    claims = tuple(
        Claim(key, f"{whole.name}: {key}", _of_part(key, whole, entries) if rules else whole.state)
        for key, rules in parts.items()
    )
    return replace(page, claims=(*page.claims, *claims), incidents=entries)


def _of_part(key: str, whole: Claim, entries: Iterable[VendorIncident]) -> State:
    if whole.state is State.OPERATIONAL:
        return State.OPERATIONAL
    own = [impact_state(one.impact) for one in entries if key in one.components and _is_open(one)]
    return worst(own, State.UNKNOWN)


def _table(options: Mapping[str, Any], name: str) -> dict[str, Rules]:
    value = options.get(name) or {}
    if not isinstance(value, Mapping):
        raise NotUnderstoodError(f"the option {name} is a table of ids and words")
    return {str(key): rules_from(words, f"{name}.{key}") for key, words in value.items()}


def _bounded(page: Page) -> Page:
    """The reading in a size that can be kept every minute: of too many incidents, those that go on stay."""
    if len(page.claims) > MAX_CLAIMS:
        raise NotUnderstoodError(f"{len(page.claims)} components; the limit is {MAX_CLAIMS}")
    page = replace(page, planned=page.planned[:MAX_INCIDENTS])
    if len(page.incidents) <= MAX_INCIDENTS:
        return page
    by_need = sorted(page.incidents, key=_is_over)  # stable: the page's own order within each
    return replace(page, incidents=tuple(by_need[:MAX_INCIDENTS]))


def _is_over(incident: VendorIncident) -> bool:
    return incident.resolved_at is not None or is_closed(incident.status)
