"""Better Stack: `/index.json` (JSON:API), or its RSS of "X went down" / "X recovered" pairs.

Options: `page` (true adds the claim "page", the aggregate state; a page that lists no resources always gets it),
`components` (for the RSS alone: our id -> words of the resources' names).
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from probes.dialects import feed, feed_words, times
from probes.dialects.content import Content, as_table
from probes.dialects.errors import NotUnderstoodError
from probes.dialects.shapes import document, ident, ids, listing, mapping, maybe, text
from probes.dialects.states import once, page_claim, read_state, worst
from probes.dialects.xml_feed import Entry, looks_like_xml, read_feed
from probes.model import Claim, Page, State, VendorIncident

_STATES = MappingProxyType(
    {
        "operational": State.OPERATIONAL,
        "degraded": State.DEGRADED,
        "downtime": State.MAJOR,
        "maintenance": State.MAINTENANCE,
        "resolved": State.OPERATIONAL,
    }
)
_DOWN, _UP = " went down", " recovered"


def read(body: bytes, options: Mapping[str, Any]) -> Page:
    """One reading of a Better Stack page or of its feed. Raises NotUnderstoodError."""
    if looks_like_xml(body):
        return _read_rss(body, options)
    page = mapping(document(body), "the page")
    data = mapping(page.get("data"), "data")
    about = mapping(data.get("attributes"), "data.attributes")
    if "aggregate_state" not in about:
        raise NotUnderstoodError("no aggregate_state")
    included = listing(page.get("included", []), "included")
    claims = [_resource(entry) for entry in included if entry.get("type") == "status_page_resource"]
    if options.get("page") or not claims:
        claims.append(page_claim(about.get("company_name"), read_state(about["aggregate_state"], _STATES)))
    posts = _first_posts(included)
    incidents = [_report(entry, posts) for entry in included if entry.get("type") == "status_report"]
    return Page(url="", claims=once(claims), incidents=tuple(incidents), words=text(about.get("announcement")))


def _resource(entry: Mapping[str, Any]) -> Claim:
    about = mapping(entry.get("attributes"), "a resource's attributes")
    return Claim(
        ident(entry.get("id"), "a resource"), text(about.get("public_name")), read_state(about.get("status"), _STATES)
    )


def _first_posts(included: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Report id -> publication times of its updates, which name their report or are named by it."""
    owner = {update: text(str(entry.get("id"))) for entry in included for update in _updates(entry)}
    posts: dict[str, list[Any]] = {}
    for entry in included:
        about = entry.get("attributes")
        if entry.get("type") == "status_update" and isinstance(about, dict):
            report = about.get("status_report_id") or owner.get(text(str(entry.get("id"))))
            posts.setdefault(text(str(report)), []).append(about.get("published_at"))
    return posts


def _updates(report: Mapping[str, Any]) -> list[str]:
    """Ids of the updates a report's relationships name."""
    found: Any = report.get("relationships")
    for key in ("status_updates", "data"):
        found = found.get(key) if isinstance(found, dict) else None
    return [text(str(one.get("id"))) for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _report(entry: Mapping[str, Any], posts: Mapping[str, list[Any]]) -> VendorIncident:
    about = mapping(entry.get("attributes"), "a report's attributes")
    key = ident(entry.get("id"), "a report")
    maintenance = text(about.get("report_type"), 20) == "maintenance"
    status = text(about.get("aggregate_state"), 60)
    affected = maybe(about, "affected_resources")
    states = worst((read_state(one.get("status"), _STATES) for one in affected), default=State.UNKNOWN)
    return VendorIncident(
        id=key,
        name=text(about.get("title")),
        status=status,
        impact="" if states is State.UNKNOWN else states.value,
        components=ids(affected, "status_page_resource_id"),
        posted_at=times.earliest(posts.get(key, [])),
        started_at=times.any_of(about.get("starts_at")),
        # A maintenance's end is a plan, and an open report's would be one too.
        resolved_at=times.any_of(about.get("ends_at")) if status == "resolved" and not maintenance else None,
        maintenance=maintenance,
        ends_at=times.any_of(about.get("ends_at")) if maintenance else None,
    )


def _read_rss(body: bytes, options: Mapping[str, Any]) -> Page:
    rules = feed.rules_of(options)
    channel = read_feed(body)
    newest: dict[str, tuple[float, bool]] = {}
    for entry in reversed(channel.entries):  # newest first in the file: at equal times the upper one is later
        name, down = _pair(entry)
        at = entry.published or entry.updated or 0.0
        if name and at >= newest.get(name, (0.0, False))[0]:
            newest[name] = (at, down)
    told = [_told(entry, newest, rules) for entry in channel.entries]
    claims = []
    for key in rules.components:
        state = worst(one.state for one in told if key in one.components) if told else rules.empty
        claims.append(Claim(key, rules.name or key, state))
    # A recovery is the end of an incident, not one of its own.
    incidents = feed.incidents((one for one in told if not one.entry.title.lower().endswith(_UP)), dated=True)
    return Page(url="", claims=tuple(claims), incidents=incidents)


def _pair(entry: Entry) -> tuple[str, bool]:
    """(resource name, whether it went down); an empty name for an entry of another kind."""
    title = entry.title.lower()
    for ending, down in ((_DOWN, True), (_UP, False)):
        if title.endswith(ending):
            return title.removesuffix(ending), down
    return "", False


def _told(entry: Entry, newest: Mapping[str, tuple[float, bool]], rules: feed.Rules) -> feed.EntryStatus:
    name, down = _pair(entry)
    told = feed.tell(entry, rules)
    if not name:
        return told
    open_now = down and newest[name][1] and newest[name][0] == (entry.published or entry.updated or 0.0)
    meaning = feed_words.OPEN if open_now else feed_words.OVER
    state = State.PARTIAL if open_now else State.OPERATIONAL
    return feed.EntryStatus(entry, meaning, "down" if open_now else "recovered", state, told.components)


def fits(content: Content) -> bool:
    """An aggregate state, or a feed of what went down and recovered."""
    if content.feed is not None:
        return any(_pair(entry)[0] for entry in content.feed.entries)
    return "aggregate_state" in as_table(content.inner("data").get("attributes"))
